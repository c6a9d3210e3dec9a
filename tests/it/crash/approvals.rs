//! `kill -9` of the server while people answer questions for approval, by tasks and where the transaction is:
//! each person has one task for each question, each answer counts once, and each payment is made once.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::Client;
use super::server::Server;
use crate::support::anvil::Anvil;
use crate::support::database;

/// How many payments are asked about.
const PAYMENTS: usize = 8;
/// How often the server is killed meanwhile.
const KILLS: u32 = 5;
/// Ten coins, in wei.
const TEN: u128 = 10_000_000_000_000_000_000;

/// Somebody who answers, with a key of their own.
async fn somebody(client: &Client, name: &str) -> (String, Client) {
    let held = ["wallets:read", "wallets:approve", "tasks:read", "tasks:write"];
    let body = json!({ "name": name, "permissions": held });
    let account = client.post("/v1/service-accounts", &format!("{name}-account"), &body).await;
    let id = account["id"].as_str().unwrap().to_owned();
    let body = json!({ "name": name, "serviceAccountId": id });
    let issued = client.post("/v1/api-keys", &format!("{name}-key"), &body).await;
    (id, client.with_key(issued["key"].as_str().unwrap()))
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

/// Answers by tasks until there was one for each payment.
async fn by_tasks(client: &Client, person: &str) {
    let mut answered = BTreeSet::new();
    while answered.len() < PAYMENTS {
        let page = client.get(&format!("/v1/tasks?assignee={person}&status=open&limit=100")).await;
        for id in ids(&page) {
            if answered.contains(&id) {
                continue;
            }
            let body = json!({ "data": { "decision": "approve" } });
            let task = client.post(&format!("/v1/tasks/{id}/complete"), &id, &body).await;
            assert_eq!(task["id"], id.as_str(), "{task}");
            answered.insert(id);
        }
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Answers where the transactions are, until each was asked about.
async fn by_transactions(client: &Client) {
    let mut answered = BTreeSet::new();
    while answered.len() < PAYMENTS {
        let page = client.get("/v1/transactions?status=awaiting_approval&limit=100").await;
        for id in ids(&page) {
            if answered.contains(&id) {
                continue;
            }
            let shown = client.get(&format!("/v1/transactions/{id}")).await;
            let body = json!({ "digest": shown["approval"]["digest"] });
            client.post(&format!("/v1/transactions/{id}/approve"), &id, &body).await;
            answered.insert(id);
        }
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
}

#[actix::test]
async fn every_question_is_one_task_a_person_and_every_answer_counts_once_through_kills() {
    // given a wallet, and a policy by which two have to approve each payment
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let node = Anvil::start().await;
    let settings = vec![("CHAINKEEL_CHAINS_ENDPOINTS", format!("31337=http://{}", node.address))];
    let start = || Server::with(&database.url, &data_dir, &settings);
    let mut server = start();
    let client = Client::of(&server.url);
    let (ada, ada_client) = somebody(&client, "ada").await;
    let (bob, bob_client) = somebody(&client, "bob").await;
    let document = json!({ "form": 1,
        "rules": [{ "id": "coins", "effect": "allow", "when": {
            "action": { "in": ["native"] }, "counterparty": "any", "token": "any",
            "value": { "atLeast": "0" },
        } }],
        "approvals": [{
            "id": "all", "when": {}, "approvers": [ada, bob], "needed": 2, "within": 86_400,
        }],
    });
    client.post("/v1/policies", "policy", &json!({ "name": "two", "document": document })).await;
    let wallet = client.post("/v1/wallets", "wallet", &json!({ "name": "Treasury" })).await;
    let address = wallet["address"].as_str().unwrap();
    node.ask("anvil_setBalance", &json!([address, format!("0x{TEN:x}")])).await;
    let receiver = "0x00000000000000000000000000000000000000cc";
    let workflow = client
        .publish(&json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["pay"] },
            "pay": { "type": "send-native-token", "payload": {
                "chainId": 31337, "recipientAddress": receiver, "amount": "3", "waitFor": "included",
            } },
        } }))
        .await;

    // when the server dies again and again while runs ask and both answer, each by another door
    let runs = client.start(&workflow, PAYMENTS).await;
    let killer = async {
        for _ in 0..KILLS {
            let moment = 150 + rand::random::<u64>() % 600;
            actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
            server.kill();
            server = start();
            client.moves_to(&server.url);
        }
    };
    futures::join!(by_tasks(&ada_client, &ada), by_transactions(&bob_client), killer);

    // then each is paid once
    let mined = async {
        loop {
            node.mine(1).await;
            actix_web::rt::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        () = client.all_succeed(&runs) => {}
        () = mined => {}
    }
    let told = node.ask("eth_getBalance", &json!([receiver, "latest"])).await;
    let has = u64::from_str_radix(told.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    assert_eq!(has, 3 * PAYMENTS as u64);
    // and approved by two answers, for which each had one task, which has ended as answered
    for run in &runs {
        let page = client.get(&format!("/v1/transactions?runId={run}")).await;
        let [id] = &ids(&page)[..] else { panic!("{page}") };
        let shown = client.get(&format!("/v1/transactions/{id}")).await;
        let history = shown["history"].as_array().unwrap().iter();
        let granted: Vec<_> = history.filter(|it| it["event"] == "approval_granted").collect();
        assert_eq!(granted.len(), 2, "{shown}");
    }
    for person in [&ada, &bob] {
        let path = format!("/v1/tasks?assignee={person}&limit=100");
        let mut page = client.get(&path).await;
        let is_over = |page: &Value| {
            page["items"].as_array().unwrap().iter().all(|it| it["status"] == "completed")
        };
        let give_up = std::time::Instant::now() + super::client::PATIENCE;
        while !is_over(&page) && std::time::Instant::now() < give_up {
            actix_web::rt::time::sleep(Duration::from_millis(50)).await;
            page = client.get(&path).await;
        }
        assert!(is_over(&page), "{page}");
        assert_eq!(ids(&page).len(), PAYMENTS, "one for each question");
    }
}
