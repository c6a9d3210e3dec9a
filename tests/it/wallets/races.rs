//! Many at once: no nonce twice, none left out, and no limit passed.

use futures::future::join_all;
use serde_json::json;

use super::stage::{CHAIN, Stage, somebody};

#[actix_web::test]
async fn many_runs_of_one_wallet_are_all_paid_once_without_a_gap() {
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let receiver = somebody(0xd0);
    let runs = join_all((0..30).map(|_| stage.pay(&workflow, &receiver, 2))).await;
    let mut nonces = Vec::new();
    for run in &runs {
        let ended = stage.mined(run).await;
        assert_eq!(ended["status"], "success", "{ended}");
        nonces.push(ended["result"]["nonce"].as_u64().unwrap());
    }
    nonces.sort_unstable();
    assert_eq!(nonces, (0..30).collect::<Vec<_>>());
    assert_eq!(stage.balance(&receiver).await, 60);
}

#[actix_web::test]
async fn of_runs_that_race_for_the_last_of_a_limit_only_as_many_as_fit_are_paid() {
    let stage = Stage::bare().await;
    let coin = json!({ "token": { "chain": CHAIN, "address": somebody(0) } });
    stage
        .allow(&json!([
            { "id": "daily", "measure": coin, "most": "10", "per": "day", "by": "organization" },
        ]))
        .await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let receiver = somebody(0xd1);
    let runs = join_all((0..8).map(|_| stage.pay(&workflow, &receiver, 3))).await;
    let mut paid = 0;
    for run in &runs {
        let ended = stage.mined(run).await;
        match ended["status"].as_str() {
            Some("success") => paid += 1,
            _ => assert_eq!(ended["error"]["code"], "transaction_denied", "{ended}"),
        }
    }
    assert_eq!(paid, 3);
    assert_eq!(stage.balance(&receiver).await, 9);
}
