//! Transactions that people have to approve, and what counts as that.

use std::sync::Arc;

use chainkeel::primitives::{Clock as _, ManualClock, SystemClock};
use serde_json::{Value, json};
use time::Duration;

use super::stage::{CHAIN, Stage, somebody};
use crate::support::client::Client;

/// Somebody with a key of their own, who may see what wallets do.
pub(super) struct Approver {
    pub(super) id: String,
    pub(super) client: Client,
}

impl Stage {
    /// Somebody who may approve, and answer tasks.
    pub(super) async fn approver(&self, name: &str) -> Approver {
        let held =
            ["wallets:read", "wallets:approve", "workflows:run", "tasks:read", "tasks:write"];
        let (id, key) = self.app.key_of(&self.app.client, name, &held).await;
        Approver { id, client: self.app.client.with_key(&key) }
    }

    /// The same one after a restart, at the new door.
    pub(super) fn again(&self, before: &Approver) -> Approver {
        let client = self.app.client.with_key(before.client.credentials().1);
        Approver { client, id: before.id.clone() }
    }

    /// A policy by which so many of these have to approve what is more than 4.
    pub(super) async fn asks(&self, people: &[&Approver], needed: usize) {
        let people: Vec<_> = people.iter().map(|it| &it.id).collect();
        let coin = json!({ "token": { "chain": CHAIN, "address": somebody(0) } });
        let document = json!({
            "form": 1,
            "rules": [{ "id": "coins", "effect": "allow", "when": {
                "action": { "in": ["native"] }, "counterparty": "any", "token": "any",
                "value": { "atLeast": "0" },
            } }],
            "limits": [
                { "id": "daily", "measure": coin, "most": "10", "per": "day", "by": "wallet" },
            ],
            "approvals": [{
                "id": "large", "when": { "value": { "atLeast": "5" } },
                "approvers": people, "needed": needed, "within": 3_600,
            }],
        });
        self.policy("large", &document).await;
    }

    /// The transaction of a run that waits for people, with what they approve.
    pub(super) async fn asked(&self, run: &str) -> (String, String) {
        let transaction = self.until(run, "awaiting_approval").await;
        let id = transaction["id"].as_str().unwrap().to_owned();
        let shown = self.app.client.data(&format!("/v1/transactions/{id}")).await;
        (id, shown["approval"]["digest"].as_str().unwrap().to_owned())
    }
}

impl Approver {
    async fn says(&self, verb: &str, id: &str, digest: &str) -> (u16, Value) {
        let body = json!({ "digest": digest, "comment": "seen" });
        let answer = self.client.post(&format!("/v1/transactions/{id}/{verb}"), &body).await;
        (answer.status, serde_json::from_str(&answer.text()).unwrap())
    }

    pub(super) async fn approves(&self, id: &str, digest: &str) -> u16 {
        self.says("approve", id, digest).await.0
    }
}

#[actix_web::test]
async fn what_two_of_three_approve_is_paid_and_no_one_counts_twice() {
    // given a policy that asks two of three about what is large
    let stage = Stage::bare().await;
    let (ada, bob, cyd) =
        (stage.approver("ada").await, stage.approver("bob").await, stage.approver("cyd").await);
    let eve = stage.approver("eve").await;
    stage.asks(&[&ada, &bob, &cyd], 2).await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    // when one of them starts a run that pays much, and another one little
    let body = json!({ "payload": { "to": somebody(0xe0), "amount": "5" } });
    let started = cyd.client.post(&format!("/v1/workflows/{workflow}/run"), &body).await.data();
    let large = started["runId"].as_str().unwrap();
    let small = stage.pay(&workflow, &somebody(0xe1), 4).await;
    // then the small one passes by the large one
    assert_eq!(stage.mined(&small).await["status"], "success");
    let (id, digest) = stage.asked(large).await;
    // and only an approval that counts, counts
    assert_eq!(ada.approves(&id, &digest).await, 200);
    assert_eq!(ada.approves(&id, &digest).await, 409);
    assert_eq!(cyd.approves(&id, &digest).await, 403, "cyd caused it");
    assert_eq!(eve.approves(&id, &digest).await, 403, "nobody asked eve");
    let other = format!("0x{}", "11".repeat(32));
    assert_eq!(bob.approves(&id, &other).await, 409, "another digest");
    let shown = stage.app.client.data(&format!("/v1/transactions/{id}")).await;
    assert_eq!(shown["status"], "awaiting_approval");
    assert_eq!(shown["approval"]["needs"][0]["missing"], 1, "{shown}");
    assert_eq!(shown["approval"]["grantedBy"], json!([ada.id]));
    // when the second one approves it
    assert_eq!(bob.approves(&id, &digest).await, 200);
    // then it is paid, and the ledger says who approved it
    let ended = stage.mined(large).await;
    assert_eq!(ended["status"], "success", "{ended}");
    assert_eq!(stage.balance(&somebody(0xe0)).await, 5);
    let transaction = json!({ "id": id });
    let steps = stage.history(&transaction).await;
    let asked = ["policy_decided", "approval_requested", "approval_granted", "approval_granted"];
    assert_eq!(steps[1..5], asked, "{steps:?}");
    assert_eq!(steps[5], "simulated");
    assert_eq!(bob.approves(&id, &digest).await, 409, "it is over");
}

