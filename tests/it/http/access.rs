//! Organizations, their roles, and the keys of their programs.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::{TestApp, app};

async fn put(client: &Client, path: &str, body: &Value) -> crate::support::client::Response {
    client.request("PUT", path).json(body).send().await
}

async fn delete(client: &Client, path: &str) -> crate::support::client::Response {
    client.request("DELETE", path).send().await
}

async fn listed(app: &TestApp, client: &Client, path: &str, count: usize) -> Vec<Value> {
    let items = |page: &Value| page["items"].as_array().unwrap().clone();
    let page = app.eventually(|| client.data(path), |page| items(page).len() == count).await;
    items(&page)
}

#[actix_web::test]
async fn an_organization_is_founded_listed_and_renamed() {
    let app = app().await;
    let created = app.client.post("/v1/organizations", &json!({"name": "Acme"})).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.data()["id"].as_str().unwrap().to_owned();
    assert_eq!(created.header("location"), Some(&*format!("/v1/organizations/{id}")));
    let acme = app.client.within(&id);
    let path = format!("/v1/organizations/{id}");
    assert_eq!(acme.data(&path).await["name"], "Acme");
    let renamed = put(&acme, &path, &json!({"name": "Acme & Sons"})).await;
    assert_eq!(renamed.data()["name"], "Acme & Sons");
    let position = renamed.json()["position"].as_i64().unwrap();
    let all = app.client.data(&format!("/v1/organizations?minPosition={position}")).await;
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    assert_eq!(all["items"][0]["name"], "Acme & Sons");
    // Whoever is in one organization sees that one.
    let (_, key) = app.key_of(&acme, "reader", &["organization:read"]).await;
    let reader = app.client.with_key(&key);
    assert_eq!(reader.data("/v1/organizations").await["items"][0]["id"], *id);
    let who = reader.data("/v1/whoami").await;
    assert_eq!((&who["kind"], &who["organization"]["id"]), (&json!("service_account"), &json!(id)));
    assert_eq!(who["permissions"], json!(["organization:read"]));
    assert_eq!(app.client.data("/v1/whoami").await["kind"], "admin");
}

#[actix_web::test]
async fn founding_the_same_twice_with_one_key_founds_one() {
    let app = app().await;
    let post = || {
        let request = app.client.request("POST", "/v1/organizations");
        request.header("Idempotency-Key", "f-1").json(&json!({"name": "Acme"})).send()
    };
    let (first, second) = (post().await, post().await);
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(first.data()["id"], second.data()["id"]);
    listed(&app, &app.client, "/v1/organizations", 1).await;
}

#[actix_web::test]
async fn a_key_opens_what_its_scopes_and_its_account_allow() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    let body = json!({
        "name": "bot", "description": "deploys", "permissions": ["runs:read", "workflows:read"],
    });
    let made = acme.post("/v1/service-accounts", &body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let account = made.data()["id"].as_str().unwrap().to_owned();
    assert_eq!(acme.post("/v1/service-accounts", &body).await.code(), "organization-refuses");
    let issue = json!({"name": "ci", "serviceAccountId": account, "scopes": ["workflows:read"]});
    let issued = acme.post("/v1/api-keys", &issue).await;
    assert_eq!(issued.status, 201, "{}", issued.text());
    let issued = issued.data();
    let text = issued["key"].as_str().unwrap();
    assert!(text.starts_with("ck_live_") && text.len() == 46, "{text}");
    let bot = app.client.with_key(text);
    assert_eq!(bot.get("/v1/workflows").await.status, 200);
    let refused = bot.get("/v1/runs").await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"));
    assert!(refused.text().contains("runs:read"));
    // What the account loses, its keys lose with the next request.
    let path = format!("/v1/service-accounts/{account}");
    put(&acme, &path, &json!({"permissions": ["runs:read"]})).await.data();
    assert_eq!(bot.get("/v1/workflows").await.status, 403);
    put(&acme, &path, &json!({"permissions": ["workflows:read"]})).await.data();
    assert_eq!(bot.get("/v1/workflows").await.status, 200);
    // The use was noted beside the requests.
    let used = |page: &Value| page["items"][0]["lastUsedAt"].is_string();
    let page = app.eventually(|| acme.data("/v1/api-keys"), used).await;
    assert_eq!(
        (&page["items"][0]["owner"], &page["items"][0]["key"]),
        (&json!(account), &Value::Null)
    );
    assert_eq!(app.count("select count(*) from events where event_type = 'used'").await, 1);

    assert_eq!(delete(&acme, &path).await.status, 200);
    let gone = bot.get("/v1/workflows").await;
    assert_eq!((gone.status, gone.code().as_str()), (401, "unauthenticated"));
}

#[actix_web::test]
async fn the_text_of_a_key_is_shown_once_and_stands_nowhere() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    let (account, _) = app.key_of(&acme, "bot", &["runs:read"]).await;
    let body = json!({"name": "ci", "serviceAccountId": account});
    let post = || {
        let request = acme.request("POST", "/v1/api-keys").header("Idempotency-Key", "k-1");
        request.json(&body).send()
    };
    let (first, second) = (post().await, post().await);
    let text = first.data()["key"].as_str().unwrap().to_owned();
    assert_eq!(
        (second.header("idempotency-replayed"), &second.data()["key"]),
        (Some("true"), &Value::Null)
    );
    assert_eq!(first.data()["id"], second.data()["id"]);
    let id = first.data()["id"].as_str().unwrap().to_owned();
    let keys = listed(&app, &acme, "/v1/api-keys", 2).await;
    assert_eq!(keys[0]["id"], *id, "the newest first");
    let bot = app.client.with_key(&text);
    bot.data("/v1/runs").await;
    let kept = "select count(*) from events where payload::text like '%' || $1 || '%'
                    or metadata::text like '%' || $1 || '%'";
    assert_eq!(app.count_of(kept, &text["ck_live_".len()..]).await, 0);
    assert_eq!(delete(&acme, &format!("/v1/api-keys/{id}")).await.status, 200);
    assert_eq!(bot.get("/v1/runs").await.status, 401);
    let path = "/v1/api-keys?isRevoked=true";
    assert_eq!(listed(&app, &acme, path, 1).await[0]["id"], *id);
}

#[actix_web::test]
async fn a_role_of_the_organizations_own_stands_beside_those_that_all_have() {
    let app = app().await;
    let acme = app.client.within(&app.founded("Acme").await);
    let body = json!({"name": "Auditor", "permissions": ["runs:read"]});
    let made = acme.post("/v1/organization/roles", &body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.data()["id"].as_str().unwrap().to_owned();
    let roles = acme.data("/v1/organization/roles").await;
    let names: Vec<_> = roles["items"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!(names, ["owner", "admin", "developer", "operator", "viewer", &*id]);
    let path = format!("/v1/organization/roles/{id}");
    let wider = json!({"permissions": ["runs:read", "audit:read"]});
    assert_eq!(put(&acme, &path, &wider).await.data()["permissions"], wider["permissions"]);
    assert_eq!(acme.post("/v1/organization/roles", &body).await.code(), "organization-refuses");
    assert_eq!(delete(&acme, &path).await.status, 200);
    assert_eq!(delete(&acme, &path).await.code(), "role-not-found");
    for (permissions, place) in [
        (json!(["runs:fly"]), "/permissions"),
        (json!(["installation:manage"]), "/permissions"),
        (json!("runs:read"), "/permissions"),
    ] {
        let body = json!({"name": "Odd", "permissions": permissions});
        let refused = acme.post("/v1/organization/roles", &body).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert_eq!(refused.json()["details"][0]["path"], place);
    }
}
