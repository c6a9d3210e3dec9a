//! Interfaces: written, moved on, named by tasks and workflows, and answered.

use serde_json::{Value, json};

use crate::support::client::Response;
use crate::support::{TestApp, app};

const PATH: &str = "/v1/ui-components";

fn payout() -> Value {
    json!({
        "name": "Payout", "componentType": "Form", "title": "Pay it?",
        "fields": [
            {
                "fieldKey": "decision", "label": "Decision", "type": "select",
                "options": [{"value": "pay"}, {"value": "refuse"}],
                "validationRules": [{"type": "required"}],
            },
            {
                "fieldKey": "reason", "label": "Reason", "type": "text",
                "validationRules": [{"type": "required", "message": "Say why."}],
                "visibleIf": {"field": "decision", "equals": "refuse"},
            },
            {
                "fieldKey": "second", "label": "Who else agrees", "type": "text",
                "validationRules": [{"type": "required"}],
                "visibleIf": {"data": "/amount", "greaterThan": 1000},
            },
        ],
    })
}

fn display() -> Value {
    json!({
        "name": "What was paid", "componentType": "Display",
        "customProps": {"displayType": "card", "dataKey": "/input"},
    })
}

fn asking(component: &Value) -> Value {
    json!({
        "nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["ask"]},
            "ask": {
                "type": "manual-task",
                "payload": {
                    "title": "Pay?", "uiComponent": component,
                    "data": {"amount": "{{$trigger.body.amount}}"},
                },
            },
        },
    })
}

async fn created(app: &TestApp, component: &Value) -> String {
    let made = app.client.post(PATH, component).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.data()["id"].as_str().unwrap().to_owned()
}

async fn put(app: &TestApp, id: &str, query: &str, component: &Value) -> Response {
    app.client.request("PUT", &format!("{PATH}/{id}{query}")).json(component).send().await
}

fn places(refused: &Response) -> Vec<String> {
    let details = refused.json()["details"].as_array().cloned().unwrap_or_default();
    details.iter().map(|it| it["path"].as_str().unwrap_or_default().to_owned()).collect()
}

async fn task_of(app: &TestApp, workflow: &str, amount: u32) -> Value {
    let path = format!("/v1/workflows/{workflow}/run");
    let run = app.client.post(&path, &json!({"payload": {"amount": amount}})).await.data();
    let run = run["runId"].as_str().unwrap().to_owned();
    let path = format!("/v1/tasks?runId={run}");
    let found = app.eventually(|| app.client.data(&path), |page| page["items"][0].is_object());
    let id = found.await["items"][0]["id"].as_str().unwrap().to_owned();
    app.client.data(&format!("/v1/tasks/{id}")).await
}

async fn complete(app: &TestApp, task: &Value, data: Value) -> Response {
    let id = task["id"].as_str().unwrap();
    app.client.post(&format!("/v1/tasks/{id}/complete"), &json!({"data": data})).await
}

#[actix_web::test]
async fn an_interface_has_versions_that_never_change() {
    let app = app().await;
    let id = created(&app, &payout()).await;
    let path = format!("{PATH}/{id}");
    let mut second = payout();
    second["title"] = json!("Pay this?");
    let moved = put(&app, &id, "?expectedVersion=1", &second).await.data();
    assert_eq!((&moved["version"], &moved["component"]), (&json!(2), &second));
    let late = put(&app, &id, "?expectedVersion=1", &second).await;
    assert_eq!((late.status, late.code().as_str()), (409, "version-conflict"));
    let first = app.client.data(&format!("{path}?version=1")).await;
    assert_eq!((&first["component"], &first["latestVersion"]), (&payout(), &json!(2)));
    let versions = first["versions"].as_array().unwrap();
    assert_eq!((versions.len(), &versions[0]["version"]), (2, &json!(2)));
    let none = app.client.get(&format!("{path}?version=3")).await;
    assert_eq!((none.status, none.code().as_str()), (404, "ui-component-not-found"));

    let listed = || app.client.data(PATH);
    let page = app.eventually(listed, |page| page["items"][0]["version"] == 2).await;
    assert_eq!(page["items"][0]["name"], "Payout");
    let none = app.client.data(&format!("{PATH}?componentType=Display")).await;
    assert_eq!(none["items"], json!([]));

    app.client.request("DELETE", &path).send().await.data();
    app.eventually(listed, |page| page["items"] == json!([])).await;
    let again = put(&app, &id, "", &second).await;
    assert_eq!((again.status, again.code().as_str()), (409, "ui-component-refuses"));
}

