//! `wait-for-transaction`.

use alloy_primitives::{Address, B256};
use engine::Failure;
use serde_json::{Value, json};

use super::stage::{CHAIN, Stage, with};

const PAY: &str = "pay(address to, uint256 amount) returns (bool)";

/// Time in which everything that a test does happens.
const LONG: u64 = 20_000;

impl Stage {
    /// A run that waits for a transaction, once it has seen it: whoever asks again was answered.
    async fn waiting(&self, payload: Value) -> String {
        let workflow = self.app.published(&with("wait-for-transaction", &payload, LONG)).await;
        let before = self.door.asked("eth_getTransactionByHash");
        let run = self.app.run_of(&workflow, &json!({})).await;
        let asked = || async { self.door.asked("eth_getTransactionByHash") };
        self.app.eventually(asked, |asked| *asked >= before + 2).await;
        run
    }

    /// Waits until it was looked once more for the receipt of what is waited for.
    async fn until_looked(&self) {
        let before = self.door.asked("eth_getTransactionReceipt");
        let asked = || async { self.door.asked("eth_getTransactionReceipt") };
        // The second of two begins after this.
        self.app.eventually(asked, |asked| *asked >= before + 2).await;
    }

    async fn waited(&self, run: &str) -> Result<Value, Failure> {
        self.ended(run).await
    }
}

#[actix_web::test]
async fn it_is_waited_until_so_many_blocks_stand_on_it() {
    let stage = Stage::open().await;
    let hash = stage.sends(PAY, json!([Address::repeat_byte(0xbb), "5"])).await;
    let until = json!({ "confirmations": 2 });
    let run = stage.waiting(json!({ "transactionHash": hash, "until": until })).await;
    stage.node.mine(2).await;
    stage.until_looked().await;
    stage.app.until_status(&run, "running").await;
    stage.node.mine(1).await;
    let told = stage.waited(&run).await.unwrap();
    assert_eq!((&told["status"], &told["timedOut"]), (&json!("success"), &json!(false)));
    assert_eq!((&told["confirmations"], &told["chainId"]), (&json!(2), &json!(CHAIN)));
    assert_eq!(told["reorganizations"], 0);
}

#[actix_web::test]
async fn a_reverted_one_is_an_answer_unless_a_failure_was_asked_for() {
    let stage = Stage::open().await;
    let hash = stage.sent("refuse(string)", json!(["no"])).await;
    let asked = json!({ "transactionHash": hash, "until": { "confirmations": 0 } });
    assert_eq!(stage.told("wait-for-transaction", asked.clone()).await["status"], "reverted");
    let mut failing = asked;
    failing["failOnRevert"] = json!(true);
    let failure = stage.node("wait-for-transaction", failing).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.retryable), ("transaction_reverted", false));
}

#[actix_web::test]
async fn when_the_time_is_up_it_says_how_far_the_transaction_has_come() {
    let stage = Stage::open().await;
    let wait = async |hash: B256, until: Value| {
        let asked = json!({ "transactionHash": hash, "until": until, "timeoutMs": 300 });
        let told = stage.told("wait-for-transaction", asked).await;
        assert_eq!(told["timedOut"], true);
        told["status"].clone()
    };
    let deep = json!({ "confirmations": 50 });
    assert_eq!(wait(B256::repeat_byte(1), deep.clone()).await, "not_found");
    let hash = stage.sends(PAY, json!([Address::repeat_byte(0xbb), "5"])).await;
    assert_eq!(wait(hash, deep.clone()).await, "pending");
    stage.node.mine(1).await;
    assert_eq!(wait(hash, deep).await, "success", "and not yet as sure as was asked for");
}

#[actix_web::test]
async fn one_that_a_reorganization_moves_is_waited_for_anew_and_the_move_is_told() {
    let stage = Stage::open().await;
    let hash = stage.sends(PAY, json!([Address::repeat_byte(0xbb), "5"])).await;
    let raw = stage.node.ask("eth_getRawTransactionByHash", &json!([hash])).await;
    let until = json!({ "confirmations": 3 });
    let run = stage.waiting(json!({ "transactionHash": hash, "until": until })).await;
    stage.node.mine(2).await;
    stage.until_looked().await;
    // Into the second of two other blocks.
    stage.node.ask("anvil_reorg", &json!([2, [[raw, 1]]])).await;
    stage.until_looked().await;
    stage.node.mine(2).await;
    stage.until_looked().await;
    stage.app.until_status(&run, "running").await;
    stage.node.mine(1).await;
    let told = stage.waited(&run).await.unwrap();
    assert_eq!((&told["status"], &told["confirmations"]), (&json!("success"), &json!(3)));
    assert_eq!(told["reorganizations"], 1);
}

#[actix_web::test]
async fn one_whose_place_another_has_taken_is_waited_for_no_longer() {
    let stage = Stage::open().await;
    let hash = stage.sends(PAY, json!([Address::repeat_byte(0xbb), "5"])).await;
    let sent = stage.node.ask("eth_getTransactionByHash", &json!([hash])).await;
    let until = json!({ "confirmations": 1 });
    let run = stage.waiting(json!({ "transactionHash": hash, "until": until })).await;
    let other = json!([{
        "from": stage.node.account(0), "to": stage.node.account(1), "value": "0x1",
        "nonce": sent["nonce"], "gas": "0x5208", "gasPrice": "0xee6b2800",
    }]);
    stage.node.ask("eth_sendTransaction", &other).await;
    stage.node.mine(2).await;
    let told = stage.waited(&run).await.unwrap();
    assert_eq!((&told["status"], &told["timedOut"]), (&json!("replaced"), &json!(false)));
}

#[actix_web::test]
async fn a_wait_goes_on_after_the_house_was_down() {
    let mut stage = Stage::open().await;
    let hash = stage.sends(PAY, json!([Address::repeat_byte(0xbb), "5"])).await;
    let until = json!({ "confirmations": 0 });
    let run = stage.waiting(json!({ "transactionHash": hash, "until": until })).await;
    let node = &stage.node;
    stage.app.after_downtime(async |_| node.mine(1).await).await;
    let told = stage.waited(&run).await.unwrap();
    assert_eq!(told["status"], "success");
}

#[actix_web::test]
async fn those_that_wait_take_no_place_from_those_that_work() {
    let stage = Stage::of_one_place().await;
    let hash = stage.sends(PAY, json!([Address::repeat_byte(0xbb), "5"])).await;
    let until = json!({ "confirmations": 0 });
    let run = stage.waiting(json!({ "transactionHash": hash, "until": until })).await;
    let told = stage.told("get-balance", json!({ "address": Address::repeat_byte(0xbb) })).await;
    assert_eq!(told["balance"], "0");
    stage.app.until_status(&run, "running").await;
    stage.node.mine(1).await;
    assert_eq!(stage.waited(&run).await.unwrap()["status"], "success");
}
