//! Given a payload, what is asked, and what is wrong with it while it is drawn?

use std::time::Duration;

use alloy_primitives::{Address, U256};
use serde_json::{Value, json};

use super::*;
use crate::chains::At;
use crate::primitives::ChainId;

const HASH: &str = "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060";
const SOMEBODY: &str = "0x52908400098527886E0F7030069857D2E4169EE7";

fn told(kind: &str, payload: &Value) -> Vec<String> {
    let found = problems(kind, payload).into_iter();
    found.map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
}

fn wait(fields: Value) -> Result<WaitFor, Vec<engine::PayloadProblem>> {
    let mut payload = json!({ "chainId": 1, "transactionHash": HASH });
    let Value::Object(fields) = fields else { panic!("{fields}") };
    payload.as_object_mut().unwrap().extend(fields);
    question(&payload)
}

#[test]
fn a_draft_is_judged_by_what_is_known_of_it_and_a_run_by_all() {
    let payload =
        json!({ "chainId": "{{$inputs.chain}}", "address": "{{$inputs.who}}", "block": 7 });
    assert_eq!(told("get-balance", &payload), [""; 0]);
    assert_eq!(question::<Balance>(&payload).unwrap_err().len(), 2);
    let resolved = json!({ "chainId": "base", "address": SOMEBODY, "block": "safe" });
    let asked: Balance = question(&resolved).unwrap();
    let address: Address = SOMEBODY.parse().unwrap();
    assert_eq!(asked, Balance { chain: ChainId(8453), address, token: None, at: At::Safe });
    assert_eq!(told("http-request", &json!({})), [""; 0], "no node that reads chains");
}

#[test]
fn how_sure_a_transaction_must_be_is_said_or_suits_the_chain() {
    assert_eq!(wait(json!({})).unwrap().until, Until::Confirmations(6));
    let unknown = wait(json!({ "chainId": 424_242 })).unwrap();
    assert_eq!(unknown.until, Until::Confirmations(12));
    let until = json!({ "confirmations": 3 });
    let asked = wait(json!({ "until": until, "timeoutMs": 700 })).unwrap();
    assert_eq!(
        (asked.until, asked.limit),
        (Until::Confirmations(3), Some(Duration::from_millis(700)))
    );
    for bad in [json!("soon"), json!({ "confirmations": 10_001 }), json!({})] {
        assert_eq!(wait(json!({ "until": bad })).unwrap_err()[0].path, "/until");
    }
    assert_eq!(wait(json!({ "nonce": 3 })).unwrap_err()[0].path, "/nonce");
    let sender = wait(json!({ "nonce": 3, "from": SOMEBODY })).unwrap().sender;
    assert_eq!(sender, Some((SOMEBODY.parse().unwrap(), 3)));
}

#[test]
fn a_simulation_is_of_bytes_or_of_a_function_and_its_amount_is_exact() {
    let simulate = |fields: Value| {
        let mut payload = json!({ "chainId": 1, "to": SOMEBODY });
        payload.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        question::<Simulation>(&payload).map_err(|found| found[0].path.clone())
    };
    let asked = simulate(json!({ "value": "1000000000000000001" })).unwrap();
    assert_eq!(asked.message.value, U256::from(1_000_000_000_000_000_001_u64));
    let asked = simulate(json!({ "function": "deposit()" })).unwrap();
    assert_eq!(asked.message.data.len(), 4);
    for (fields, path) in [
        (json!({ "value": 1e18 }), "/value"),
        (json!({ "value": "1.5" }), "/value"),
        (json!({ "data": "0xabc" }), "/data"),
        (json!({ "data": "0x", "function": "deposit()" }), "/data"),
        (json!({ "to": null }), ""),
        (json!({ "function": "deposit(uint256)" }), "/arguments"),
    ] {
        assert_eq!(simulate(fields.clone()).unwrap_err(), path, "{fields}");
    }
}

#[test]
fn names_are_normalized_and_look_alikes_are_refused() {
    assert_eq!(Name::read("Vault.Example.ETH").unwrap().as_str(), "vault.example.eth");
    assert!(Name::read("_dnslink.my-site.eth").is_ok());
    for bad in [
        "",
        "eth",
        ".eth",
        "a..eth",
        "a.eth.",
        "xn--a.eth",
        "a_b.eth",
        "bücher.eth",
        "a b.eth",
        "a/b.eth",
    ] {
        assert!(Name::read(bad).is_err(), "{bad}");
    }
    assert!(Name::read(&format!("{}.eth", "a".repeat(64))).is_err());
    assert_eq!(Name::read("a.b.eth").unwrap().lineage().len(), 3);
}
