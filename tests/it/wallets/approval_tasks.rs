//! Questions for approval as tasks: whoever may answer finds one, and answering it is the same as answering
//! where the transaction is.

use std::sync::Arc;

use chainkeel::primitives::{Clock as _, ManualClock, SystemClock};
use serde_json::{Value, json};
use time::Duration;

use super::approvals::Approver;
use super::stage::{CHAIN, Stage, somebody};

impl Approver {
    /// The task that asks this one, once it stands there.
    pub(super) async fn task(&self, stage: &Stage, status: &str) -> Value {
        let path = format!("/v1/tasks?assignee={}&status={status}", self.id);
        let found = stage.app.eventually(
            || stage.app.client.data(&path),
            |page| page["items"].as_array().unwrap().len() == 1,
        );
        let id = found.await["items"][0]["id"].as_str().unwrap().to_owned();
        self.client.data(&format!("/v1/tasks/{id}")).await
    }

    /// How many tasks this one has in all.
    async fn tasks(&self, stage: &Stage) -> usize {
        let page = stage.app.client.data(&format!("/v1/tasks?assignee={}", self.id)).await;
        page["items"].as_array().unwrap().len()
    }

    /// Gives an order to a task; the status and code of the answer, and the answer.
    pub(super) async fn orders(&self, task: &Value, deed: &str, body: &Value) -> (u16, Value) {
        let path = format!("/v1/tasks/{}/{deed}", task["id"].as_str().unwrap());
        let answer = self.client.post(&path, body).await;
        (answer.status, serde_json::from_str(&answer.text()).unwrap())
    }

    /// Completes a task with this decision; the answer.
    pub(super) async fn completes(&self, task: &Value, decision: &str) -> (u16, Value) {
        let data = json!({ "decision": decision, "comment": "by the task" });
        self.orders(task, "complete", &json!({ "data": data })).await
    }
}