#[actix_web::test]
async fn what_is_wrong_with_an_interface_is_told_by_its_place_and_nothing_is_written() {
    let app = app().await;
    let mut wrong = payout();
    wrong["fields"][1]["visibleIf"] = json!({"field": "later", "equals": 1});
    wrong["fields"][0]["options"] = json!([]);
    let refused = app.client.post(PATH, &wrong).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-ui-component"));
    let wanted = ["/fields/0/options", "/fields/1/visibleIf/field"];
    assert_eq!(places(&refused), wanted);
    let found = app.client.post(&format!("{PATH}/validate"), &wrong).await.data();
    assert_eq!((&found["valid"], found["problems"].as_array().unwrap().len()), (&json!(false), 2));
    let good = app.client.post(&format!("{PATH}/validate"), &payout()).await.data();
    assert_eq!(good, json!({"valid": true, "problems": []}));
    // A word that no interface knows is a fault of the body, at its place.
    let mut strange = payout();
    strange["fields"][0]["type"] = json!("script");
    let refused = app.client.post(PATH, &strange).await;
    assert_eq!((refused.status, places(&refused)), (422, vec!["/fields/0/type".to_owned()]));
    assert_eq!(app.client.data(PATH).await["items"], json!([]));
}

#[actix_web::test]
async fn a_task_keeps_the_interface_that_its_workflow_was_published_with_and_holds_answers_to_it() {
    let app = app().await;
    let id = created(&app, &payout()).await;
    let workflow = app.published(&asking(&json!({"componentId": id}))).await;
    let mut later = payout();
    later["fields"] = json!([{"fieldKey": "other", "label": "Other", "type": "text"}]);
    put(&app, &id, "", &later).await.data();

    let task = task_of(&app, &workflow, 5).await;
    assert_eq!(
        task["uiComponent"],
        json!({"componentId": id, "version": 1, "component": payout()})
    );
    for (answer, place) in [
        (json!({}), "/data/decision"),
        (json!({"decision": "steal"}), "/data/decision"),
        (json!({"decision": "refuse"}), "/data/reason"),
        (json!({"decision": "pay", "reason": "none of their business"}), "/data/reason"),
        (json!({"decision": "pay", "second": "bob"}), "/data/second"),
        (json!({"decision": "pay", "other": "x"}), "/data/other"),
        (json!("pay"), "/data"),
    ] {
        let refused = complete(&app, &task, answer.clone()).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-answer"), "{answer}");
        assert_eq!(places(&refused), [place], "{answer}");
    }
    let done = complete(&app, &task, json!({"decision": "refuse", "reason": "twice"})).await.data();
    assert_eq!(done["status"], "completed");

    // What is asked depends on what the workflow shows.
    let large = task_of(&app, &workflow, 5000).await;
    let refused = complete(&app, &large, json!({"decision": "pay"})).await;
    assert_eq!(places(&refused), ["/data/second"]);
    let answer = json!({"decision": "pay", "second": "bob"});
    assert_eq!(complete(&app, &large, answer).await.status, 200);
}

#[actix_web::test]
async fn a_workflow_names_interfaces_that_there_are_and_that_suit() {
    let app = app().await;
    let (form, shown) = (created(&app, &payout()).await, created(&app, &display()).await);
    let problems = async |definition: &Value| {
        let body = json!({"definition": definition});
        let found = app.client.post("/v1/workflows/validate", &body).await.data();
        let problems = found["problems"].as_array().unwrap().clone();
        problems.iter().map(|it| it["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let place = "/nodes/ask/payload/uiComponent";
    for (named, below) in [
        (json!({"componentId": "ui_01h455vb4pex5vsknk084sn02q"}), "/componentId"),
        (json!({"componentId": "Payout"}), "/componentId"),
        (json!({"componentId": form, "version": 9}), "/version"),
        (json!({"componentId": shown}), "/componentId"),
    ] {
        assert_eq!(problems(&asking(&named)).await, [format!("{place}{below}")], "{named}");
    }
    let mut definition = asking(&json!({"componentId": form, "version": 1}));
    definition["uiComponent"] = json!({"componentId": form});
    assert_eq!(problems(&definition).await, ["/uiComponent/componentId"]);
    definition["uiComponent"] = json!({"componentId": shown});
    assert_eq!(problems(&definition).await, [""; 0]);

    // What is live says what it is, whatever the draft held in its place.
    definition["uiComponent"]["component"] = json!({"made": "up"});
    let workflow = app.published(&definition).await;
    let live = app.client.data(&format!("/v1/workflows/{workflow}/versions/1")).await;
    assert_eq!(live["definition"]["uiComponent"]["component"], display());
    assert_eq!(live["definition"]["nodes"]["ask"]["payload"]["uiComponent"]["component"], payout());
}
