//! Connectors, from the API to the provider and back: what they open, and that nothing of it shows.

mod lifecycle;
mod masking;
mod oauth;
mod provider;
mod rotation;
mod uses;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::client::Response;

const CONNECTORS: &str = "/v1/connectors";

/// Asks for a connector of these data.
async fn connect(app: &TestApp, kind: &str, data: &Value) -> Response {
    let body = json!({ "name": format!("A {kind}"), "type": kind, "data": data });
    app.client.post(CONNECTORS, &body).await
}

/// A connector of these data; its id.
async fn connected(app: &TestApp, kind: &str, data: &Value) -> String {
    connect(app, kind, data).await.data()["id"].as_str().unwrap().to_owned()
}

/// A workflow that calls a URL with a connector.
fn calls(url: &str, connector: &Value) -> Value {
    json!({ "nodes": {
        "root": { "type": "manual", "payload": {}, "children": ["call"] },
        "call": { "type": "http-request", "payload": { "url": url }, "connector": connector },
    } })
}

/// What became of a run's only call: its result, or its failure.
async fn outcome(app: &TestApp, definition: &Value) -> Value {
    let body = json!({ "definition": definition });
    let ended = app.client.post("/v1/runs/sync", &body).await.data();
    let node = &ended["executionState"]["call"];
    if ended["status"] == "success" { node["result"].clone() } else { ended["failure"].clone() }
}