fn events(task: &Value) -> Vec<&str> {
    let history = task["history"].as_array().unwrap().iter();
    history.map(|deed| deed["event"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn each_who_may_answer_has_a_task_that_shows_what_is_asked_and_both_doors_count_alike() {
    // given a policy that asks two of three, of whom one causes the transaction
    let stage = Stage::bare().await;
    let (ada, bob, cyd) =
        (stage.approver("ada").await, stage.approver("bob").await, stage.approver("cyd").await);
    stage.asks(&[&ada, &bob, &cyd], 2).await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let body = json!({ "payload": { "to": somebody(0xe0), "amount": "5" } });
    let started = cyd.client.post(&format!("/v1/workflows/{workflow}/run"), &body).await.data();
    let run = started["runId"].as_str().unwrap();
    let (id, digest) = stage.asked(run).await;

    // then the other two have a task each, which shows all that an answer needs
    let (ada_task, bob_task) =
        (ada.task(&stage, "assigned").await, bob.task(&stage, "assigned").await);
    assert_eq!(cyd.tasks(&stage).await, 0, "whoever caused it is not asked");
    for (task, person) in [(&ada_task, &ada), (&bob_task, &bob)] {
        let expected = json!({ "kind": "transaction", "intentId": id, "digest": digest });
        assert_eq!(task["approval"], expected, "{task}");
        assert_eq!((&task["assignee"], &task["runId"]), (&json!(person.id), &json!(run)));
        let data = &task["data"];
        assert_eq!((&data["digest"], &data["value"]), (&json!(digest), &json!("5")));
        assert_eq!((&data["chainId"], &data["askedBy"]), (&json!(CHAIN), &json!(cyd.id)));
        assert_eq!(data["calls"][0]["action"], "native", "{data}");
        assert_eq!(data["calls"][0]["amount"], "5");
        assert_eq!(data["needs"][0]["needed"], 2);
        let reasons = data["reasons"].as_array().unwrap();
        let asks = reasons.iter().any(|it| it.as_str().unwrap().contains("needs 2 of"));
        assert!(asks, "why people are asked: {data}");
        assert!(task["title"].as_str().unwrap().contains("5 wei"), "{task}");
        assert_eq!(task["expiresAt"], data["needs"][0]["until"], "{task}");
    }

    // when one answers by the task and the other where the transaction is
    let (status, done) = ada.completes(&ada_task, "approve").await;
    assert_eq!((status, &done["data"]["status"]), (200, &json!("completed")), "{done}");
    let shown = stage.app.client.data(&format!("/v1/transactions/{id}")).await;
    assert_eq!(shown["approval"]["grantedBy"], json!([ada.id]), "the same act");
    assert_eq!(ada.approves(&id, &digest).await, 409, "and once for each");
    assert_eq!(bob.approves(&id, &digest).await, 200);

    // then it is paid, and both tasks say who did what
    assert_eq!(stage.mined(run).await["status"], "success");
    assert_eq!(stage.balance(&somebody(0xe0)).await, 5);
    for (person, comment) in [(&ada, "by the task"), (&bob, "seen")] {
        let task = person.task(&stage, "completed").await;
        let answer = json!({ "decision": "approve", "digest": digest, "comment": comment });
        assert_eq!((&task["answer"], &task["settledBy"]), (&answer, &json!(person.id)), "{task}");
        assert_eq!(events(&task), ["created", "assigned", "completed"]);
        assert_eq!(person.completes(&task, "approve").await.0, 409, "it is over");
    }
    let granted = stage.history(&json!({ "id": id })).await;
    assert_eq!(granted.iter().filter(|it| *it == "approval_granted").count(), 2, "{granted:?}");
}

#[actix_web::test]
async fn what_one_rejects_by_a_task_is_over_for_all_who_were_asked() {
    let stage = Stage::bare().await;
    let (ada, bob) = (stage.approver("ada").await, stage.approver("bob").await);
    stage.asks(&[&ada, &bob], 1).await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    // By a task of its own kind of answer, and by the order to reject.
    for (verb, body, reason) in [
        ("complete", json!({ "data": { "decision": "reject", "comment": "no" } }), "no"),
        ("reject", json!({ "reason": "never" }), "never"),
    ] {
        let run = stage.pay(&workflow, &somebody(0xe1), 8).await;
        stage.asked(&run).await;
        let task = bob.task(&stage, "assigned").await;
        ada.task(&stage, "assigned").await;
        let (status, done) = bob.orders(&task, verb, &body).await;
        assert_eq!((status, &done["data"]["status"]), (200, &json!("rejected")), "{done}");
        assert_eq!(done["data"]["reason"], reason);
        let ended = stage.mined(&run).await;
        assert_eq!(ended["error"]["code"], "transaction_rejected", "{ended}");
        assert!(ended["error"]["message"].as_str().unwrap().contains(reason), "{ended}");
        // Ada's is taken out of her inbox, and says why.
        let open = format!("/v1/tasks?assignee={}&status=open", ada.id);
        let none = |page: &Value| page["items"].as_array().unwrap().is_empty();
        stage.app.eventually(|| stage.app.client.data(&open), none).await;
        let path = format!("/v1/tasks?runId={run}&assignee={}", ada.id);
        let page = stage.app.client.data(&path).await;
        let id = page["items"][0]["id"].as_str().unwrap().to_owned();
        let hers = stage.app.client.data(&format!("/v1/tasks/{id}")).await;
        assert_eq!(hers["status"], "cancelled");
        assert_eq!(hers["reason"], format!("{} rejected it", bob.id), "{hers}");
    }
    assert_eq!(stage.balance(&somebody(0xe1)).await, 0);
}

#[actix_web::test]
async fn nobody_answers_a_task_for_somebody_else_or_past_the_rules() {
    // given a question for ada
    let stage = Stage::bare().await;
    let (ada, eve) = (stage.approver("ada").await, stage.approver("eve").await);
    stage.asks(&[&ada], 1).await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let run = stage.pay(&workflow, &somebody(0xe2), 5).await;
    let (id, _) = stage.asked(&run).await;
    let task = ada.task(&stage, "assigned").await;
    let admin = Approver { id: "admin".to_owned(), client: stage.app.client.clone() };
    let held = ["tasks:read", "tasks:write"];
    let (_, key) = stage.app.key_of(&stage.app.client, "clerk", &held).await;
    let clerk = Approver { id: String::new(), client: stage.app.client.with_key(&key) };
    let yes = || json!({ "data": { "decision": "approve" } });
    let (other, as_ada) = (format!("0x{}", "11".repeat(32)), ada.id.clone());

    // when anybody tries what the policy does not let them
    for (who, verb, body, status, words) in [
        (&eve, "complete", yes(), 409, "assigned to"),
        (&eve, "reject", json!({ "reason": "no" }), 409, "assigned to"),
        (&clerk, "complete", yes(), 403, "wallets:approve"),
        (
            &eve,
            "complete",
            json!({ "data": { "decision": "approve" }, "actingAs": as_ada }),
            422,
            "/actingAs",
        ),
        (&admin, "assign", json!({ "assignee": eve.id }), 409, "asks for an approval"),
        (&admin, "cancel", json!({ "reason": "no need" }), 409, "asks for an approval"),
        (&ada, "complete", json!({ "data": { "decision": "maybe" } }), 422, "/data/decision"),
        (
            &ada,
            "complete",
            json!({ "data": { "decision": "approve", "digest": other } }),
            422,
            "/data/digest",
        ),
        (&ada, "reject", json!({ "reason": "x".repeat(501) }), 422, "/reason"),
    ] {
        let (told, answer) = who.orders(&task, verb, &body).await;
        // then it is refused, in words that say why
        assert_eq!(told, status, "{verb} {body}: {answer}");
        assert!(answer.to_string().contains(words), "{words}: {answer}");
    }
    let shown = stage.app.client.data(&format!("/v1/transactions/{id}")).await;
    assert_eq!(shown["approval"]["grantedBy"], json!([]), "nothing counted");
    // and the one whom it asks answers, twice with the same key, and that once
    let path = format!("/v1/tasks/{}/complete", task["id"].as_str().unwrap());
    let send = || {
        let request = ada.client.request("POST", &path).header("Idempotency-Key", "once");
        request.json(&json!({ "data": { "decision": "approve" } })).send()
    };
    assert_eq!(send().await.data()["status"], "completed");
    let again = send().await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"), "{}", again.text());
    assert_eq!(stage.mined(&run).await["status"], "success");
}

#[actix_web::test]
async fn a_task_ends_with_its_question_when_that_expires_or_is_called_off() {
    let clock = ManualClock::at(SystemClock.now());
    let stage = Stage::bare_at(Arc::new(clock.clone())).await;
    let ada = stage.approver("ada").await;
    stage.asks(&[&ada], 1).await;
    let workflow = stage.pays(&json!({})).await;
    // given one whose run is cancelled
    let run = stage.pay(&workflow, &somebody(0xe3), 5).await;
    stage.asked(&run).await;
    ada.task(&stage, "assigned").await;
    stage.app.client.post(&format!("/v1/runs/{run}/cancel"), &json!({})).await;
    // then its task ends without an answer
    let task = ada.task(&stage, "cancelled").await;
    assert!(task["reason"].as_str().unwrap().contains("called off"), "{task}");
    // given one that nobody answers
    let run = stage.pay(&workflow, &somebody(0xe3), 5).await;
    stage.asked(&run).await;
    let task = ada.task(&stage, "assigned").await;
    // when half of its time is over, then the task reminds
    clock.advance(Duration::minutes(31));
    let path = format!("/v1/tasks/{}", task["id"].as_str().unwrap());
    let reminded = |task: &Value| events(task).contains(&"reminded");
    stage.app.eventually(|| stage.app.client.data(&path), reminded).await;
    // when all of it is, then it is expired as the transaction is
    clock.advance(Duration::minutes(31));
    assert_eq!(stage.mined(&run).await["error"]["code"], "transaction_not_approved");
    let task = ada.task(&stage, "expired").await;
    assert_eq!(events(&task).last(), Some(&"expired"));
    let (status, refused) = ada.completes(&task, "approve").await;
    assert_eq!(status, 409, "{refused}");
    assert_eq!(stage.balance(&somebody(0xe3)).await, 0);
}

#[actix_web::test]
async fn what_is_answered_while_the_house_is_away_from_its_tasks_ends_them_after_a_restart() {
    // given a question that one of two has answered
    let mut stage = Stage::bare().await;
    let (ada, bob) = (stage.approver("ada").await, stage.approver("bob").await);
    stage.asks(&[&ada, &bob], 2).await;
    let workflow = stage.pays(&json!({ "waitFor": "included" })).await;
    let run = stage.pay(&workflow, &somebody(0xe4), 5).await;
    let (id, digest) = stage.asked(&run).await;
    bob.task(&stage, "assigned").await;
    assert_eq!(ada.approves(&id, &digest).await, 200);
    // when the house was away, and the other answers after it
    stage.app.after_downtime(async |_| ()).await;
    let bob = stage.again(&bob);
    let task = bob.task(&stage, "assigned").await;
    assert_eq!(bob.completes(&task, "approve").await.0, 200);
    // then both tasks have ended, and there were no more of them
    assert_eq!(stage.mined(&run).await["status"], "success");
    for person in [&stage.again(&ada), &bob] {
        person.task(&stage, "completed").await;
        assert_eq!(person.tasks(&stage).await, 1);
    }
}
