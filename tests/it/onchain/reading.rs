//! `get-balance`, `read-contract` and `simulate-transaction`.

use alloy_primitives::Address;
use serde_json::{Value, json};

use super::stage::{CHAIN, Stage, with};
use crate::support::fault_proxy::Fault;

const PAY: &str = "pay(address to, uint256 amount) returns (bool)";

#[actix_web::test]
async fn a_balance_is_told_to_the_last_digit_with_the_block_of_which_it_is() {
    let stage = Stage::open().await;
    let holder = stage.node.account(0).to_checksum(None);
    let (number, hash) = stage.node.head().await;
    let token = stage
        .told("get-balance", json!({ "address": holder, "tokenAddress": stage.contract() }))
        .await;
    let expected = json!({
        "chainId": CHAIN, "blockNumber": number, "blockHash": hash, "address": holder,
        "tokenAddress": stage.contract(), "balance": "1500000", "decimals": 6, "formatted": "1.5",
        "symbol": "TILL", "blockTimestamp": token["blockTimestamp"],
    });
    assert_eq!(token, expected);
    let wei = "0xde0b6b3a7640001";
    stage.node.ask("anvil_setBalance", &json!([Address::repeat_byte(7), wei])).await;
    let coin = json!({ "address": Address::repeat_byte(7), "chainId": "anvil" });
    let coin = stage.told("get-balance", coin).await;
    assert_eq!((&coin["balance"], &coin["decimals"]), (&json!("1000000000000000001"), &json!(18)));
    assert_eq!(coin["formatted"], "1.000000000000000001");
    assert_eq!((&coin["tokenAddress"], &coin["symbol"]), (&Value::Null, &json!("ETH")));
}

#[actix_web::test]
async fn an_earlier_block_says_what_there_was_at_that_time() {
    let stage = Stage::open().await;
    let (before, _) = stage.node.head().await;
    let to = Address::repeat_byte(0xbb);
    stage.sent(PAY, json!([to, "500000"])).await;
    for (block, balance) in [(json!(before), "0"), (json!("latest"), "500000")] {
        let asked = json!({ "address": to, "tokenAddress": stage.contract(), "block": block });
        assert_eq!(stage.told("get-balance", asked).await["balance"], balance);
    }
    let later = json!({ "address": to, "block": before + 1_000 });
    let failure = stage.node("get-balance", later).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.retryable), ("block_missing", true));
}

#[actix_web::test]
async fn what_is_no_token_is_told_as_such() {
    let stage = Stage::open().await;
    let nobody = json!({ "address": stage.contract(), "tokenAddress": Address::repeat_byte(9) });
    let failure = stage.node("get-balance", nobody).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.retryable), ("no_contract", false));
}

#[actix_web::test]
async fn a_function_is_read_with_every_type_by_a_signature_and_by_an_abi() {
    let stage = Stage::open().await;
    let who = stage.node.account(1).to_checksum(None);
    let signature = "receipt(address who, int256[] changes) view returns \
                     ((address who, uint8 kind, string note, int256[] changes) made, bytes4 tag, \
                     uint8[2] pair, bool good)";
    let arguments = json!({ "who": who, "changes": [-5, "9007199254740993"] });
    let asked = json!({
        "contractAddress": stage.contract(), "function": signature, "arguments": arguments,
    });
    let told = stage.told("read-contract", asked).await;
    let expected = json!({
        "made": {
            "who": who, "kind": 7, "note": "für zwei", "changes": ["-5", "9007199254740993"],
        },
        "tag": "0xdeadbeef", "pair": [1, 2], "good": true,
    });
    assert_eq!(told["result"], expected);
    assert_eq!(told["outputs"][1], "0xdeadbeef");

    let abi = json!([{
        "type": "function", "name": "divide", "stateMutability": "pure",
        "inputs": [{"name": "a", "type": "uint256"}, {"name": "b", "type": "uint256"}],
        "outputs": [{"name": "", "type": "uint256"}],
    }]);
    let asked = json!({
        "contractAddress": stage.contract(), "abi": abi, "function": "divide",
        "arguments": {"a": "{{$inputs.a}}", "b": 2},
    });
    let workflow = stage.app.published(&with("read-contract", &asked, 30_000)).await;
    let input = json!({ "a": "85070591730234615865843651857942052864" });
    let run = stage.app.run_of(&workflow, &input).await;
    let told = stage.ended(&run).await.unwrap();
    assert_eq!(told["result"], "42535295865117307932921825928971026432");
    assert_eq!(told["function"], "divide(uint256,uint256)");
}

