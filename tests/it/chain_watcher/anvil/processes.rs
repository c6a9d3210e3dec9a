//! Watchers that end, begin again, and are several.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::stage::Stage;
use crate::support::anvil::number;
use crate::support::fault_proxy::Fault;

#[actix_web::test]
async fn a_restart_in_the_middle_of_a_backfill_of_5000_blocks_of_a_real_chain_loses_nothing() {
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let door = stage.door();
    drop(stage.following(&[&door]).await);
    for _ in 0..25 {
        let sent = stage.sent(2).await;
        stage.node.block(&[&sent]).await;
        stage.node.mine(199).await;
    }
    // In small ranges, and from the middle on not yet.
    let ready = Arc::new(AtomicBool::new(false));
    let until = Arc::clone(&ready);
    door.instead(move |method, parameters| {
        let end = |name: &str| parameters[0].get(name).map(number);
        let (from, to) = (end("fromBlock")?, end("toBlock")?);
        if method != "eth_getLogs" {
            return None;
        }
        if from > 2_500 && !until.load(Ordering::Relaxed) {
            return Some(Fault::Busy { seconds: 1 });
        }
        let message = || "eth_getLogs is limited to a 300 range".to_owned();
        (to - from >= 300).then(|| Fault::Error(-32000, message()))
    });
    let second = stage.detector(&[&door]);
    let next = "select coalesce(max(next_block), 0) from chain_gaps";
    stage.app.eventually(|| stage.app.count(next), |next| *next > 1_500).await;
    drop(second);
    assert_eq!(stage.gaps().await, 1, "it is not done");
    ready.store(true, Ordering::Relaxed);
    let _third = stage.detector(&[&door]);
    stage.block_with_a_log().await;
    stage.until_followed().await;
    stage.app.eventually(|| stage.gaps(), |gaps| *gaps == 0).await;
    stage.ledger_holds(&[]).await;
    let ranges = door.asked("eth_getLogs");
    assert!(ranges < 120, "{ranges} questions for 5,000 blocks");
}

#[actix_web::test]
async fn two_detectors_on_one_database_start_every_run_of_a_real_chain_once() {
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let (one, other) = (stage.door(), stage.door());
    let first = stage.following(&[&one]).await;
    let _second = stage.detector(&[&other]);
    let (stays, moves) = (stage.sent(1).await, stage.sent(2).await);
    stage.node.block(&[&stays, &moves]).await;
    stage.node.mine(2).await;
    stage.ledger_holds(&[]).await;
    // The one that watches goes while the chain reorganizes.
    stage.node.reorganize(3, &[(&stays, 0), (&moves, 2)]).await;
    drop(first);
    stage.block_with_a_log().await;
    stage.block_with_a_log().await;
    stage.until_followed().await;
    stage.ledger_holds(&[]).await;
    assert_eq!(stage.app.retractions().await, 0);
}
