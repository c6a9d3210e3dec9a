//! Templates become drafts, blocks become nodes, and neither carries what is one organization's.

use serde_json::{Value, json};

use crate::support::{TestApp, app};

fn template(sharing: &str) -> Value {
    json!({
        "name": "Tell somebody", "category": "alerts", "tags": ["chat"], "sharing": sharing,
        "inputs": [
            {"key": "limit", "type": "number", "required": true},
            {"key": "greeting", "type": "string", "default": "Hello"},
        ],
        "definition": {"nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["tell"]},
            "tell": {"type": "log", "payload": {
                "message": "{{$props.greeting}} {{ask.slack_channel}}: {{$props.limit * 2}}",
            }},
        }},
    })
}

async fn made(app: &TestApp, path: &str, body: &Value) -> String {
    app.client.post(path, body).await.data()["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_template_becomes_a_draft_that_can_be_published() {
    let app = app().await;
    let id = made(&app, "/v1/templates", &template("org")).await;
    let shown = app.client.data(&format!("/v1/templates/{id}")).await;
    assert_eq!(shown["asks"], json!([{"field": "slack_channel", "widget": "slack_channel"}]));
    let path = format!("/v1/templates/{id}/instantiate");
    let refused = app.client.post(&path, &json!({"props": {"limit": "many", "x": 1}})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-input"));
    let details = refused.json()["details"].clone();
    let places: Vec<_> = details.as_array().unwrap().iter().map(|it| it["path"].clone()).collect();
    assert_eq!(places, ["/props/x", "/props/limit", "/answers/slack_channel"]);

    let said = json!({"name": "Mine", "props": {"limit": 21}, "answers": {"slack_channel": "C1"}});
    let draft = app.client.post(&path, &said).await;
    assert_eq!(draft.status, 201, "{}", draft.text());
    let workflow = draft.data()["id"].as_str().unwrap().to_owned();
    let publish = format!("/v1/workflows/{workflow}/publish");
    app.client.post(&publish, &json!({})).await.data();
    let run = app.finished_run(&workflow).await;
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    assert_eq!(shown["output"]["tell"]["message"], "Hello C1: 42", "{shown}");
}

#[actix_web::test]
async fn a_template_with_ids_or_secrets_is_refused_with_each_place() {
    let app = app().await;
    let mut body = template("public");
    let tell = &mut body["definition"]["nodes"]["tell"];
    tell["connector"] = json!({"type": "slack", "id": "conn_01h455vb4pex5vsknk084sn02q"});
    tell["payload"]["message"] = json!("see wf_01h455vb4pex5vsknk084sn02q");
    tell["payload"]["password"] = json!("hunter2-and-more");
    let refused = app.client.post("/v1/templates", &body).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-blueprint"));
    let text = refused.text();
    for place in ["/connector/id", "/payload/message", "/payload/password"] {
        assert!(text.contains(&format!("/definition/nodes/tell{place}")), "{place}: {text}");
    }
    assert!(!text.contains("hunter2") && !text.contains("01h455"), "{text}");
}

#[actix_web::test]
async fn another_organization_sees_what_is_public_and_changes_nothing() {
    let app = app().await;
    let (own, public) = (
        made(&app, "/v1/templates", &template("org")).await,
        made(&app, "/v1/templates", &template("public")).await,
    );
    let stranger = app.client.within(&app.founded("Stranger").await);
    let listed = async |client: &crate::support::client::Client| {
        let path = format!("/v1/templates?category=alerts&minPosition={}", app.head().await);
        let items = client.data(&path).await["items"].as_array().unwrap().clone();
        items.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&app.client).await, [public.clone(), own.clone()]);
    assert_eq!(listed(&stranger).await, std::slice::from_ref(&public));
    let seen = stranger.get(&format!("/v1/templates/{public}")).await;
    assert_eq!(seen.data()["own"], false);
    assert!(!seen.text().contains("org_"), "{}", seen.text());
    assert_eq!(stranger.get(&format!("/v1/templates/{own}")).await.status, 404);
    for id in [&own, &public] {
        let path = format!("/v1/templates/{id}");
        let put = stranger.request("PUT", &path).json(&template("org")).send().await;
        assert_eq!((put.status, put.code().as_str()), (404, "template-not-found"));
        assert_eq!(stranger.request("DELETE", &path).send().await.status, 404);
    }
    let said = json!({"props": {"limit": 1}, "answers": {"slack_channel": "C1"}});
    let path = format!("/v1/templates/{public}/instantiate");
    assert_eq!(stranger.post(&path, &said).await.status, 201);
    // What is retired is offered to nobody.
    let path = format!("/v1/templates/{public}");
    app.client.request("DELETE", &path).send().await.data();
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(listed(&stranger).await, [""; 0]);
}

#[actix_web::test]
async fn a_block_is_put_in_when_a_draft_is_published_and_runs_know_where_nodes_come_from() {
    let app = app().await;
    let block = json!({
        "name": "Greet", "inputs": [{"key": "who", "type": "string", "required": true}],
        "definition": {
            "nodes": {"say": {"type": "log", "payload": {"message": "Hello {{$inputs.who}}"}}},
            "entry": ["say"], "result": "say",
        },
    });
    let block = made(&app, "/v1/blocks", &block).await;
    let definition = json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["greet"]},
        "greet": {"type": "block", "children": ["after"], "payload": {
            "blockId": block, "inputs": {"who": "{{$trigger.body.name}}"},
        }},
        "after": {"type": "log", "payload": {"message": "said: {{greet.result.message}}"}},
    }});
    let workflow = app.published(&definition).await;
    let run = app.run_of(&workflow, &json!({"name": "Ada"})).await;
    app.until_status(&run, "success").await;
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    assert_eq!(shown["output"]["after"]["message"], "said: Hello Ada", "{shown}");
    let origin = &shown["workflowDefinition"]["blockExpansions"]["greet"];
    assert_eq!((&origin["blockId"], &origin["version"]), (&json!(block), &json!(1)));
    assert_eq!(origin["nodes"], json!({"say": "greet__say"}));
    app.replays(&run).await;

    // Who names another organization's block, or none, is told so.
    let mut strange = definition.clone();
    strange["nodes"]["greet"]["payload"]["blockId"] = json!("blk_01h455vb4pex5vsknk084sn02q");
    let id = app.created(&strange).await;
    let refused = app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-definition"));
    assert!(refused.text().contains("no such block"), "{}", refused.text());
    let stranger = app.client.within(&app.founded("Stranger").await);
    let theirs = json!({"definition": definition});
    let found = stranger.post("/v1/workflows/validate", &theirs).await.data();
    assert_eq!(found["valid"], false, "{found}");
}
