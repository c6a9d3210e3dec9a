//! Blocks that a chain replaces, and branches that are one endpoint's alone.

use serde_json::json;

use super::stage::Stage;
use crate::support::anvil::Anvil;

/// A reorganization of so many blocks in which one transaction stays where it is, one moves, one is
/// gone, and one is new.
async fn reorganized(depth: u64) {
    let stage = Stage::of(json!({"delivery": "seen", "onReorg": "cancel"})).await;
    let (one, other) = (stage.door(), stage.door());
    let _detector = stage.following(&[&one, &other]).await;
    let (stays, moves, goes) = (stage.sent(1).await, stage.sent(2).await, stage.sent(1).await);
    stage.block_with_a_log().await;
    stage.node.block(&[&stays, &moves, &goes]).await;
    if depth > 1 {
        stage.node.mine(depth - 1).await;
    }
    stage.ledger_holds(&[]).await;
    stage.until_followed().await;

    let comes = stage.sent(1).await;
    if depth > 1 {
        stage.node.reorganize(depth, &[(&stays, 0), (&comes, 0), (&moves, depth - 1)]).await;
    } else {
        stage.node.reorganize(depth, &[(&stays, 0), (&comes, 0)]).await;
        stage.node.block(&[&moves]).await;
    }
    stage.node.mine(3).await;
    stage.until_followed().await;
    stage.ledger_holds(&[&goes]).await;
    stage.app.eventually(|| stage.app.retractions(), |count| *count == 1).await;
    let kept = "select count(*) from chain_matches where state = 'delivered'";
    assert_eq!(stage.app.count(kept).await, 5, "what stayed or moved keeps its run");
    let cancelled = || stage.app.client.data("/v1/runs?status=cancelled");
    let cancelled = stage
        .app
        .eventually(cancelled, |page| page["items"].as_array().is_some_and(|it| it.len() == 1))
        .await;
    let run = cancelled["items"][0]["id"].as_str().unwrap();
    assert_eq!(stage.app.body_of(run).await["transactionHash"], goes.hash.to_string());

    // It comes again, and starts nothing more.
    stage.node.block(&[&goes]).await;
    let returned = "select count(*) from events where aggregate_type = 'chain_match'
                     and event_type = 'returned'";
    stage.app.eventually(|| stage.app.count(returned), |count| *count == 1).await;
    stage.ledger_holds(&[]).await;
}

#[actix_web::test]
async fn a_reorganization_of_one_block_moves_removes_and_adds_logs() {
    reorganized(1).await;
}

#[actix_web::test]
async fn a_reorganization_of_64_blocks_moves_removes_and_adds_logs() {
    reorganized(64).await;
}

#[actix_web::test]
async fn a_chain_that_replaces_what_was_final_is_halted_and_nothing_is_taken_back() {
    let stage = Stage::of(json!({"delivery": "finalized", "onReorg": "cancel"})).await;
    let door = stage.door();
    let _detector = stage.following(&[&door]).await;
    stage.block_with_a_log().await;
    // This chain calls final what is 128 blocks deep.
    for _ in 0..3 {
        stage.node.mine(45).await;
        stage.until_followed().await;
    }
    stage.ledger_holds(&[]).await;
    let gone = stage.node.logs(stage.contract).await.len();
    stage.node.reorganize(138, &[]).await;
    assert_eq!((gone, stage.node.logs(stage.contract).await.len()), (1, 0));
    let halted = "select count(*) from chain_cursors where halted is not null";
    stage.app.eventually(|| stage.app.count(halted), |count| *count == 1).await;
    assert_eq!(stage.app.retractions().await, 0);
    stage.app.until_runs(1).await;
}

#[actix_web::test]
async fn the_branch_of_a_minority_is_not_followed() {
    let stage = Stage::of(json!({"delivery": "seen"})).await;
    let (one, other, stray) = (stage.door(), stage.door(), stage.door());
    let _detector = stage.following(&[&one, &other, &stray]).await;
    stage.block_with_a_log().await;
    let branch = Anvil::branch_of(&stage.node).await;
    // Of the same length, and with a log that the others never have.
    let never = stage.sent(1).await;
    branch.block(&[&never]).await;
    branch.mine(1).await;
    let there = stage.sent(1).await;
    stage.node.block(&[&there]).await;
    stage.node.mine(1).await;
    stage.ledger_holds(&[]).await;
    stage.until_followed().await;

    stray.leads_to(&branch);
    stage.until_asked(&stray, "eth_getBlockByNumber", 12).await;
    stage.until_asked(&one, "eth_getBlockByNumber", 12).await;
    for _ in 0..3 {
        stage.block_with_a_log().await;
    }
    stage.ledger_holds(&[]).await;
    stage.until_followed().await;
    let replaced = "select count(*) from chain_matches where state <> 'delivered'";
    assert_eq!(stage.app.count(replaced).await, 0);

    // The two that agree are believed, whatever the third one has.
    stage.node.reorganize(3, &[]).await;
    stage.node.mine(4).await;
    stage.until_followed().await;
    stage.app.eventually(|| stage.app.retractions(), |count| *count == 3).await;
}
