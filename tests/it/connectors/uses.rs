//! What a connector opens for a node, and what it never opens.

use serde_json::{Value, json};

use super::provider::{GOOD, configure, holds};
use super::{CONNECTORS, calls, connected, outcome};
use crate::support::peer::Peer;
use crate::support::{TestApp, app_that_reaches};

async fn shop(peer: &Peer) -> (TestApp, String) {
    let app = app_that_reaches(&[peer.opening()]).await;
    let data = json!({ "host": peer.url(""), "token": GOOD });
    let id = connected(&app, "http-bearer", &data).await;
    (app, id)
}

#[actix_web::test]
async fn a_call_is_authorized_and_says_which_connector_it_used() {
    let peer = Peer::start(configure);
    let (app, id) = shop(&peer).await;
    let named = json!({ "type": "http-bearer", "id": id });
    let result = outcome(&app, &calls(&peer.url("/me"), &named)).await;
    assert_eq!(result["body"], json!({ "ok": true }));
    assert_eq!(result["connector"], json!({ "id": id, "type": "http-bearer", "keyVersion": 1 }));
    let refused = outcome(&app, &calls(&peer.url("/refuse/403"), &named)).await;
    assert_eq!((&refused["code"], &refused["category"]), (&json!("http_status"), &json!("auth")));
    assert_eq!(refused["details"]["connector"]["id"], id.as_str());
    // Without an id the only one of the type is meant; beside a second one none is guessed.
    let unnamed = calls(&peer.url("/me"), &json!({ "type": "http-bearer" }));
    assert_eq!(outcome(&app, &unnamed).await["connector"]["id"], id.as_str());
    let workflow = app.published(&unnamed).await;
    connected(&app, "http-bearer", &json!({ "host": peer.url(""), "token": "another" })).await;
    let run = app.started_run(&workflow).await;
    app.until_status(&run, "failure").await;
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    assert!(holds(&shown, "connector_unresolved") && holds(&shown, &id), "{shown}");
    // One action alone uses it, too.
    let inputs = json!({ "inputs": { "url": peer.url("/me") }, "connectorId": id });
    let tried = app.client.post("/v1/actions/http-request/run", &inputs).await.data();
    assert_eq!(tried["result"]["body"], json!({ "ok": true }));
}

#[actix_web::test]
async fn credentials_go_to_no_other_host_however_it_is_asked_for() {
    let peer = Peer::start(configure);
    let other = Peer::start(configure);
    let app = app_that_reaches(&[peer.opening(), other.opening(), "127.0.0.1".to_owned()]).await;
    let data = json!({ "host": peer.url(""), "token": GOOD });
    let id = connected(&app, "http-bearer", &data).await;
    let named = json!({ "type": "http-bearer", "id": id });
    let port = peer.address.port();
    for url in [
        other.url("/echo"),
        format!("http://localhost:{port}/echo"),
        format!("https://127.0.0.1:{port}/echo"),
        format!("http://127.0.0.1.nip.io:{port}/echo"),
    ] {
        let refused = outcome(&app, &calls(&url, &named)).await;
        assert_eq!(refused["code"], "connector_withheld", "{url}: {refused}");
    }
    assert_eq!(other.connections(), 0);
    // A redirect to another name of the same server carries nothing there.
    let away = outcome(&app, &calls(&peer.url("/away"), &named)).await;
    assert!(holds(&away, "told") && !holds(&away, GOOD), "{away}");
    assert!(!holds(&away, "Bearer"), "{away}");
    // One within the origin carries it.
    assert_eq!(outcome(&app, &calls(&peer.url("/near"), &named)).await["body"], "plain");
}

#[actix_web::test]
async fn a_connector_of_another_organization_opens_nothing() {
    let peer = Peer::start(configure);
    let (app, id) = shop(&peer).await;
    let walker = app.organization("Walker").await;
    let definition = calls(&peer.url("/echo"), &json!({ "type": "http-bearer", "id": id }));
    let body = json!({ "definition": definition });
    assert_eq!(walker.post("/v1/runs/sync", &body).await.code(), "invalid-definition");
    let unnamed = calls(&peer.url("/echo"), &json!({ "type": "http-bearer" }));
    let body = json!({ "definition": unnamed });
    assert_eq!(walker.post("/v1/runs/sync", &body).await.code(), "invalid-definition");
    assert_eq!(walker.get(&format!("{CONNECTORS}/{id}")).await.status, 404);
    assert_eq!(peer.connections(), 0);
}

#[actix_web::test]
async fn replacing_credentials_changes_what_the_next_call_is_authorized_with() {
    let peer = Peer::start(configure);
    let app = app_that_reaches(&[peer.opening()]).await;
    let data = |token: &str| json!({ "host": peer.url(""), "token": token });
    let id = connected(&app, "http-bearer", &data("the-old-token-0123")).await;
    let definition = calls(&peer.url("/me"), &json!({ "type": "http-bearer", "id": id }));
    assert_eq!(outcome(&app, &definition).await["code"], "http_status");
    let path = format!("{CONNECTORS}/{id}");
    app.client.request("PUT", &path).json(&json!({ "data": data(GOOD) })).send().await.data();
    assert_eq!(outcome(&app, &definition).await["body"], json!({ "ok": true }));
    assert_eq!(app.count_sealed().await, 1, "what was there before is forgotten");
    // Whoever does not know the secret cannot send it to a host of his own.
    let host = json!({ "data": { "host": "evil.example" } });
    let refused = app.client.request("PUT", &path).json(&host).send().await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let _: Value = outcome(&app, &definition).await;
}
