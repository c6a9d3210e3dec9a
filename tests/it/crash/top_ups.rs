//! `kill -9` of the server while wallets with nothing wait for money: for each one run gets it, and what waited
//! is paid once.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Client, PATIENCE};
use super::documents::by_token;
use super::server::Server;
use crate::support::anvil::Anvil;
use crate::support::database;
use crate::support::fault_proxy::FaultProxy;
use crate::support::softhsm::SoftHsm;

/// How many wallets have nothing.
const TILLS: usize = 3;
/// How often the server is killed meanwhile.
const KILLS: u32 = 5;
/// A coin, in wei.
const COIN: u128 = 1_000_000_000_000_000_000;

fn sends(wallet: &str, to: &str, amount: &str) -> Value {
    json!({ "nodes": {
        "root": { "type": "manual", "payload": {}, "children": ["pay"] },
        "pay": { "type": "send-native-token", "payload": {
            "chainId": 31337, "walletId": wallet, "recipientAddress": to, "amount": amount,
            "waitFor": "included",
        } },
    } })
}

async fn balance(node: &Anvil, of: &str) -> u128 {
    let told = node.ask("eth_getBalance", &json!([of, "latest"])).await;
    u128::from_str_radix(told.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

#[actix::test]
async fn one_run_gets_the_money_through_kills_and_what_waited_is_paid_once() {
    // given wallets with nothing, and a workflow that sends them what is missing from one with coins
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let (node, token) = futures::join!(Anvil::start(), SoftHsm::start());
    let door = FaultProxy::before(&node);
    let mut settings = by_token(&token.config);
    settings.push(("CHAINKEEL_CHAINS_ENDPOINTS", format!("31337=http://{}/key", door.address)));
    let start = || Server::with(&database.url, &data_dir, &settings);
    let mut server = start();
    let client = Client::of(&server.url);
    let document = json!({ "form": 1, "rules": [{ "id": "coins", "effect": "allow", "when": {
        "action": { "in": ["native"] }, "counterparty": "any", "token": "any",
        "value": { "atLeast": "0" },
    } }] });
    client.post("/v1/policies", "policy", &json!({ "name": "open", "document": document })).await;
    let wallet = async |name: &str| {
        let made = client.post("/v1/wallets", name, &json!({ "name": name })).await;
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        (text("id"), text("address"))
    };
    let (treasury, source) = wallet("treasury").await;
    node.ask("anvil_setBalance", &json!([source, format!("0x{:x}", 10 * COIN)])).await;
    let hook = sends(&treasury, "{{$trigger.body.address}}", "{{$trigger.body.missing}}");
    let hook = client.publish_as("hook", &hook).await;
    let receiver = "0x00000000000000000000000000000000000000bb";
    let pays = sends("{{$trigger.body.wallet}}", receiver, &COIN.to_string());
    let pays = client.publish_as("pays", &pays).await;
    let mut tills = Vec::new();
    for number in 0..TILLS {
        let (id, address) = wallet(&format!("till {number}")).await;
        let body = json!({ "floor": "0", "topUp": { "workflowId": hook } });
        client.put(&format!("/v1/wallets/{id}/floors/31337"), &id, &body).await;
        tills.push((id, address));
    }

    // when each pays, and the server dies again and again
    let starter = async {
        let mut runs = Vec::new();
        for (id, _) in &tills {
            let path = format!("/v1/workflows/{pays}/run");
            let run = client.post(&path, id, &json!({ "payload": { "wallet": id } })).await;
            runs.push(run["runId"].as_str().unwrap().to_owned());
        }
        runs
    };
    let killer = async {
        for _ in 0..KILLS {
            let moment = 200 + rand::random::<u64>() % 900;
            actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
            server.kill();
            server = start();
            client.moves_to(&server.url);
            node.mine(1).await;
        }
    };
    let (runs, ()) = futures::join!(starter, killer);
    let give_up = Instant::now() + PATIENCE;
    let mut ended = 0;
    while ended < TILLS && Instant::now() < give_up {
        node.mine(1).await;
        let page = client.get(&format!("/v1/runs?workflowId={pays}&status=success")).await;
        ended = page["items"].as_array().unwrap().len();
    }
    client.all_succeed(&runs).await;

    // then each had one run, and all balances are exact to the wei
    let page = client.get(&format!("/v1/runs?workflowId={hook}")).await;
    let hooks = page["items"].as_array().unwrap();
    assert_eq!(hooks.len(), TILLS, "{page}");
    let number = |value: &Value| -> u128 { value.as_str().unwrap().parse().unwrap() };
    let mut spent = 0;
    for run in hooks {
        let shown = client.get(&format!("/v1/runs/{}", run["id"].as_str().unwrap())).await;
        let fee = number(&shown["executionState"]["pay"]["result"]["fee"]);
        spent += number(&shown["executionState"]["root"]["result"]["body"]["missing"]) + fee;
    }
    assert_eq!(balance(&node, &source).await, 10 * COIN - spent);
    assert_eq!(balance(&node, receiver).await, TILLS as u128 * COIN);
    for run in &runs {
        let shown = client.get(&format!("/v1/runs/{run}")).await;
        assert_eq!(shown["executionState"]["pay"]["result"]["nonce"], 0, "{shown}");
    }
}