#[actix_web::test]
async fn an_undone_call_fails_with_the_reason_of_the_contract() {
    let stage = Stage::open().await;
    let short = ["error Short(uint256 available, uint256 needed)"];
    let read = async |function: &str, arguments: Value| {
        let asked = json!({
            "contractAddress": stage.contract(), "function": function, "arguments": arguments,
            "abi": short,
        });
        let failure = stage.node("read-contract", asked).await.unwrap_err();
        assert_eq!((failure.code.as_str(), failure.retryable), ("call_reverted", false));
        failure.details.unwrap()["reason"].clone()
    };
    // Its words are the contract's, also where a busy endpoint would use them.
    let busy = read("refuse(string)", json!(["rate limit: too many requests"])).await;
    assert_eq!(busy, json!({ "kind": "error", "message": "rate limit: too many requests" }));
    let zero = read("divide(uint256,uint256) returns (uint256)", json!([1, 0])).await;
    let expected = json!({ "kind": "panic", "code": "0x12", "message": "a division or a remainder by zero (panic 0x12)" });
    assert_eq!(zero, expected);
    let silent = read("refuseSilently()", json!([])).await;
    assert_eq!(silent["kind"], "none");
    let short = read(PAY, json!([stage.contract(), "7"])).await;
    assert_eq!(short["name"], "Short");
    assert_eq!(short["arguments"], json!({ "available": "0", "needed": "7" }));
}

#[actix_web::test]
async fn what_does_not_fit_the_signature_is_refused_and_never_guessed() {
    let stage = Stage::open().await;
    let asked =
        |function: &str| json!({ "contractAddress": stage.contract(), "function": function });
    let failure = stage.node("read-contract", asked("symbol() returns (address)")).await;
    assert_eq!(failure.unwrap_err().code, "answer_unreadable");
    let failure = stage.node("read-contract", asked("symbol()")).await;
    assert_eq!(failure.unwrap_err().code, "answer_unreadable");
    let mut nobody = asked("symbol() returns (string)");
    nobody["contractAddress"] = json!(Address::repeat_byte(9));
    assert_eq!(stage.node("read-contract", nobody).await.unwrap_err().code, "no_contract");
}

#[actix_web::test]
async fn what_can_be_known_of_a_draft_is_said_at_publish_with_its_place() {
    let stage = Stage::open().await;
    let contract = stage.contract();
    let read = |fields: Value| {
        let mut asked = json!({ "contractAddress": contract, "function": PAY });
        asked.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        asked
    };
    let good = read(json!({ "arguments": ["{{$inputs.to}}", "{{$inputs.amount}}"] }));
    assert_eq!(stage.problems("read-contract", good).await, [""; 0]);
    let mut wrong = contract.clone();
    // Another case of one letter is another checksum.
    let at = wrong[2..].find(|it: char| it.is_ascii_alphabetic()).unwrap() + 2;
    let letter = wrong[at..=at].chars().next().unwrap();
    let other = if letter.is_ascii_lowercase() {
        letter.to_ascii_uppercase()
    } else {
        letter.to_ascii_lowercase()
    };
    wrong.replace_range(at..=at, &other.to_string());
    for (fields, told) in [
        (
            json!({ "contractAddress": wrong }),
            "/contractAddress: is an address with a wrong checksum",
        ),
        (json!({ "chainId": "atlantis" }), "/chainId: it is no chain's id"),
        (json!({ "function": "pay(adress)" }), "/function: "),
        (json!({ "arguments": ["{{$inputs.to}}"] }), "/arguments: needs 2 values"),
        (json!({ "arguments": ["{{$inputs.to}}", "1.5"] }), "/arguments/1: is no uint256"),
        (json!({ "arguments": {"to": "{{$inputs.to}}", "sum": 1} }), "/arguments/sum: is none"),
        (json!({ "block": "tomorrow" }), "/block: must be"),
        (
            json!({ "abi": ["event Nothing()"], "function": "pay" }),
            "/function: must be a signature",
        ),
    ] {
        let mut payload = read(json!({ "arguments": ["{{$inputs.to}}", 1] }));
        payload.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let problems = stage.problems("read-contract", payload).await;
        assert!(problems.iter().any(|it| it.starts_with(told)), "{fields}: {problems:?}");
    }
}

