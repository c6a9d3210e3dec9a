//! What reads a paid run again pays nothing again.

use serde_json::json;

use super::stage::{CHAIN, Stage, somebody};
use crate::support::chainkeel;

#[actix_web::test]
async fn nothing_that_reads_a_run_again_signs_or_sends_anything() {
    // given a run that has paid, and what was signed and sent for it
    let mut stage = Stage::open().await;
    let workflow = stage.pays(&json!({})).await;
    let run = stage.pay(&workflow, &somebody(0xa0), 5).await;
    assert_eq!(stage.mined(&run).await["status"], "success");
    let transaction = stage.until(&run, "succeeded").await;
    let before = stage.history(&transaction).await;
    let (sent, events) =
        (stage.door.asked("eth_sendRawTransaction"), stage.app.count_events().await);

    // when its decisions are made again, its workflow is played, tried out and simulated, and the policies are
    // asked about what it sent
    stage.app.replays(&run).await;
    let said = chainkeel(&stage.app, &["run", "replay", &run]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let path = format!("/v1/workflows/{workflow}");
    let input = json!({ "to": somebody(0xa0), "amount": "5" });
    let played = json!({ "payload": input, "version": "live",
        "mocks": [{ "node": "pay", "response": { "transactionHash": "0x01" } }] });
    let played = stage.app.client.post(&format!("{path}/simulate"), &played).await.data();
    assert_eq!(played["status"], "success", "{played}");
    let unmocked = json!({ "payload": input, "version": "live" });
    let unmocked = stage.app.client.post(&format!("{path}/simulate"), &unmocked).await.data();
    assert_ne!(unmocked["status"], "success", "{unmocked}");
    let what_if = stage.app.client.post(&format!("{path}/what-if"), &json!({})).await;
    assert!(what_if.status < 500, "{}", what_if.text());
    let asked = json!({ "wallet": "any", "transaction": {
        "chainId": CHAIN, "from": stage.address, "to": somebody(0xa0), "value": "5",
    } });
    stage.app.client.post("/v1/policies/simulate", &asked).await.data();
    // and every view is made anew, and the house starts again
    stage.app.rebuild_all().await;
    stage.app.after_downtime(async |_| ()).await;
    stage.node.mine(20).await;

    // then the same stands there, and nothing new was signed or sent
    assert_eq!(stage.until(&run, "succeeded").await["hash"], transaction["hash"]);
    assert_eq!(stage.history(&transaction).await, before);
    assert_eq!(stage.door.asked("eth_sendRawTransaction"), sent);
    assert_eq!(stage.app.count_events().await, events);
    assert_eq!(stage.balance(&somebody(0xa0)).await, 5);
}