#[actix_web::test]
async fn what_one_rejects_is_never_signed_and_leaves_the_limit_as_it_was() {
    let stage = Stage::bare().await;
    let (ada, bob) = (stage.approver("ada").await, stage.approver("bob").await);
    stage.asks(&[&ada, &bob], 1).await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let run = stage.pay(&workflow, &somebody(0xe2), 8).await;
    let (id, digest) = stage.asked(&run).await;
    // What waits for people is reserved: 8 of 10 are, and 3 do not fit beside it.
    let beside = stage.pay(&workflow, &somebody(0xe2), 3).await;
    assert_eq!(stage.mined(&beside).await["error"]["code"], "transaction_denied");
    assert_eq!(bob.says("reject", &id, &digest).await.0, 200);
    let ended = stage.mined(&run).await;
    assert_eq!(ended["error"]["code"], "transaction_rejected", "{ended}");
    assert!(ended["error"]["message"].as_str().unwrap().contains("seen"), "{ended}");
    assert_eq!(stage.until(&run, "rejected").await["nonce"], Value::Null);
    assert_eq!(ada.approves(&id, &digest).await, 409);
    // Free again.
    let after = stage.pay(&workflow, &somebody(0xe2), 3).await;
    assert_eq!(stage.mined(&after).await["status"], "success");
    assert_eq!(stage.balance(&somebody(0xe2)).await, 3);
}

#[actix_web::test]
async fn an_approval_that_nobody_gives_expires() {
    let clock = ManualClock::at(SystemClock.now());
    let stage = Stage::bare_at(Arc::new(clock.clone())).await;
    let ada = stage.approver("ada").await;
    stage.asks(&[&ada], 1).await;
    let workflow = stage.pays(&json!({})).await;
    let run = stage.pay(&workflow, &somebody(0xe3), 5).await;
    let (id, digest) = stage.asked(&run).await;
    clock.advance(Duration::minutes(59));
    assert_eq!(stage.until(&run, "awaiting_approval").await["id"], id.as_str());
    clock.advance(Duration::minutes(2));
    let ended = stage.mined(&run).await;
    assert_eq!(ended["error"]["code"], "transaction_not_approved", "{ended}");
    assert_eq!(ada.approves(&id, &digest).await, 409);
    assert_eq!(stage.balance(&somebody(0xe3)).await, 0);
}

#[actix_web::test]
async fn what_waits_for_people_waits_on_after_a_restart() {
    let mut stage = Stage::bare().await;
    let (ada, bob) = (stage.approver("ada").await, stage.approver("bob").await);
    stage.asks(&[&ada, &bob], 2).await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let run = stage.pay(&workflow, &somebody(0xe4), 5).await;
    let (id, digest) = stage.asked(&run).await;
    assert_eq!(ada.approves(&id, &digest).await, 200);
    stage.app.after_downtime(async |_| ()).await;
    let (_, key) = stage.app.key_of(&stage.app.client, "again", &["wallets:approve"]).await;
    let stranger = stage.app.client.with_key(&key);
    let answer = stranger
        .post(&format!("/v1/transactions/{id}/approve"), &json!({ "digest": digest }))
        .await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    let bob = stage.again(&bob);
    assert_eq!(bob.approves(&id, &digest).await, 200);
    assert_eq!(stage.mined(&run).await["status"], "success");
}

#[actix_web::test]
async fn a_policy_that_became_stricter_meanwhile_counts_at_the_last_door() {
    // given a transaction for which one person is asked
    let stage = Stage::bare().await;
    let (ada, bob) = (stage.approver("ada").await, stage.approver("bob").await);
    stage.asks(&[&ada, &bob], 1).await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let run = stage.pay(&workflow, &somebody(0xe5), 5).await;
    let (id, digest) = stage.asked(&run).await;
    // when two have to, before that one approves
    stage.asks(&[&ada, &bob], 2).await;
    assert_eq!(ada.approves(&id, &digest).await, 200);
    // then what one approved is not signed
    let ended = stage.mined(&run).await;
    assert_eq!(ended["error"]["code"], "transaction_cancelled", "{ended}");
    assert!(ended["error"]["message"].as_str().unwrap().contains("needs 2"), "{ended}");
    assert_eq!(stage.balance(&somebody(0xe5)).await, 0);
}

#[actix_web::test]
async fn what_only_its_causer_could_approve_is_denied_at_once() {
    let stage = Stage::bare().await;
    let ada = stage.approver("ada").await;
    stage.asks(&[&ada], 1).await;
    let workflow = stage.pays(&json!({})).await;
    let body = json!({ "payload": { "to": somebody(0xe6), "amount": "5" } });
    let started = ada.client.post(&format!("/v1/workflows/{workflow}/run"), &body).await.data();
    let ended = stage.mined(started["runId"].as_str().unwrap()).await;
    assert_eq!(ended["error"]["code"], "transaction_denied", "{ended}");
    assert!(ended["error"]["message"].as_str().unwrap().contains("caused"), "{ended}");
}