#[actix_web::test]
async fn a_simulation_tells_gas_and_result_or_the_reason_and_fails_only_when_asked() {
    let stage = Stage::open().await;
    let holder = stage.node.account(0).to_checksum(None);
    let simulate = |amount: &str, fails: bool| {
        json!({
            "from": holder, "to": stage.contract(), "function": PAY, "failOnRevert": fails,
            "arguments": [Address::repeat_byte(0xbb), amount],
            "abi": ["error Short(uint256 available, uint256 needed)"],
        })
    };
    let good = stage.told("simulate-transaction", simulate("1500000", true)).await;
    assert_eq!((&good["success"], &good["result"]), (&json!(true), &json!(true)));
    assert!(good["gas"].as_u64().unwrap() > 21_000, "{good}");
    let short = stage.told("simulate-transaction", simulate("1500001", false)).await;
    assert_eq!((&short["success"], &short["gas"]), (&json!(false), &Value::Null));
    assert_eq!(short["reason"]["message"], "Short(available: 1500000, needed: 1500001)");
    let failure = stage.node("simulate-transaction", simulate("1500001", true)).await;
    assert_eq!(failure.unwrap_err().code, "call_reverted");
    let coin = json!({ "from": holder, "to": Address::repeat_byte(0xbb), "value": "1" });
    let coin = stage.told("simulate-transaction", coin).await;
    assert_eq!((&coin["success"], &coin["gas"]), (&json!(true), &json!(21_000)));
    let balance = stage.told("get-balance", json!({ "address": Address::repeat_byte(0xbb) })).await;
    assert_eq!(balance["balance"], "0", "nothing was sent");
}

#[actix_web::test]
async fn an_organization_reads_through_its_own_node_and_never_through_that_of_another() {
    let stage = Stage::open().await;
    let who = stage.organization_with_its_own().await;
    stage.door.calls();
    stage.own.calls();
    let asked = json!({ "address": stage.contract() });
    let body = json!({ "name": "A workflow", "definition": with("get-balance", &asked, 30_000) });
    let id = who.post("/v1/workflows", &body).await.data()["id"].as_str().unwrap().to_owned();
    who.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await.data();
    let run = who.post(&format!("/v1/workflows/{id}/run"), &json!({ "payload": {} })).await.data();
    let path = format!("/v1/runs/{}?summary=true", run["runId"].as_str().unwrap());
    stage.app.eventually(|| who.data(&path), |shown| shown["status"] == "success").await;
    assert_eq!((stage.own.asked("eth_getBalance"), stage.door.asked("eth_getBalance")), (1, 0));
    // Of everybody else it is the installation's.
    stage.own.calls();
    stage.told("get-balance", asked).await;
    assert_eq!((stage.own.asked("eth_getBalance"), stage.door.asked("eth_getBalance")), (0, 1));
}

#[actix_web::test]
async fn a_chain_without_endpoints_and_a_node_that_does_not_answer_are_told_apart() {
    let stage = Stage::open().await;
    let asked = json!({ "chainId": 424_242, "address": stage.contract() });
    let failure = stage.node("get-balance", asked).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.retryable), ("chain_unknown", false));
    stage.door.instead(|_, _| Some(Fault::Error(-32603, "dead".to_owned())));
    let asked = json!({ "address": stage.contract() });
    let failure = stage.node("get-balance", asked).await.unwrap_err();
    assert_eq!((failure.code.as_str(), failure.retryable), ("chain_unreachable", true));
    assert!(!failure.message.contains("/key"), "{}", failure.message);
}

#[actix_web::test]
async fn a_node_that_does_not_know_how_to_be_asked_by_hash_is_asked_by_number() {
    let stage = Stage::open().await;
    stage.door.instead(|method, parameters| {
        let by_hash = method == "eth_getBalance" && parameters[1].is_object();
        by_hash.then(|| Fault::Error(-32602, "invalid argument 1: want a string".to_owned()))
    });
    let told = stage.told("get-balance", json!({ "address": stage.node.account(5) })).await;
    assert!(told["balance"].as_str().unwrap().len() > 18, "{told}");
}

#[actix_web::test]
async fn the_example_of_the_docs_can_be_published() {
    let page = include_str!("../../../docs/onchain-nodes.md");
    let example = page.split("```json").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let definition: Value = serde_json::from_str(example).unwrap();
    let app = crate::support::app().await;
    app.published(&definition).await;
}
