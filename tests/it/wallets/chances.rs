//! What chains, nodes and tokens do to a transaction between its trial and its block.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chainkeel::primitives::{Clock as _, ManualClock, SystemClock};
use chainkeel::signing;
use serde_json::{Value, json};
use time::Duration;

use super::stage::{CHAIN, Stage, TEN, somebody};
use crate::support::fault_proxy::Fault;
use crate::support::softhsm::SoftHsm;

/// Code that undoes whatever calls it: PUSH1 0 PUSH1 0 REVERT.
const REVERTS: &str = "0x60006000fd";

#[actix_web::test]
async fn a_nonce_that_our_own_transaction_used_is_no_conflict() {
    // given a node that takes a transaction, loses the answer, and mines it, while nobody sees its receipt
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let mut is_first = true;
    stage.door.alters(move |method, _, answer: &mut Value| {
        if method == "eth_sendRawTransaction" && std::mem::take(&mut is_first) {
            *answer = json!("0x00");
        }
    });
    let is_hidden = Arc::new(AtomicBool::new(true));
    let hidden = Arc::clone(&is_hidden);
    stage.door.instead(move |method, _| {
        let hides = method == "eth_getTransactionReceipt" && hidden.load(Ordering::Relaxed);
        hides.then_some(Fault::Result(Value::Null))
    });
    let run = stage.pay(&workflow, &somebody(0x90), 5).await;
    let transaction = stage.until(&run, "broadcast").await;
    stage.node.mine(1).await;
    // when it is sent again, and the node says that the nonce is too low
    let path = format!("/v1/transactions/{}", transaction["id"].as_str().unwrap());
    let is_refused = |shown: &Value| shown.to_string().contains("nonce too low");
    stage.app.eventually(|| stage.app.client.data(&path), is_refused).await;
    // then its receipt settles it, and the next one follows
    is_hidden.store(false, Ordering::Relaxed);
    let ended = stage.mined(&run).await;
    assert_eq!((&ended["status"], &ended["result"]["nonce"]), (&json!("success"), &json!(0)));
    let run = stage.pay(&workflow, &somebody(0x90), 6).await;
    assert_eq!(stage.mined(&run).await["result"]["nonce"], 1);
    assert_eq!(stage.balance(&somebody(0x90)).await, 11);
}

#[actix_web::test]
async fn what_a_node_forgets_is_sent_again() {
    let stage = Stage::open().await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let run = stage.pay(&workflow, &somebody(0x91), 5).await;
    let hash = stage.until(&run, "broadcast").await["hash"].clone();
    stage.node.ask("anvil_dropTransaction", &json!([hash])).await;
    let asked = json!([hash]);
    let known = || stage.node.ask("eth_getTransactionByHash", &asked);
    assert!(known().await.is_null());
    stage.app.eventually(known, |known: &Value| !known.is_null()).await;
    let ended = stage.mined(&run).await;
    assert_eq!(ended["result"]["transactionHash"], hash, "the same bytes: {ended}");
    assert_eq!(stage.balance(&somebody(0x91)).await, 5);
}

#[actix_web::test]
async fn what_the_chain_undoes_costs_its_fee_and_leaves_the_limit_as_it_was() {
    // given a limit that leaves room for one payment
    let stage = Stage::bare().await;
    let coin = json!({ "token": { "chain": CHAIN, "address": somebody(0) } });
    stage
        .allow(&json!([
            { "id": "daily", "measure": coin, "most": "8", "per": "day", "by": "organization" },
        ]))
        .await;
    // when its receiver becomes a contract that refuses, or needs more gas than there is
    for (to, gas, used) in [(0x92, json!({ "gasLimit": 60_000 }), 0), (0x93, json!({}), 21_000)] {
        let to = somebody(to);
        let before = stage.balance(&stage.address).await;
        let workflow = stage.pays(&gas).await;
        let run = stage.pay(&workflow, &to, 8).await;
        stage.until(&run, "broadcast").await;
        stage.node.ask("anvil_setCode", &json!([to, REVERTS])).await;
        // then the node fails, the coins stay, and only the fee is gone
        let ended = stage.mined(&run).await;
        assert_eq!(ended["error"]["code"], "transaction_reverted", "{ended}");
        let details = &ended["error"]["details"];
        assert!(used == 0 || details["gasUsed"] == used, "out of gas is all of it: {details}");
        let fee: u128 = details["fee"].as_str().unwrap().parse().unwrap();
        assert_eq!(stage.balance(&stage.address).await, before - fee);
        assert_eq!(stage.balance(&to).await, 0);
        stage.until(&run, "reverted").await;
    }
    // and the limit leaves as much as before
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let run = stage.pay(&workflow, &somebody(0x94), 8).await;
    assert_eq!(stage.mined(&run).await["status"], "success");
    assert!(stage.balance(&stage.address).await < TEN - 8);
}

#[actix_web::test]
async fn a_token_that_is_away_for_ten_minutes_loses_no_transaction() {
    // given wallets whose keys are in a token, which is taken away
    let (clock, token) = (ManualClock::at(SystemClock.now()), SoftHsm::start().await);
    let signing = signing::Config {
        backend: Some(signing::Kind::Pkcs11),
        pkcs11: token.config.clone(),
        ..signing::Config::default()
    };
    let stage = Stage::with(Arc::new(clock.clone()), signing).await;
    stage.allow(&json!([])).await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    token.take_away();
    SoftHsm::kill_hosts();
    // when runs want to pay, and ten minutes pass
    let mut runs = Vec::new();
    for amount in 1..=4 {
        runs.push(stage.pay(&workflow, &somebody(0x95), amount).await);
    }
    stage.until(&runs[3], "signing").await;
    clock.advance(Duration::minutes(10));
    assert_eq!(stage.door.asked("eth_sendRawTransaction"), 0);
    // then all are paid once it is back, in the order of their nonces
    token.bring_back();
    for (nonce, run) in runs.iter().enumerate() {
        let ended = stage.mined(run).await;
        assert_eq!(ended["status"], "success", "{ended}");
        assert!(ended["result"]["nonce"].as_u64().unwrap() < 4, "{nonce}: {ended}");
    }
    assert_eq!(stage.balance(&somebody(0x95)).await, 10);
}
