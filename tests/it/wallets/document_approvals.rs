//! Documents that people have to approve: judged by the same rules, bound to their digest, signed once enough
//! have approved them.

use std::sync::Arc;

use chainkeel::primitives::{Clock as _, ManualClock, SystemClock};
use serde_json::{Value, json};
use time::Duration;

use super::approvals::Approver;
use super::documents::{Signing, steps};
use super::stage::{Stage, somebody};

impl Signing {
    /// Lets somebody have permits of at most 10 a day, once so many of these have approved each.
    pub(super) async fn asks(&self, spender: &str, people: &[&Approver], needed: usize) {
        let people: Vec<_> = people.iter().map(|it| &it.id).collect();
        let token = self.token.to_string();
        let document = json!({
            "form": 1,
            "rules": [{ "id": "permits", "effect": "allow", "when": {
                "subject": { "in": ["document"] }, "action": { "in": ["permit"] },
                "counterparty": { "in": [spender] }, "token": { "in": [token] },
            } }],
            "limits": [{
                "id": "daily", "measure": { "token": { "chain": super::stage::CHAIN, "address": token } },
                "most": "10", "per": "day", "by": "wallet",
            }],
            "approvals": [{
                "id": "permits", "when": { "subject": { "in": ["document"] } },
                "approvers": people, "needed": needed, "within": 3_600,
            }],
        });
        self.stage.policy("permits", &document).await;
    }

    /// A run that wants a permit of so much for somebody.
    pub(super) async fn wants(&self, spender: &str, value: u64) -> String {
        let input = json!({ "spender": spender, "value": value.to_string() });
        self.stage.app.run_of(&self.workflow, &input).await
    }

    /// The document of a run that waits for people, and its digest.
    pub(super) async fn waits(&self, run: &str) -> (String, String) {
        let document = self.document(run, "awaiting_approval").await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        assert_eq!(document["approval"]["digest"], document["digest"], "what is signed");
        (text(&document["id"]), text(&document["digest"]))
    }
}

impl Approver {
    /// What this one says of a document; the status of the answer.
    pub(super) async fn signs(&self, verb: &str, id: &str, digest: &str) -> u16 {
        let body = json!({ "digest": digest, "comment": "seen" });
        self.client.post(&format!("/v1/signatures/{id}/{verb}"), &body).await.status
    }
}

#[actix_web::test]
async fn a_permit_that_two_of_three_approve_is_signed_and_counts() {
    // given a policy that asks two of three, of whom one causes the document
    let signing = Signing::begin().await;
    let (stage, friend) = (&signing.stage, somebody(0xd1));
    let (ada, bob, cyd) =
        (stage.approver("ada").await, stage.approver("bob").await, stage.approver("cyd").await);
    let eve = stage.approver("eve").await;
    signing.asks(&friend, &[&ada, &bob, &cyd], 2).await;
    let body = json!({ "payload": { "spender": friend, "value": "7" } });
    let path = format!("/v1/workflows/{}/run", signing.workflow);
    let started = cyd.client.post(&path, &body).await.data();
    let run = started["runId"].as_str().unwrap();
    let (id, digest) = signing.waits(run).await;

    // then only an answer that counts, counts
    let other = format!("0x{}", "11".repeat(32));
    assert_eq!(ada.signs("approve", &id, &other).await, 409, "another digest");
    assert_eq!(cyd.signs("approve", &id, &digest).await, 403, "cyd caused it");
    assert_eq!(eve.signs("approve", &id, &digest).await, 403, "nobody asked eve");
    assert_eq!(ada.signs("approve", &id, &digest).await, 200);
    assert_eq!(ada.signs("approve", &id, &digest).await, 409, "once each");
    // and a task shows what the document lets its holder do
    let task = bob.task(stage, "assigned").await;
    let expected = json!({ "kind": "document", "intentId": id, "digest": digest });
    assert_eq!(task["approval"], expected, "{task}");
    let data = &task["data"];
    assert_eq!((&data["primaryType"], &data["digest"]), (&json!("Permit"), &json!(digest)));
    assert_eq!(
        (&data["calls"][0]["action"], &data["calls"][0]["amount"]),
        (&json!("permit"), &json!("7"))
    );
    assert_eq!(data["document"]["message"]["value"], "7", "{data}");

    // when the second one approves by it
    assert_eq!(bob.completes(&task, "approve").await.0, 200);
    // then it is signed, once, and counts before the token
    let node = signing.ended(run).await;
    assert_eq!(node["status"], "success", "{node}");
    assert_eq!(node["result"]["digest"], digest);
    signing.bring(&friend, 7, &node["result"]).await;
    assert_eq!(signing.allowance(&friend).await.to_string(), "7");
    let document = signing.document(run, "signed").await;
    let expected = [
        "accepted",
        "policy_decided",
        "approval_requested",
        "approval_granted",
        "approval_granted",
        "sign_requested",
        "signed",
    ];
    assert_eq!(steps(&document), expected);
    assert_eq!(document["approval"]["state"], "granted", "{document}");
    ada.task(stage, "completed").await;
}

