//! What a node is asked.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use serde_json::json;

use super::stage::Stage;
use crate::chain_watcher::transfers;

/// Blocks that are counted.
const BLOCKS: u64 = 4;

#[actix_web::test]
async fn many_triggers_on_many_contracts_cost_as_many_calls_a_block_as_one() {
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let door = stage.door();
    let _detector = stage.following(&[&door]).await;
    let with_one = calls_a_block(&stage, &door).await;
    // Eleven hundred contracts: more than one question names.
    for at in 0..11_u64 {
        let contract =
            |n: u64| Address::left_padding_from(&(0xc0_ffee + at * 100 + n).to_be_bytes());
        let contracts: Vec<_> = (0..100).map(|n| contract(n).to_checksum(None)).collect();
        let settings = json!({"delivery": "seen", "contractAddress": contracts});
        stage.app.published(&transfers(&settings)).await;
    }
    stage.app.until_enrolled(12).await;
    let with_many = calls_a_block(&stage, &door).await;
    assert_eq!(with_one, with_many);
    // Its logs, and the receipts that say which ordinal a log has; what the block's bloom rules out
    // is not asked.
    assert_eq!(with_one["eth_getLogs"], BLOCKS);
    assert_eq!(with_one["eth_getBlockReceipts"], BLOCKS);
}

/// What is asked about blocks with a log, beside how far the chain is, which is asked all the time.
async fn calls_a_block(
    stage: &Stage,
    door: &crate::support::fault_proxy::FaultProxy,
) -> BTreeMap<String, u64> {
    door.calls();
    for _ in 0..BLOCKS {
        stage.block_with_a_log().await;
    }
    stage.ledger_holds(&[]).await;
    let mut calls = door.calls();
    calls
        .retain(|method, _| !matches!(method.as_str(), "eth_blockNumber" | "eth_getBlockByNumber"));
    calls
}
