//! A connector's life through the API.

use serde_json::{Value, json};

use super::provider::{GOOD, configure};
use super::{CONNECTORS, calls, connect, connected};
use crate::support::peer::Peer;
use crate::support::{TestApp, app, app_that_reaches};

async fn put(app: &TestApp, id: &str, body: &Value) -> crate::support::client::Response {
    app.client.request("PUT", &format!("{CONNECTORS}/{id}")).json(body).send().await
}

#[actix_web::test]
async fn a_connector_is_connected_tested_replaced_and_disconnected_and_never_shown() {
    let peer = Peer::start(configure);
    let app = app_that_reaches(&[peer.opening()]).await;
    let data = |token: &str| json!({ "host": peer.url(""), "token": token, "probePath": "/me" });
    let created = connect(&app, "http-bearer", &data("wrong-token-0123456789")).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let shown = created.data();
    assert_eq!(shown["data"]["token"], "••••6789");
    assert_eq!((&shown["status"], &shown["checkedAt"]), (&json!("connected"), &Value::Null));
    assert_eq!(
        (&shown["owner"], &shown["visibility"]),
        (&json!("organization"), &json!("organization"))
    );
    let id = shown["id"].as_str().unwrap();

    let path = format!("{CONNECTORS}/{id}/test");
    let tested = app.client.post(&path, &json!({})).await.data();
    assert_eq!(tested["status"], "failing");
    assert_eq!(tested["statusReason"], "the provider refuses the credentials: 401 (Unauthorized)");
    let listed = async || {
        let head = app.head().await;
        let page = app.client.data(&format!("{CONNECTORS}?minPosition={head}")).await;
        page["items"].as_array().unwrap().clone()
    };
    let [item] = &listed().await[..] else { panic!("one connector") };
    assert_eq!((&item["status"], &item["version"]), (&json!("failing"), &json!(2)));
    assert_eq!(*item, app.client.data(&format!("{CONNECTORS}/{id}")).await);

    let stale = put(&app, id, &json!({ "expectedVersion": 1, "name": "Other" })).await;
    assert_eq!((stale.status, stale.code().as_str()), (409, "version-conflict"));
    let replaced = put(&app, id, &json!({ "name": "Shop", "data": data(GOOD) })).await.data();
    assert_eq!((&replaced["name"], &replaced["status"]), (&json!("Shop"), &json!("connected")));
    let tested = app.client.post(&path, &json!({})).await.data();
    assert_eq!((&tested["status"], &tested["statusReason"]), (&json!("connected"), &Value::Null));

    let workflow =
        app.published(&calls(&peer.url("/me"), &json!({ "type": "http-bearer", "id": id }))).await;
    let delete = async |query: &str| {
        app.client.request("DELETE", &format!("{CONNECTORS}/{id}{query}")).send().await
    };
    let refused = delete("").await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "connector-in-use"));
    assert!(refused.text().contains(&workflow), "{}", refused.text());
    assert_eq!(delete("?force=true").await.status, 200);
    assert_eq!(delete("").await.code(), "connector-not-found");
    assert_eq!(listed().await, Vec::<Value>::new());
    // Nothing of it is left to be opened.
    assert_eq!(app.count_sealed().await, 0);
    let run = app.started_run(&workflow).await;
    app.until_status(&run, "failure").await;
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    assert!(shown.to_string().contains("connector_missing"), "{shown}");
}

#[actix_web::test]
async fn what_does_not_fit_the_type_is_refused_by_its_place_and_seals_nothing() {
    let app = app().await;
    for (kind, data, place) in [
        ("slack", json!({ "botToken": "not-a-slack-token" }), "/data/botToken"),
        ("slack", json!({}), "/data"),
        ("slack", json!({ "botToken": "xoxb-1", "more": "1" }), "/data"),
        ("http-bearer", json!({ "host": "a.example/x", "token": "t" }), "/data/host"),
        ("nothing", json!({}), "/type"),
    ] {
        let refused = connect(&app, kind, &data).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (422, "invalid-body"),
            "{kind} {data}"
        );
        let at = refused.json()["details"][0]["path"].as_str().unwrap().to_owned();
        assert!(at.starts_with(place), "{kind} {data}: {at}");
        assert!(!refused.text().contains("not-a-slack-token"), "{}", refused.text());
    }
    let private = json!({ "name": "Mine", "type": "notion", "data": { "token": "ntn_1" }, "visibility": "private" });
    assert_eq!(app.client.post(CONNECTORS, &private).await.status, 422);
    let nameless = json!({ "name": " ", "type": "notion", "data": { "token": "ntn_1" } });
    assert_eq!(app.client.post(CONNECTORS, &nameless).await.status, 422);
    assert_eq!((app.count_sealed().await, app.count_events().await), (0, 0));
}

#[actix_web::test]
async fn connecting_twice_with_one_key_connects_once() {
    let app = app().await;
    let body =
        json!({ "name": "Notion", "type": "notion", "data": { "token": "ntn_0123456789abcdef" } });
    let post = async |body: &Value| {
        let request = app.client.request("POST", CONNECTORS).header("Idempotency-Key", "k");
        request.json(body).send().await
    };
    let (first, second) = (post(&body).await, post(&body).await);
    assert_eq!(first.data()["id"], second.data()["id"]);
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    let mut other = body.clone();
    other["data"]["token"] = "ntn_0123456789zzzz".into();
    assert_eq!(post(&other).await.code(), "idempotency-mismatch");
    assert_eq!((app.count_sealed().await, app.count_events().await), (1, 1));
}

#[actix_web::test]
async fn a_definition_that_names_a_connector_wrongly_cannot_be_published() {
    let app = app().await;
    let slack = connected(&app, "slack", &json!({ "botToken": "xoxb-0123456789abcdef" })).await;
    let nobodys = chainkeel::primitives::ConnectorId::generate().to_string();
    for (connector, place) in [
        (json!({ "type": "slak" }), "/type"),
        (json!({ "type": "notion" }), "/id"),
        (json!({ "type": "notion", "id": slack }), "/type"),
        (json!({ "type": "slack", "id": nobodys }), "/id"),
        (json!({ "type": "slack", "id": "1" }), "/id"),
    ] {
        let definition = calls("https://slack.com/api/auth.test", &connector);
        let id = app.created(&definition).await;
        let refused = app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (422, "invalid-definition"),
            "{connector}"
        );
        let detail = &refused.json()["details"][0];
        let at = format!("/definition/nodes/call/connector{place}");
        assert_eq!((&detail["path"], &detail["nodeId"]), (&json!(at), &json!("call")));
        let found =
            app.client.post("/v1/workflows/validate", &json!({ "definition": definition })).await;
        assert_eq!(found.data()["valid"], false, "{connector}");
        let at_once = app.client.post("/v1/runs/sync", &json!({ "definition": definition })).await;
        assert_eq!(at_once.code(), "invalid-definition");
    }
    for connector in [json!({ "type": "slack", "id": slack }), json!({ "type": "slack" })] {
        app.published(&calls("https://slack.com/api/auth.test", &connector)).await;
    }
    let mut definition = calls("https://slack.com/", &json!({ "type": "slack" }));
    definition["nodes"]["call"] =
        json!({ "type": "log", "payload": { "message": "x" }, "connector": { "type": "slack" } });
    let found =
        app.client.post("/v1/workflows/validate", &json!({ "definition": definition })).await;
    assert_eq!(found.data()["problems"][0]["path"], "/nodes/call/connector");
}
