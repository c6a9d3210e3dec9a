//! How transactions end, by their own receipts.

use alloy_primitives::Address;
use serde_json::{Value, json};

use super::stage::Stage;
use crate::chain_watcher::watching;
use crate::support::anvil::Order;

#[actix_web::test]
async fn a_reverted_transaction_in_a_block_with_other_logs_is_reverted_and_logged_nothing() {
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let contract = stage.contract.to_checksum(None);
    let ended = |status: &str| {
        let settings = json!({"to": contract, "status": status, "delivery": "seen"});
        watching("transaction-status", &settings)
    };
    let failed = stage.app.published(&ended("reverted")).await;
    let done = stage.app.published(&ended("success")).await;
    let door = stage.door();
    let _detector = stage.detector(&[&door]);
    stage.app.until_enrolled(3).await;
    stage.until_followed().await;
    let undone = Order { undone: true, ..Order::of(3) };
    let undone = stage.node.sent(stage.contract, undone).await;
    let good = stage.sent(2).await;
    stage.node.block(&[&undone, &good]).await;
    // Two logs, and how each of the two ended.
    stage.app.until_runs(4).await;
    for (workflow, hash) in [(&failed, undone.hash), (&done, good.hash)] {
        let body = only(&stage, workflow).await;
        assert_eq!(body["transactionHash"], hash.to_string());
    }
}

#[actix_web::test]
async fn a_receipt_without_a_status_is_no_success() {
    let stage = Stage::empty().await;
    let contract = stage.contract.to_checksum(None);
    let ended = |status: &str| {
        let settings = json!({"to": contract, "status": status, "delivery": "seen"});
        watching("transaction-status", &settings)
    };
    let any = stage.app.published(&ended("any")).await;
    stage.app.published(&ended("success")).await;
    let door = stage.door();
    let _detector = stage.detector(&[&door]);
    stage.app.until_enrolled(2).await;
    stage.until_followed().await;
    // As it was before Byzantium.
    door.alters(|method, _, result| {
        if method == "eth_getBlockReceipts" {
            for receipt in result.as_array_mut().into_iter().flatten() {
                receipt.as_object_mut().unwrap().remove("status");
            }
        }
    });
    stage.block_with_a_log().await;
    stage.node.mine(1).await;
    stage.until_followed().await;
    stage.app.until_runs(1).await;
    assert_eq!(only(&stage, &any).await["status"], "unknown");
}

#[actix_web::test]
async fn of_all_transfers_of_a_chain_those_of_a_wallet_alone_are_asked_for() {
    let stage = Stage::empty().await;
    let wallet = Address::repeat_byte(0xaa);
    let settings = json!({"walletAddress": wallet.to_checksum(None), "delivery": "seen"});
    stage.app.published(&watching("erc20-receive", &settings)).await;
    stage.app.published(&watching("erc20-send", &settings)).await;
    let door = stage.door();
    let _detector = stage.detector(&[&door]);
    stage.app.until_enrolled(2).await;
    stage.until_followed().await;
    door.calls();
    // Whatever else is transferred is ruled out by the block's bloom, and not asked about.
    let to = |wallet| Order { to: wallet, ..Order::of(2) };
    let stranger = stage.node.sent(stage.contract, to(Address::repeat_byte(0xcc))).await;
    stage.node.block(&[&stranger]).await;
    stage.until_followed().await;
    assert_eq!(door.asked("eth_getLogs"), 0);
    let received = stage.node.sent(stage.contract, to(wallet)).await;
    let stranger = stage.node.sent(stage.contract, to(Address::repeat_byte(0xdd))).await;
    stage.node.block(&[&stranger, &received]).await;
    stage.app.until_runs(2).await;
    for run in stage.runs(2).await {
        let body = stage.app.body_of(&run).await;
        assert_eq!(body["transactionHash"], received.hash.to_string());
        assert_eq!(body["to"], wallet.to_checksum(None));
    }
}

/// With what the only run of a workflow began.
async fn only(stage: &Stage, workflow: &str) -> Value {
    let path = format!("/v1/runs?workflowId={workflow}");
    let is_one = |page: &Value| page["items"].as_array().is_some_and(|it| it.len() == 1);
    let page = stage.app.eventually(|| stage.app.client.data(&path), is_one).await;
    stage.app.body_of(page["items"][0]["id"].as_str().unwrap()).await
}
