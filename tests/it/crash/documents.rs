//! `kill -9` of the server and a token that goes away, while runs have documents signed: each has one signature,
//! which counts, and what they let move is what the limit has counted.

use std::collections::BTreeSet;
use std::time::Duration;

use alloy_primitives::{Address, B256, U256, hex};
use chainkeel::signing::Pkcs11Config;
use chainkeel::transactions::Signature;
use serde_json::{Value, json};

use super::client::Client;
use super::server::Server;
use crate::support::database;
use crate::support::softhsm::SoftHsm;

/// How many documents are signed.
const DOCUMENTS: usize = 24;
/// How often the server is killed meanwhile.
const KILLS: u32 = 5;
/// What each lets move.
const AMOUNT: usize = 3;

/// The settings of a server that signs by this token.
pub(super) fn by_token(token: &Pkcs11Config) -> Vec<(&'static str, String)> {
    vec![
        ("CHAINKEEL_SIGNING_BACKEND", "pkcs11".to_owned()),
        ("CHAINKEEL_SIGNING_PKCS11_MODULE", token.module.as_ref().unwrap().display().to_string()),
        ("CHAINKEEL_SIGNING_PKCS11_TOKEN", token.token.clone()),
        ("CHAINKEEL_SIGNING_PKCS11_PIN", token.pin.as_ref().unwrap().expose().to_owned()),
        ("CHAINKEEL_SIGNING_PKCS11_ENVIRONMENT", token.environment.join(",")),
    ]
}

fn payload(owner: &str) -> Value {
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    json!({
        "domain": { "name": "Coin", "chainId": 1, "verifyingContract": Address::repeat_byte(0x70) },
        "types": { "TransferWithAuthorization": [
            field("from", "address"),
            field("to", "address"),
            field("value", "uint256"),
            field("validAfter", "uint256"),
            field("validBefore", "uint256"),
            field("nonce", "bytes32"),
        ] },
        "primaryType": "TransferWithAuthorization",
        "message": {
            "from": owner, "to": Address::repeat_byte(0xf1), "value": AMOUNT.to_string(),
            "validAfter": "0", "validBefore": "2000000000", "nonce": "{{$trigger.body.nonce}}",
        },
    })
}

#[actix::test]
async fn every_document_is_signed_once_through_kills_and_a_lost_token() {
    // given a wallet with its key in a token, and a limit that all documents together use up
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let token = SoftHsm::start().await;
    let settings = by_token(&token.config);
    let start = || Server::with(&database.url, &data_dir, &settings);
    let mut server = start();
    let client = Client::of(&server.url);
    let coin = json!({ "token": { "chain": 1, "address": Address::repeat_byte(0x70) } });
    let document = json!({ "form": 1, "rules": [{ "id": "pay", "effect": "allow", "when": {
        "subject": { "in": ["document"] }, "action": { "in": ["transfer"] },
        "token": { "in": [Address::repeat_byte(0x70)] },
        "counterparty": { "in": [Address::repeat_byte(0xf1)] },
    } }], "limits": [{
        "id": "daily", "measure": coin, "most": (DOCUMENTS * AMOUNT).to_string(), "per": "day",
        "by": "organization",
    }] });
    client.post("/v1/policies", "policy", &json!({ "name": "pay", "document": document })).await;
    let wallet = client.post("/v1/wallets", "wallet", &json!({ "name": "Payer" })).await;
    let address = wallet["address"].as_str().unwrap();
    let workflow = client
        .publish(&json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["sign"] },
            "sign": { "type": "sign-typed-data", "payload": payload(address) },
        } }))
        .await;

    // when the server dies again and again, and the token is gone for a while
    let path = format!("/v1/workflows/{workflow}/run");
    let run = async |number: usize| {
        let nonce = format!("0x{number:064x}");
        let body = json!({ "payload": { "nonce": nonce } });
        let run = client.post(&path, &format!("run-{number}"), &body).await;
        run["runId"].as_str().unwrap().to_owned()
    };
    let starter = async {
        let mut runs = Vec::new();
        for number in 0..DOCUMENTS {
            runs.push(run(number).await);
        }
        runs
    };
    let killer = async {
        for kill in 0..KILLS {
            let moment = 100 + rand::random::<u64>() % 700;
            actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
            if kill == 2 {
                token.take_away();
            }
            server.kill();
            server = start();
            client.moves_to(&server.url);
            if kill == 2 {
                actix_web::rt::time::sleep(Duration::from_millis(500)).await;
                token.bring_back();
            }
        }
    };
    let (runs, ()) = futures::join!(starter, killer);
    client.all_succeed(&runs).await;

    // then each run has the one signature that the ledger has, by the wallet
    let mut digests = BTreeSet::new();
    for run in &runs {
        let shown = client.get(&format!("/v1/runs/{run}")).await;
        let result = &shown["executionState"]["sign"]["result"];
        let word =
            |name: &str| U256::from_be_slice(&hex::decode(result[name].as_str().unwrap()).unwrap());
        let signature = Signature { r: word("r"), s: word("s"), is_odd: result["yParity"] == 1 };
        let digest: B256 = result["digest"].as_str().unwrap().parse().unwrap();
        assert_eq!(signature.signer_of(digest), Ok(address.parse::<Address>().unwrap()));
        let id = result["intentId"].as_str().unwrap();
        let document = client.get(&format!("/v1/signatures/{id}")).await;
        let history = document["history"].as_array().unwrap().iter();
        let signed: Vec<_> = history.filter(|event| event["event"] == "signed").collect();
        assert_eq!(signed.len(), 1, "{document}");
        let kept: Signature =
            serde_json::from_value(signed[0]["content"]["signature"].clone()).unwrap();
        assert_eq!((kept, document["digest"].as_str()), (signature, result["digest"].as_str()));
        digests.insert(digest);
    }
    assert_eq!(digests.len(), DOCUMENTS);

    // and the limit is used up to the last unit
    let more = run(DOCUMENTS).await;
    let failure = &client.ended(&more).await["executionState"]["sign"]["error"];
    let message = failure["message"].as_str().unwrap();
    assert!(message.contains("leaves 0 of 72, and 3 is wanted"), "{failure}");
}
