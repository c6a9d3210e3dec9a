//! Blocks that were passed by while nobody watched.

use serde_json::json;

use super::chain::TOKEN;
use super::{transfers, watched};

#[actix_web::test]
async fn a_restart_in_the_middle_of_a_backfill_of_5000_blocks_loses_nothing() {
    let (app, chain, _) = watched(&transfers(&json!({"delivery": "seen"}))).await;
    let first = app.detector(&chain);
    app.until_enrolled(1).await;
    app.until_followed(&chain).await;
    drop(first);
    for _ in 0..50 {
        chain.mine(&[chain.sent(&[1])]);
        chain.mine_empty(99);
    }
    chain.slow(true);
    let second = app.detector(&chain);
    let gap = "select coalesce(max(next_block), 0) from chain_gaps";
    app.eventually(|| app.count(gap), |next| *next > 1_000).await;
    drop(second);
    assert_eq!(app.count("select count(*) from chain_gaps").await, 1, "it is not done");

    let _third = app.detector(&chain);
    app.until_followed(&chain).await;
    // What is new does not wait for what is old.
    app.eventually(|| app.count("select count(*) from chain_gaps"), |gaps| *gaps == 0).await;
    app.until_runs(50).await;
    let ranges = chain.asked("logs_in");
    assert!((16..60).contains(&ranges), "{ranges} questions for 5,000 blocks");
}

#[actix_web::test]
async fn a_trigger_begins_at_the_head_of_its_time_also_in_a_backfill() {
    let (app, chain, _) = watched(&transfers(&json!({"delivery": "seen"}))).await;
    let first = app.detector(&chain);
    app.until_enrolled(1).await;
    drop(first);
    chain.mine(&[chain.sent(&[1])]);
    chain.mine_empty(400);
    let late = json!({"delivery": "seen", "contractAddress": TOKEN.to_checksum(None)});
    app.published(&transfers(&late)).await;
    let _second = app.detector(&chain);
    app.until_enrolled(2).await;
    app.until_followed(&chain).await;
    chain.mine(&[chain.sent(&[2])]);
    // The first trigger has both, the second one what came after it.
    app.until_runs(3).await;
}
