//! `kill -9` of the server, a token that goes away, and a node that lies, while wallets pay: each payment is
//! mined once, no nonce is left out, and the ledger says what the chain says.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chainkeel::signing::Pkcs11Config;
use serde_json::{Value, json};

use super::client::{Client, PATIENCE};
use super::documents::by_token;
use super::server::Server;
use crate::support::anvil::{Anvil, number};
use crate::support::database;
use crate::support::fault_proxy::{Fault, FaultProxy};
use crate::support::softhsm::SoftHsm;

/// How many wallets pay.
const WALLETS: usize = 3;
/// How often the server is killed meanwhile.
const KILLS: u32 = 4;
/// What each payment is, in wei.
const AMOUNT: u64 = 3;
/// Ten coins, in wei.
const TEN: u128 = 10_000_000_000_000_000_000;

/// How many payments each wallet makes; more of them by `CHAINKEEL_SOAK`.
#[expect(clippy::disallowed_methods, reason = "the tests' own settings")]
fn payments() -> usize {
    let soak = std::env::var("CHAINKEEL_SOAK").ok();
    soak.and_then(|it| it.parse::<usize>().ok()).map_or(8, |all| all / WALLETS)
}

/// The settings of a server that reads this node, and signs by this token.
fn settings(door: &FaultProxy, token: &Pkcs11Config) -> Vec<(&'static str, String)> {
    let mut settings = by_token(token);
    settings.push(("CHAINKEEL_CHAINS_ENDPOINTS", format!("31337=http://{}/key", door.address)));
    settings
}

#[actix::test]
async fn every_payment_is_made_once_through_kills_a_lost_token_and_a_node_that_lies() {
    // given wallets with keys in a token, and a workflow that pays with the one that it is told
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let (node, token) = futures::join!(Anvil::start(), SoftHsm::start());
    let door = FaultProxy::before(&node);
    let settings = settings(&door, &token.config);
    let start = || Server::with(&database.url, &data_dir, &settings);
    let mut server = start();
    let client = Client::of(&server.url);
    let document = json!({ "form": 1, "rules": [{ "id": "coins", "effect": "allow", "when": {
        "action": { "in": ["native"] }, "counterparty": "any", "token": "any",
        "value": { "atLeast": "0" },
    } }] });
    client.post("/v1/policies", "policy", &json!({ "name": "open", "document": document })).await;
    let mut wallets = Vec::new();
    for name in 0..WALLETS {
        let name = format!("w{name}");
        let wallet = client.post("/v1/wallets", &name, &json!({ "name": name })).await;
        let text = |name: &str| wallet[name].as_str().unwrap().to_owned();
        let (id, address) = (text("id"), text("address"));
        node.ask("anvil_setBalance", &json!([address, format!("0x{TEN:x}")])).await;
        wallets.push((id, address));
    }
    let receiver = "0x00000000000000000000000000000000000000bb";
    let workflow = client
        .publish(&json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["pay"] },
            "pay": { "type": "send-native-token", "payload": {
                "chainId": 31337, "walletId": "{{$trigger.body.wallet}}",
                "recipientAddress": receiver, "amount": AMOUNT.to_string(),
            } },
        } }))
        .await;

    // when the node loses answers and invents some, and the server dies again and again
    door.alters(|method, _, answer: &mut Value| {
        if method == "eth_sendRawTransaction" && rand::random::<u8>() < 60 {
            *answer = json!("0x00");
        }
    });
    door.instead(|method, _| match (method, rand::random::<u8>()) {
        ("eth_sendRawTransaction", 0..40) => {
            Some(Fault::Error(-32_000, "already known".to_owned()))
        }
        ("eth_getTransactionReceipt" | "eth_estimateGas", 0..20) => {
            Some(Fault::Error(-32_603, "internal error".to_owned()))
        }
        _ => None,
    });
    let starter = async {
        let mut runs = Vec::new();
        for payment in 0..payments() {
            for (number, (wallet, _)) in wallets.iter().enumerate() {
                let path = format!("/v1/workflows/{workflow}/run");
                let body = json!({ "payload": { "wallet": wallet } });
                let run = client.post(&path, &format!("{number}-{payment}"), &body).await;
                runs.push(run["runId"].as_str().unwrap().to_owned());
            }
        }
        runs
    };
    let killer = async {
        for kill in 0..KILLS {
            let moment = 200 + rand::random::<u64>() % 900;
            actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
            if kill == 1 {
                token.take_away();
            }
            server.kill();
            server = start();
            client.moves_to(&server.url);
            if kill == 1 {
                actix_web::rt::time::sleep(Duration::from_millis(500)).await;
                token.bring_back();
            }
        }
    };
    let (runs, ()) = futures::join!(starter, killer);

    // then each is paid, under nonces without a gap, and the balances are exact to the wei
    let mined = async {
        let give_up = Instant::now() + PATIENCE;
        let count = u64::try_from(runs.len()).unwrap();
        let path = "/v1/transactions?status=succeeded&limit=100";
        let mut paid = 0;
        while paid < count.min(100) && Instant::now() < give_up {
            node.mine(2).await;
            let page = client.get(path).await;
            paid = page["items"].as_array().unwrap().len() as u64;
        }
    };
    mined.await;
    node.mine(20).await;
    client.all_succeed(&runs).await;
    let mut nonces: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut fees: BTreeMap<String, u128> = BTreeMap::new();
    for run in &runs {
        let shown = client.get(&format!("/v1/runs/{run}")).await;
        let result = &shown["executionState"]["pay"]["result"];
        let hash = &result["transactionHash"];
        let receipt = node.ask("eth_getTransactionReceipt", &json!([hash])).await;
        assert_eq!(
            receipt["blockHash"], result["blockHash"],
            "the ledger says what the chain says"
        );
        assert_eq!(receipt["status"], "0x1");
        let from = result["from"].as_str().unwrap().to_lowercase();
        nonces.entry(from.clone()).or_default().push(result["nonce"].as_u64().unwrap());
        *fees.entry(from).or_default() += result["fee"].as_str().unwrap().parse::<u128>().unwrap();
    }
    for (_, address) in &wallets {
        let address = address.to_lowercase();
        let mut used = nonces.remove(&address).unwrap();
        used.sort_unstable();
        assert_eq!(used, (0..payments() as u64).collect::<Vec<_>>(), "{address}");
        let count = node.ask("eth_getTransactionCount", &json!([address, "latest"])).await;
        assert_eq!(number(&count), i64::try_from(payments()).unwrap(), "nothing else was sent");
        let told = node.ask("eth_getBalance", &json!([address, "latest"])).await;
        let left = u128::from_str_radix(told.as_str().unwrap().trim_start_matches("0x"), 16);
        let paid = payments() as u128 * u128::from(AMOUNT) + fees[&address];
        assert_eq!(left.unwrap(), TEN - paid, "exact to the wei");
    }
    let told = node.ask("eth_getBalance", &json!([receiver, "latest"])).await;
    let all = i64::try_from(AMOUNT * runs.len() as u64).unwrap();
    assert_eq!(number(&told), all);
}
