//! Blocks that were passed by while nobody watched.

use serde_json::json;

use super::chain::TOKEN;
use super::{transfers, watched};

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
