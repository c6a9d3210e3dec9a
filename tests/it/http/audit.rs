//! The audit log: who did what, from where, and what was refused.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::{TestApp, app, definitions};

const LOG: &str = "/v1/organization/audit-log";

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().unwrap().clone()
}

/// The lines that a filter leaves, once there are this many.
async fn lines(app: &TestApp, client: &Client, query: &str, count: usize) -> Vec<Value> {
    let path = format!("{LOG}?limit=100&{query}");
    let page = app.eventually(|| client.data(&path), |page| items(page).len() >= count).await;
    items(&page)
}

#[actix_web::test]
async fn what_was_done_stands_there_with_who_and_from_where() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    let all = ["members:manage", "workflows:write", "workflows:publish", "audit:read"];
    let (account, text) = app.key_of(&acme, "bot", &all).await;
    let bot = app.client.with_key(&text);
    let role = json!({"name": "Auditor", "permissions": ["audit:read"]});
    let request = bot.request("POST", "/v1/organization/roles").header("X-Request-Id", "trace-7");
    request.json(&role).send().await.data();
    let body = json!({"name": "W", "definition": definitions::pure()});
    let workflow = bot.post("/v1/workflows", &body).await.data()["id"].clone();
    let workflow = workflow.as_str().unwrap();
    bot.post(&format!("/v1/workflows/{workflow}/publish"), &json!({})).await.data();

    let own = lines(&app, &acme, &format!("actor={account}"), 2).await;
    let actions: Vec<_> = own.iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["workflow.published", "organization.role_defined"], "the latest first");
    assert_eq!((&own[0]["subject"], &own[0]["detail"]["version"]), (&json!(workflow), &json!(1)));
    let made = &own[1];
    assert_eq!((&made["outcome"], &made["address"]), (&json!("allowed"), &json!("127.0.0.1")));
    assert_eq!(
        (&made["requestId"], &made["detail"]["name"]),
        (&json!("trace-7"), &json!("Auditor"))
    );
    let issued = lines(&app, &acme, "action=api_key.", 1).await;
    assert_eq!(
        (&issued[0]["actor"], &issued[0]["detail"]["name"]),
        (&json!("admin"), &json!("bot"))
    );
    // Nothing of it is anybody else's, and nothing of it opens anything.
    let other = app.client.within(&app.founded("Other").await);
    let founded = lines(&app, &other, "", 1).await;
    assert_eq!((founded.len(), &founded[0]["action"]), (1, &json!("organization.founded")));
    let whole = acme.get(&format!("{LOG}?limit=100")).await.text();
    let hash = chainkeel::access::KeyHash::of(&text).to_string();
    assert!(!whole.contains(&text) && !whole.contains(&hash) && !whole.contains("definition"));
}

#[actix_web::test]
async fn what_was_refused_stands_there_too() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    let (account, text) = app.key_of(&acme, "bot", &["keys:manage"]).await;
    let bot = app.client.with_key(&text);
    assert_eq!(bot.get("/v1/runs/run_01h455vb4pex5vsknk084sn02q").await.status, 403);
    let more = json!({"name": "x", "permissions": ["runs:read"]});
    assert_eq!(bot.post("/v1/service-accounts", &more).await.status, 403, "by the aggregate");
    let refused = lines(&app, &acme, "outcome=refused", 2).await;
    for line in &refused {
        assert_eq!(
            (&line["actor"], &line["action"]),
            (&json!(account), &json!("access.forbidden"))
        );
        assert_eq!(line["address"], "127.0.0.1");
    }
    let subjects: Vec<_> = refused.iter().map(|line| line["subject"].as_str().unwrap()).collect();
    assert!(subjects.contains(&"GET /v1/runs/{id}"), "{subjects:?}");
    // Somebody whom no organization knows stands in the operator's log.
    let (unknown, _) = chainkeel::access::KeyHash::generate([3; 32]);
    let forged = app.client.with_key(&unknown);
    assert_eq!(forged.get("/v1/runs/%0d%0aERROR%20forged").await.status, 401);
    assert_eq!(bot.within(&app.founded("Other").await).get("/v1/runs").await.status, 404);
    let strangers = lines(&app, &app.client, "outcome=refused&action=access.", 2).await;
    let text = json!(strangers).to_string();
    assert!(
        text.contains("access.unauthenticated") && text.contains("access.organization-not-found")
    );
    assert!(!text.contains("forged") && !text.contains(&unknown), "{text}");
}

#[actix_web::test]
async fn a_flood_of_wrong_keys_becomes_a_number() {
    let app = app().await;
    let (unknown, _) = chainkeel::access::KeyHash::generate([3; 32]);
    let forged = app.client.with_key(&unknown);
    for _ in 0..200 {
        assert_eq!(forged.get("/v1/runs").await.status, 401);
    }
    lines(&app, &app.client, "outcome=refused", 1).await;
    let events = app.count("select count(*) from events where aggregate_type = 'audit'").await;
    assert!(events <= 3, "{events} events of 200 refusals in less than a minute");
    // Whoever shows nothing tries nothing.
    assert_eq!(app.client.stranger().get("/v1/workflows").await.status, 401);
    let line = &lines(&app, &app.client, "outcome=refused", 1).await[0];
    assert_eq!(line["subject"], "GET /v1/runs");
}

#[actix_web::test]
async fn the_log_is_filtered_and_exported_as_lines_and_as_a_table() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    for number in 0..12 {
        let role = json!({"name": format!("=role, \"{number}\""), "permissions": []});
        acme.post("/v1/organization/roles", &role).await.data();
    }
    lines(&app, &acme, "", 13).await;
    let ndjson = acme.get(&format!("{LOG}/export?action=organization.role_")).await;
    assert_eq!(ndjson.header("content-type"), Some("application/x-ndjson"));
    let text = ndjson.text();
    let exported: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((exported.len(), &exported[11]["detail"]["name"]), (12, &json!("=role, \"0\"")));
    let csv = acme.get(&format!("{LOG}/export?format=csv&outcome=allowed")).await;
    assert!(csv.header("content-disposition").unwrap().contains("audit-log.csv"));
    let text = csv.text();
    assert_eq!((text.lines().count(), text.starts_with("position,at,outcome")), (14, true));
    let past = "until=2020-01-01T00:00:00Z";
    assert_eq!(items(&acme.data(&format!("{LOG}?{past}")).await).len(), 0);
    assert_eq!(acme.get(&format!("{LOG}/export?{past}")).await.text(), "");
    for wrong in ["outcome=maybe", "since=yesterday", "format=xml", "organizationId=org_1"] {
        let refused = acme.get(&format!("{LOG}/export?{wrong}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid-query"), "{wrong}");
    }
    let (_, text) = app.key_of(&acme, "nosy", &["organization:read"]).await;
    assert_eq!(app.client.with_key(&text).get(&format!("{LOG}/export")).await.status, 403);
}