#[actix_web::test]
async fn a_document_that_is_rejected_or_not_approved_in_time_is_never_signed_and_frees_its_limit() {
    let clock = ManualClock::at(SystemClock.now());
    let signing = Signing::on(Stage::bare_at(Arc::new(clock.clone())).await).await;
    let (stage, friend) = (&signing.stage, somebody(0xd2));
    let ada = stage.approver("ada").await;
    signing.asks(&friend, &[&ada], 1).await;
    // given one that waits, then what it lets move is reserved
    let run = signing.wants(&friend, 8).await;
    let (id, digest) = signing.waits(&run).await;
    let (_, beside) = signing.sign(&friend, 3).await;
    assert_eq!(beside["error"]["code"], "document_denied", "{beside}");
    // when it is rejected, then it is over
    assert_eq!(ada.signs("reject", &id, &digest).await, 200);
    let ended = signing.ended(&run).await;
    assert_eq!(ended["error"]["code"], "document_rejected", "{ended}");
    assert!(ended["error"]["message"].as_str().unwrap().contains("seen"), "{ended}");
    assert_eq!(signing.document(&run, "rejected").await["approval"]["state"], "rejected");
    assert_eq!(ada.signs("approve", &id, &digest).await, 409);
    ada.task(stage, "rejected").await;
    // when nobody answers, then so is the next one, for which there is room again
    let run = signing.wants(&friend, 8).await;
    let (id, digest) = signing.waits(&run).await;
    ada.task(stage, "assigned").await;
    clock.advance(Duration::minutes(61));
    let ended = signing.ended(&run).await;
    assert_eq!(ended["error"]["code"], "document_not_approved", "{ended}");
    signing.document(&run, "not_approved").await;
    assert_eq!(ada.signs("approve", &id, &digest).await, 409);
    ada.task(stage, "expired").await;
    // when a run is cancelled, then nobody is asked any more
    let run = signing.wants(&friend, 8).await;
    signing.waits(&run).await;
    ada.task(stage, "assigned").await;
    stage.app.client.post(&format!("/v1/runs/{run}/cancel"), &json!({})).await;
    signing.document(&run, "cancelled").await;
    ada.task(stage, "cancelled").await;
}

#[actix_web::test]
async fn what_waits_for_people_waits_on_after_a_restart_and_is_judged_anew_at_the_last_door() {
    // given a document that one person is asked about
    let mut signing = Signing::begin().await;
    let friend = somebody(0xd3);
    let (ada, bob) = (signing.stage.approver("ada").await, signing.stage.approver("bob").await);
    signing.asks(&friend, &[&ada, &bob], 1).await;
    let run = signing.wants(&friend, 2).await;
    let (id, digest) = signing.waits(&run).await;
    // when the house was away, and one approves it
    signing.stage.app.after_downtime(async |_| ()).await;
    let (ada, bob) = (signing.stage.again(&ada), signing.stage.again(&bob));
    assert_eq!(ada.signs("approve", &id, &digest).await, 200);
    // then it is signed
    assert_eq!(signing.ended(&run).await["status"], "success");

    // given another one, for which two have to by the time that one approves it
    let run = signing.wants(&friend, 3).await;
    let (id, digest) = signing.waits(&run).await;
    signing.asks(&friend, &[&ada, &bob], 2).await;
    assert_eq!(bob.signs("approve", &id, &digest).await, 200);
    // then what one approved is not signed
    let ended = signing.ended(&run).await;
    assert_eq!(ended["error"]["code"], "document_denied", "{ended}");
    assert!(ended["error"]["message"].as_str().unwrap().contains("needs 2"), "{ended}");
    assert_eq!(steps(&signing.document(&run, "refused").await).last(), Some(&"refused"));
}
