//! Nodes that time out, forget, reorganize and lie, and people who call off.

use alloy_primitives::Bytes;
use chainkeel::transactions::Signed;
use serde_json::{Value, json};

use super::stage::{FINAL, Stage, somebody};
use crate::support::fault_proxy::Fault;

#[actix_web::test]
async fn what_was_accepted_and_then_timed_out_is_sent_once() {
    // given a door that hands a transaction on and loses the answer
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({})).await;
    let mut lost = false;
    stage.door.alters(move |method, _, answer: &mut Value| {
        if method == "eth_sendRawTransaction" && !lost {
            lost = true;
            *answer = json!("0x00");
        }
    });
    // when a run pays
    let run = stage.pay(&workflow, &somebody(0xc0), 5).await;
    let ended = stage.mined(&run).await;
    // then it is paid once, under the first nonce
    assert_eq!((&ended["status"], &ended["result"]["nonce"]), (&json!("success"), &json!(0)));
    assert_eq!(stage.balance(&somebody(0xc0)).await, 5);
}

#[actix_web::test]
async fn a_node_that_has_it_already_is_no_refusal() {
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({})).await;
    let mut is_first = true;
    stage.door.instead(move |method, _| {
        let now = method == "eth_sendRawTransaction" && std::mem::take(&mut is_first);
        now.then(|| Fault::Error(-32000, "already known".to_owned()))
    });
    let run = stage.pay(&workflow, &somebody(0xc1), 5).await;
    // It lied: nobody has it. It is sent again, the same bytes.
    let ended = stage.mined(&run).await;
    assert_eq!(ended["status"], "success", "{ended}");
    assert_eq!(stage.balance(&somebody(0xc1)).await, 5);
}

#[actix_web::test]
async fn a_reorganization_takes_it_back_to_its_broadcast_and_it_is_paid_once() {
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({})).await;
    let run = stage.pay(&workflow, &somebody(0xc2), 5).await;
    stage.until(&run, "broadcast").await;
    stage.node.mine(3).await;
    stage.until(&run, "included").await;
    // The chain takes its block back, and the transaction with it.
    stage.node.reorganize(3, &[]).await;
    stage.until(&run, "broadcast").await;
    let ended = stage.mined(&run).await;
    assert_eq!(ended["status"], "success", "{ended}");
    assert_eq!(stage.balance(&somebody(0xc2)).await, 5);
    let transaction = stage.until(&run, "succeeded").await;
    let steps = stage.history(&transaction).await;
    assert!(steps.contains(&"orphaned".to_owned()), "{steps:?}");
}

#[actix_web::test]
async fn a_nonce_that_somebody_else_used_is_exchanged_once_that_is_final() {
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({})).await;
    // The node drops what it was sent, and somebody signs with the same key elsewhere meanwhile.
    let run = stage.pay(&workflow, &somebody(0xc3), 5).await;
    let transaction = stage.until(&run, "broadcast").await;
    stage.node.ask("anvil_dropTransaction", &json!([transaction["hash"]])).await;
    stage.node.ask("anvil_setNonce", &json!([stage.address, "0x1"])).await;
    stage.node.mine(FINAL).await;
    let ended = stage.mined(&run).await;
    assert_eq!(ended["status"], "success", "{ended}");
    assert_eq!(ended["result"]["nonce"], 1);
    assert_eq!(stage.balance(&somebody(0xc3)).await, 5);
}

#[actix_web::test]
async fn what_is_cancelled_before_its_block_is_called_off_under_its_nonce() {
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({})).await;
    let run = stage.pay(&workflow, &somebody(0xc4), 5).await;
    stage.until(&run, "broadcast").await;
    stage.app.client.post(&format!("/v1/runs/{run}/cancel"), &json!({})).await.data();
    let path = format!("/v1/transactions?runId={run}");
    let transaction = stage.app.client.data(&path).await["items"][0].clone();
    let replaced = |steps: &Vec<String>| {
        let sent = steps.iter().filter(|step| *step == "broadcast_attempted");
        sent.count() == 2
    };
    stage.app.eventually(|| stage.history(&transaction), replaced).await;
    let ask = || async {
        stage.node.mine(1).await;
        stage.app.client.data(&path).await
    };
    let over = |page: &Value| page["items"][0]["endedAt"].is_string();
    let page = stage.app.eventually(ask, over).await;
    assert_eq!(page["items"][0]["status"], "cancelled", "{page}");
    assert_eq!(stage.balance(&somebody(0xc4)).await, 0);
    // Its nonce is used, and the next one follows.
    let run = stage.pay(&workflow, &somebody(0xc4), 6).await;
    assert_eq!(stage.mined(&run).await["result"]["nonce"], 1);
}

#[actix_web::test]
async fn a_price_that_the_next_block_does_not_take_is_raised_by_an_eighth_or_more() {
    // given a transaction that was sent, and a base fee that goes beyond its price
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({ "maxFee": "2100000000000000" })).await;
    let run = stage.pay(&workflow, &somebody(0xc5), 5).await;
    let first = stage.until(&run, "broadcast").await;
    let base_fee = json!(["0xba43b7400"]);
    stage.node.ask("anvil_setNextBlockBaseFeePerGas", &base_fee).await;
    stage.node.mine(1).await;
    // and nodes that take nothing in the place of another for a tenth more, as some do
    let mut before: Option<u128> = None;
    stage.door.instead(move |method, params| {
        if method != "eth_sendRawTransaction" {
            return None;
        }
        let raw: Bytes = serde_json::from_value(params[0].clone()).unwrap();
        let now = Signed::read(&raw).unwrap().unsigned().fees.at_most();
        let old = *before.get_or_insert(now);
        let is_too_little = now != old && now * 10 <= old * 11;
        before = Some(now);
        let message = "replacement transaction underpriced".to_owned();
        is_too_little.then_some(Fault::Error(-32_000, message))
    });
    // when some blocks have passed, then the same nonce is offered at a higher price, and that is paid
    let replaced =
        |steps: &Vec<String>| steps.iter().filter(|step| *step == "sign_requested").count() == 2;
    stage.app.eventually(|| stage.history(&first), replaced).await;
    let ended = stage.mined(&run).await;
    assert_eq!((&ended["status"], &ended["result"]["nonce"]), (&json!("success"), &json!(0)));
    assert_ne!(ended["result"]["transactionHash"], first["hash"]);
    assert_eq!(stage.balance(&somebody(0xc5)).await, 5);
}
