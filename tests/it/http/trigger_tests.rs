//! What the trigger of a workflow would fire, shown without firing it.

use serde_json::{Value, json};

use crate::support::{TestApp, app};

/// A workflow with this trigger, which notes what it was told.
fn begun_by(kind: &str, payload: &Value) -> Value {
    json!({"nodes": {
        "root": {"type": kind, "payload": payload, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "{{$trigger.body}}"}},
    }})
}

impl TestApp {
    async fn tried(&self, workflow: &str, body: &Value) -> Value {
        self.client.post(&format!("/v1/workflows/{workflow}/trigger/test"), body).await.data()
    }

    /// What is refused, by its code and the first place that is wrong.
    async fn not_tried(&self, workflow: &str, body: &Value) -> (String, String) {
        let path = format!("/v1/workflows/{workflow}/trigger/test");
        let refused = self.client.post(&path, body).await;
        let place = refused.json()["details"][0]["path"].as_str().unwrap_or_default().to_owned();
        (refused.code(), place)
    }
}

#[actix_web::test]
async fn every_kind_of_trigger_is_tried_with_what_it_takes_and_nothing_is_written() {
    let app = app().await;
    let event = json!({
        "pattern": "order.*", "condition": {"$and": [{"payload.amount": {"$gte": 5}}]},
        "mapping": {"amount": "payload.amount"}, "correlationKey": "payload.order",
        "cancelOn": [{"pattern": "order.undone", "correlationKey": "payload.order"}],
    });
    let event = app.created(&begun_by("event", &event)).await;
    let daily = json!({"schedule": "0 9 * * *", "timezone": "Europe/Zurich"});
    let daily = app.created(&begun_by("schedule", &daily)).await;
    let block = app.created(&begun_by("evm-block", &json!({"chainId": 1, "every": 5}))).await;
    let before = app.count("select count(*) from events").await;

    let order =
        |amount: u32| json!({"event": "order.paid", "payload": {"amount": amount, "order": "a1"}});
    let large = app.tried(&event, &json!({"with": {"event": order(7)}, "simulate": true})).await;
    assert_eq!(large["firings"][0]["body"], json!({"amount": 7}));
    assert_eq!(large["firings"][0]["correlationKey"], "a1");
    assert_eq!(large["simulation"]["status"], "success");
    let small = app.tried(&event, &json!({"with": {"event": order(4)}})).await;
    assert_eq!(small["firings"], json!([]));
    assert!(small["reason"].as_str().unwrap().contains("condition"));
    let undone = json!({"event": "order.undone", "payload": {"order": "a1"}});
    let undone = app.tried(&event, &json!({"with": {"event": undone}})).await;
    assert_eq!(undone["cancels"], json!(["a1"]));

    // Over the change to summer time.
    let times = json!({"from": "2027-03-26T12:00:00Z", "to": "2027-03-28T12:00:00Z"});
    let due = app.tried(&daily, &json!({"with": {"times": times}})).await;
    let due: Vec<_> = due["firings"].as_array().unwrap().iter().map(|it| &it["at"]).collect();
    assert_eq!(due, ["2027-03-27T08:00:00Z", "2027-03-28T07:00:00Z"]);

    let told = json!({
        "triggeredAt": "2027-03-26T12:00:00Z", "chainId": 1, "blockNumber": 5,
        "blockHash": format!("0x{}", "0".repeat(64)), "blockTimestamp": 1_800_000_000,
        "parentHash": format!("0x{}", "0".repeat(64)),
    });
    let tried = json!({"with": {"payload": told}, "version": "draft"});
    let told = app.tried(&block, &tried).await;
    assert_eq!((&told["trigger"], &told["workflowVersion"]), (&json!("evm-block"), &json!(1)));
    assert_eq!(app.count("select count(*) from events").await, before);
}

#[actix_web::test]
async fn what_does_not_fit_a_trigger_is_refused_with_its_place() {
    let app = app().await;
    let manual = app.created(&begun_by("manual", &json!({}))).await;
    let block = app.created(&begun_by("evm-block", &json!({"chainId": 1}))).await;
    let blocks = |from: u32, to: u32| json!({"with": {"blocks": {"from": from, "to": to}}});
    for (workflow, body, code, place) in [
        (&manual, blocks(1, 2), "invalid-body", "/with/blocks"),
        (&manual, json!({"with": {"event": {"event": "a"}}}), "invalid-body", "/with/event"),
        (&manual, json!({"with": {"delivery": "x"}}), "invalid-body", "/with/delivery"),
        (&block, blocks(2, 1), "invalid-body", "/with/blocks/to"),
        (&block, blocks(1, 10_001), "invalid-body", "/with/blocks/to"),
        // This installation reads no chains.
        (&block, blocks(1, 2), "invalid-body", "/with/blocks"),
        (&block, json!({"with": {"payload": {"chainId": 1}}}), "invalid-body", "/with/payload"),
        (&manual, json!({"with": {"payload": {}}, "version": "live"}), "workflow-refuses", ""),
    ] {
        let refused = app.not_tried(workflow, &body).await;
        assert_eq!(refused, (code.to_owned(), place.to_owned()), "{body}");
    }
    let path = format!("/v1/workflows/{manual}/trigger/test");
    assert_eq!(app.client.post(&path, &json!({"with": {}})).await.status, 422);
    // A watch that goes on, or that there is not, is not resumed.
    let resumed = app.client.post("/v1/chain-watches/1/resume", &json!({"from": 1})).await;
    assert_eq!((resumed.status, resumed.code().as_str()), (409, "chain-not-halted"));
    assert_eq!(app.client.data("/v1/chains").await["items"], json!([]));
}
