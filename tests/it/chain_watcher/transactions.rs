//! Transactions, by their own receipts.

use chainkeel::triggers::evm::Outcome;
use serde_json::json;

use super::chain::{STRANGER, WALLET};
use super::{watched, watching};

#[actix_web::test]
async fn a_reverted_transaction_in_a_block_with_other_logs_is_reverted_and_moved_nothing() {
    let wallet = WALLET.to_checksum(None);
    let receives = watching("eth-receive", &json!({"walletAddress": wallet, "delivery": "seen"}));
    let (app, chain, received) = watched(&receives).await;
    let failed =
        json!({"from": STRANGER.to_checksum(None), "status": "reverted", "delivery": "seen"});
    let failed = app.published(&watching("transaction-status", &failed)).await;
    let every =
        app.published(&watching("evm-block", &json!({"every": 5, "delivery": "seen"}))).await;
    let _detector = app.detector(&chain);
    app.until_enrolled(3).await;
    let mut undone = chain.sent(&[]);
    (undone.value, undone.outcome) = (7, Outcome::Reverted);
    let mut done = chain.sent(&[1, 2]);
    done.value = 7;
    // Block 10.
    chain.mine(&[undone.clone(), done.clone()]);
    app.until_runs(3).await;
    for (workflow, hash) in
        [(&received, Some(done.hash)), (&failed, Some(undone.hash)), (&every, None)]
    {
        let path = format!("/v1/runs?workflowId={workflow}");
        let page = app
            .eventually(
                || app.client.data(&path),
                |page| page["items"].as_array().is_some_and(|it| it.len() == 1),
            )
            .await;
        let body = app.body_of(page["items"][0]["id"].as_str().unwrap()).await;
        assert_eq!(body["blockNumber"], 10);
        if let Some(hash) = hash {
            assert_eq!(body["transactionHash"], hash.to_string());
        }
    }
}
