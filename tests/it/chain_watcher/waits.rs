//! Runs that wait for something on a chain.

use serde_json::json;

use super::CHAIN;
use super::chain::{Chain, TRANSFER};
use crate::support::app;

#[actix_web::test]
async fn a_wait_goes_on_with_the_first_log_after_it_opened() {
    // given a run that waits for a large transfer, on a chain on which there was one
    let (app, chain) = (app().await, Chain::of(10));
    chain.mine(&[chain.sent(&[500])]);
    let wait = json!({
        "timeoutMs": 3_600_000, "triggerType": "evm-log",
        "triggerConfig": {
            "chainId": CHAIN, "eventSignature": TRANSFER, "delivery": "seen",
            "filter": {"$and": [{"value": {"$gte": "100"}}]},
        },
    });
    let workflow = app
        .published(&json!({"nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["hold"]},
            "hold": {"type": "wait", "payload": wait, "children": ["note"]},
            "note": {"type": "log", "payload": {"message": "{{hold.result.triggerResult.args.value}}"}},
        }}))
        .await;
    let run = app.started_run(&workflow).await;
    let _detector = app.detector(&chain);
    app.until_enrolled(1).await;

    // when a small one follows, and two large ones
    chain.mine(&[chain.sent(&[5])]);
    chain.mine(&[chain.sent(&[100]), chain.sent(&[200])]);

    // then the run goes on with the first of these, and nobody waits any more
    let path = format!("/v1/runs/{run}");
    let done = app.eventually(|| app.client.data(&path), |run| run["status"] == "success").await;
    let told = &done["executionState"]["hold"]["result"]["triggerResult"];
    assert_eq!((&told["args"]["value"], &told["blockNumber"]), (&json!("100"), &json!(12)));
    app.until_followed(&chain).await;
    assert_eq!(app.count_runs().await, 1);
}

#[actix_web::test]
async fn what_a_wait_asks_of_a_chain_is_held_against_the_trigger_when_it_is_validated() {
    let app = app().await;
    let definition = json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["hold"]},
        "hold": {"type": "wait", "payload": {
            "timeoutMs": 60_000, "triggerType": "erc20-receive",
            "triggerConfig": {"chainId": 1, "walletAddress": "0xa0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"}}},
    }});
    let path = "/v1/workflows/validate";
    let report = app.client.post(path, &json!({"definition": definition})).await.data();
    let problem = &report["problems"][0];
    assert_eq!(problem["path"], "/nodes/hold/payload/triggerConfig/walletAddress", "{report}");
}
