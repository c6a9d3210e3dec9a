//! `get-transaction` and `debug-transaction`.

use alloy_primitives::{Address, B256};
use serde_json::{Value, json};

use super::stage::Stage;
use crate::support::fault_proxy::Fault;

const PAY: &str = "pay(address to, uint256 amount) returns (bool)";
const ABI: [&str; 3] = [
    "function pay(address to, uint256 amount) returns (bool)",
    "event Paid(address indexed from, address indexed to, uint256 amount)",
    "error Short(uint256 available, uint256 needed)",
];

#[actix_web::test]
async fn a_transaction_is_told_with_its_own_end_its_call_and_its_logs() {
    let stage = Stage::open().await;
    let (from, to) = (stage.node.account(0).to_checksum(None), Address::repeat_byte(0xbb));
    let hash = stage.sends(PAY, json!([to, "5"])).await;
    let ask = json!({ "transactionHash": hash, "abi": ABI });
    let told = stage.told("get-transaction", ask.clone()).await;
    assert_eq!((&told["status"], &told["from"]), (&json!("pending"), &json!(from)));

    let failed = stage.sends("refuse(string)", json!(["no"])).await;
    stage.node.mine(1).await;
    let (number, block) = stage.node.head().await;
    stage.node.mine(2).await;
    let told = stage.told("get-transaction", ask).await;
    assert_eq!((&told["status"], &told["confirmations"]), (&json!("success"), &json!(2)));
    assert_eq!((&told["blockNumber"], &told["blockHash"]), (&json!(number), &json!(block)));
    let arguments = json!({ "to": to.to_checksum(None), "amount": "5" });
    assert_eq!(told["call"]["arguments"], arguments);
    let log = &told["logs"][0];
    assert_eq!((&log["event"], &log["arguments"]["amount"]), (&json!("Paid"), &json!("5")));
    assert!(told["gasUsed"].as_str().unwrap().parse::<u64>().unwrap() > 21_000);

    // In the same block, beside one that logged.
    let told = stage.told("get-transaction", json!({ "transactionHash": failed })).await;
    assert_eq!((&told["status"], &told["logs"]), (&json!("reverted"), &json!([])));
    let unknown = json!({ "transactionHash": B256::repeat_byte(1) });
    assert_eq!(stage.told("get-transaction", unknown).await["status"], "not_found");
}

#[actix_web::test]
async fn a_receipt_of_a_block_that_was_left_behind_says_nothing() {
    let stage = Stage::open().await;
    let hash = stage.sent(PAY, json!([stage.contract(), "5"])).await;
    let stale = stage.node.ask("eth_getTransactionReceipt", &json!([hash])).await;
    stage.node.reorganize(1, &[]).await;
    stage.door.alters(move |method, _, result| {
        if method == "eth_getTransactionReceipt" {
            *result = stale.clone();
        }
    });
    let told = stage.told("get-transaction", json!({ "transactionHash": hash })).await;
    assert!(["pending", "not_found"].contains(&told["status"].as_str().unwrap()), "{told}");
}

#[actix_web::test]
async fn a_failed_transaction_is_explained_by_what_its_contract_says() {
    let stage = Stage::open().await;
    let debug = async |hash: B256| {
        stage.told("debug-transaction", json!({ "transactionHash": hash, "abi": ABI })).await
    };
    let refused = stage.sent("refuse(string)", json!(["not on a Sunday"])).await;
    let told = debug(refused).await;
    assert_eq!(
        (&told["status"], &told["explanation"]),
        (&json!("reverted"), &json!("not on a Sunday"))
    );
    let divided = stage.sent("divide(uint256,uint256)", json!([1, 0])).await;
    assert_eq!(debug(divided).await["reason"]["kind"], "panic");
    let short = stage.sent(PAY, json!([stage.contract(), "1500001"])).await;
    let told = debug(short).await;
    assert_eq!(told["reason"]["arguments"], json!({ "available": "1500000", "needed": "1500001" }));
    assert_eq!(told["call"]["name"], "pay");
    let good = stage.sent(PAY, json!([stage.contract(), "5"])).await;
    let told = debug(good).await;
    assert_eq!((&told["status"], &told["reason"]), (&json!("success"), &Value::Null));
    assert_eq!(debug(B256::repeat_byte(1)).await["status"], "not_found");
}

#[actix_web::test]
async fn what_failed_only_behind_another_in_its_block_is_found_on_the_state_of_the_block() {
    let stage = Stage::open().await;
    // Alone, the second would have had enough.
    stage.sends(PAY, json!([Address::repeat_byte(0xbb), "1500000"])).await;
    let second = stage.sends(PAY, json!([Address::repeat_byte(0xcc), "1"])).await;
    stage.node.mine(1).await;
    let told =
        stage.told("debug-transaction", json!({ "transactionHash": second, "abi": ABI })).await;
    assert_eq!(told["explanation"], "Short(available: 0, needed: 1)");
}

#[actix_web::test]
async fn one_that_ran_out_of_gas_is_told_as_such() {
    let stage = Stage::open().await;
    let data = super::stage::data("spend(uint256)", &json!([40]));
    let order = json!({ "to": stage.till, "data": data, "gas": "0x20000" });
    let hash = stage.node.sends(order).await;
    stage.node.mine(1).await;
    let told = stage.told("debug-transaction", json!({ "transactionHash": hash })).await;
    assert_eq!(told["status"], "reverted");
    let explanation = told["explanation"].as_str().unwrap();
    assert!(
        explanation.starts_with("it ran out of gas") && explanation.contains("131072"),
        "{explanation}"
    );
}

#[actix_web::test]
async fn a_state_that_no_endpoint_keeps_is_said_and_nothing_is_invented() {
    let stage = Stage::open().await;
    let hash = stage.sent("refuse(string)", json!(["no"])).await;
    stage.door.instead(|method, _| {
        let words = "missing trie node 5a (path ) state 0x1 is not available";
        (method == "eth_call").then(|| Fault::Error(-32000, words.to_owned()))
    });
    let told = stage.told("debug-transaction", json!({ "transactionHash": hash })).await;
    assert_eq!((&told["status"], &told["reason"]), (&json!("reverted"), &Value::Null));
    assert!(told["explanation"].as_str().unwrap().contains("archive"), "{told}");
    let read =
        json!({ "contractAddress": stage.contract(), "function": "symbol() returns (string)" });
    assert_eq!(stage.node("read-contract", read).await.unwrap_err().code, "state_not_kept");
}
