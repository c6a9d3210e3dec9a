//! A run asks a person and goes on with the answer; or nobody comes, or the run is cancelled, or the
//! server dies in between.

use std::sync::Arc;

use chainkeel::aggregates::task::{Command, Order};
use chainkeel::journal::{Bells, Config, Context, Journal, Lane, Metadata, Store, pool};
use chainkeel::primitives::{Clock, CommandId, OrganizationId, SystemClock};
use serde_json::{Value, json};
use sqlx::Row;

use crate::crash::client::Client;
use crate::crash::server::Server;
use crate::support::{TestApp, app, database};

/// A payment that a person approves in a form.
fn approval(more: &Value) -> Value {
    let mut payload = json!({
        "title": "Approve the payment of {{$trigger.body.amount}}",
        "queue": "treasury",
        "priority": "HIGH",
        "form": {
            "type": "object",
            "additionalProperties": false,
            "required": ["approved"],
            "properties": { "approved": { "type": "boolean" }, "note": { "type": "string" } },
        },
        "data": { "amount": "{{$trigger.body.amount}}" },
    });
    for (name, value) in more.as_object().unwrap() {
        payload[name] = value.clone();
    }
    payload.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let told = |branch: &str, message: &str| json!({"type": "log", "branch": branch, "payload": {"message": message}});
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["ask"]},
        "ask": {"type": "manual-task", "payload": payload, "children": ["yes", "no", "late"]},
        "yes": told("completed", "{{ask.result.completedBy}}: {{ask.result.data.note}}"),
        "no": told("rejected", "{{ask.result.completedBy}}: {{ask.result.reason}}"),
        "late": told("timed_out", "nobody came"),
    }})
}

/// The task of a run, as soon as it is there.
async fn task_of(app: &TestApp, run: &str) -> Value {
    let path = format!("/v1/tasks?runId={run}");
    let found = app.eventually(|| app.client.data(&path), |page| page["items"][0].is_object());
    found.await["items"][0].clone()
}

async fn asked(app: &TestApp, more: &Value) -> (String, String) {
    let workflow = app.published(&approval(more)).await;
    let run = app.started_run(&workflow).await;
    let task = task_of(app, &run).await["id"].as_str().unwrap().to_owned();
    (run, task)
}

async fn message(app: &TestApp, run: &str, node: &str) -> Value {
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    shown["executionState"][node]["result"]["message"].clone()
}

fn events(task: &Value) -> Vec<&str> {
    let history = task["history"].as_array().unwrap();
    history.iter().map(|deed| deed["event"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_run_goes_on_with_the_answer_that_a_person_gives() {
    // given a run that asks
    let app = app().await;
    let (run, task) = asked(&app, &json!({})).await;
    app.until_status(&run, "waiting").await;
    let shown = app.client.data(&format!("/v1/tasks/{task}")).await;
    assert_eq!(shown["title"], "Approve the payment of 250");
    assert_eq!((&shown["queue"], &shown["priority"]), (&json!("treasury"), &json!("HIGH")));
    assert_eq!(shown["data"], json!({"amount": 250}));

    // when somebody takes it, tries a wrong answer and then gives a right one
    let order = async |deed: &str, body: Value| {
        app.client.post(&format!("/v1/tasks/{task}/{deed}"), &body).await
    };
    assert_eq!(order("claim", json!({"actingAs": "ada"})).await.data()["status"], "in_progress");
    let other = order("claim", json!({"actingAs": "bob"})).await;
    assert_eq!((other.status, other.code().as_str()), (409, "task-refuses"));
    assert!(other.text().contains("claimed by ada"), "{}", other.text());
    let wrong = json!({"approved": "yes", "more": 1});
    let wrong = order("complete", json!({"actingAs": "ada", "data": wrong})).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (422, "invalid-answer"));
    let mut places: Vec<_> = wrong.json()["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| detail["path"].as_str().unwrap().to_owned())
        .collect();
    places.sort();
    assert_eq!(places, ["/data/approved", "/data/more"]);
    let answer = json!({"approved": true, "note": "as agreed"});
    let done = order("complete", json!({"actingAs": "ada", "data": answer})).await.data();
    assert_eq!((&done["status"], &done["settledBy"]), (&json!("completed"), &json!("ada")));
    assert_eq!(done["history"][2]["key"], "admin");

    // then the run goes on with it, and the task is at its end
    app.until_status(&run, "success").await;
    assert_eq!(message(&app, &run, "yes").await, "ada: as agreed");
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    let result = &shown["executionState"]["ask"]["result"];
    assert_eq!((&result["taskId"], &result["data"]), (&json!(task), &answer));
    let late = order("reject", json!({"reason": "no"})).await;
    assert_eq!((late.status, late.code().as_str()), (409, "task-refuses"));
}

#[actix_web::test]
async fn a_task_that_nobody_does_reminds_escalates_and_lets_the_run_go_on() {
    let app = app().await;
    let more = json!({
        "deadlineMs": 2_000, "reminders": [0.25, 0.75],
        "escalation": {"role": "finance-lead", "deadlineMs": 1_000},
    });
    let (run, task) = asked(&app, &more).await;
    let path = format!("/v1/tasks/{task}");
    app.client.post(&format!("{path}/claim"), &json!({"actingAs": "ada"})).await.data();
    let over = app.eventually(|| app.client.data(&path), |task| task["escalated"] == true).await;
    assert_eq!((&over["role"], &over["assignee"]), (&json!("finance-lead"), &Value::Null));
    assert_eq!((&over["status"], &over["dueAt"]), (&json!("created"), &over["expiresAt"]));

    app.until_status(&run, "success").await;
    assert_eq!(message(&app, &run, "late").await, "nobody came");
    let ended = app.eventually(|| app.client.data(&path), |task| task["status"] == "expired").await;
    let mut happened = events(&ended);
    // On a machine that is slow one look finds both reminders due, and gives the later one.
    let reminders = happened.iter().filter(|event| **event == "reminded").count();
    assert!((1..=2).contains(&reminders), "{happened:?}");
    happened.dedup();
    assert_eq!(happened, ["created", "claimed", "reminded", "escalated", "expired"]);
}

#[actix_web::test]
async fn a_run_that_is_cancelled_cancels_its_task() {
    let app = app().await;
    let (run, task) = asked(&app, &json!({"assignee": "ada", "queue": null})).await;
    app.client.post(&format!("/v1/runs/{run}/cancel"), &json!({})).await;
    let path = format!("/v1/tasks/{task}");
    let ended = app.eventually(|| app.client.data(&path), |task| task["status"] == "cancelled");
    assert_eq!(events(&ended.await), ["created", "assigned", "cancelled"]);
    app.until_status(&run, "cancelled").await;
}

#[actix_web::test]
async fn a_rejected_and_a_cancelled_task_take_the_other_branch() {
    let app = app().await;
    for (deed, reason) in [("reject", "too much"), ("cancel", "not needed")] {
        let (run, task) = asked(&app, &json!({})).await;
        let body = json!({"actingAs": "ada", "reason": reason});
        app.client.post(&format!("/v1/tasks/{task}/{deed}"), &body).await.data();
        app.until_status(&run, "success").await;
        assert_eq!(message(&app, &run, "no").await, format!("ada: {reason}"));
    }
}

#[actix_web::test]
async fn a_task_is_done_by_itself_and_not_by_resuming_its_run() {
    let app = app().await;
    let (run, _) = asked(&app, &json!({})).await;
    let path = format!("/v1/runs/{run}/nodes/ask/resume");
    let body = json!({"data": {"outcome": "completed"}});
    let refused = app.client.post(&path, &body).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "run-refuses"));
    assert!(refused.text().contains("goes on when its task has ended"), "{}", refused.text());
    app.until_status(&run, "waiting").await;
}

#[actix::test]
async fn an_answer_whose_server_was_killed_before_the_run_heard_of_it_is_heard_once() {
    // given runs that ask
    let (database, home) = (database().await, tempfile::tempdir().unwrap());
    let mut server = Server::start(&database.url, &home, "");
    let client = Client::of(&server.url);
    let workflow = client.publish(&approval(&json!({}))).await;
    let runs = client.start(&workflow, 5).await;
    let tasks = tasks_of(&client, &runs).await;

    // when the answers become durable and the process dies before anything follows from them
    server.kill();
    answer_all(&database.options(), &tasks).await;
    let again = Server::start(&database.url, &home, "");
    client.moves_to(&again.url);

    // then every run goes on, once
    client.all_succeed(&runs).await;
    drop(again);
    each_was_resumed_once(&database.pool, 5).await;
}

#[actix::test]
async fn of_two_processes_either_opens_tasks_and_hears_answers_for_the_runs_of_both() {
    // given two processes that share the runs
    let database = database().await;
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut one = Server::start(&database.url, &homes[0], "");
    let client = Client::of(&one.url);
    let workflow = client.publish(&approval(&json!({}))).await;
    let other = Server::start(&database.url, &homes[1], "");
    shared_evenly(&database.pool).await;
    let runs = client.start(&workflow, 12).await;
    let tasks = tasks_of(&client, &runs).await;

    // when half of the tasks are answered, the first process dies, and then the others are
    let (before, after) = tasks.split_at(6);
    let answer = json!({"actingAs": "ada", "data": {"approved": true, "note": "fine"}});
    for task in before {
        client.post(&format!("/v1/tasks/{task}/complete"), task, &answer).await;
    }
    client.all_succeed(&runs[..6]).await;
    one.kill();
    client.moves_to(&other.url);
    for task in after {
        client.post(&format!("/v1/tasks/{task}/complete"), task, &answer).await;
    }

    // then every run has gone on, once
    client.all_succeed(&runs).await;
    drop(other);
    each_was_resumed_once(&database.pool, 12).await;
}

/// Waits until each of two workers owns half of the slots.
async fn shared_evenly(pool: &sqlx::PgPool) {
    let query = "select count(*) as owners from (
                   select owner from slot_leases where owner is not null
                    group by owner having count(*) = 128) halves";
    loop {
        let row = sqlx::Executor::fetch_one(pool, sqlx::raw_sql(query)).await.unwrap();
        if row.get::<i64, _>("owners") == 2 {
            return;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// The tasks of these runs, each as soon as it is there.
async fn tasks_of(client: &Client, runs: &[String]) -> Vec<String> {
    let mut tasks = Vec::new();
    for run in runs {
        tasks.push(loop {
            let page = client.get(&format!("/v1/tasks?runId={run}")).await;
            match page["items"][0]["id"].as_str() {
                Some(task) => break task.to_owned(),
                None => actix_web::rt::time::sleep(std::time::Duration::from_millis(10)).await,
            }
        });
    }
    tasks
}

async fn each_was_resumed_once(pool: &sqlx::PgPool, runs: i64) {
    let count = sqlx::raw_sql(
        "select count(*) as resumed, count(distinct aggregate_id) as runs
           from events where event_type = 'wait_resumed'",
    );
    let row = sqlx::Executor::fetch_one(pool, count).await.unwrap();
    assert_eq!((row.get::<i64, _>("resumed"), row.get::<i64, _>("runs")), (runs, runs));
}

/// What a process does that dies as soon as the answers stand on the ledger.
async fn answer_all(database: &sqlx::postgres::PgConnectOptions, tasks: &[String]) {
    let serving = pool::serving(database, 8);
    let (journal, lanes) = Journal::open(serving, &Bells::default(), Config::default());
    let store = Store::tasks(journal.clone());
    let answering = async {
        for task in tasks {
            let data = Arc::new(json!({"approved": true, "note": "fine"}));
            let command = Command {
                by: "ada".into(),
                at: SystemClock.now(),
                order: Order::Complete { data },
            };
            let metadata = Metadata::new(OrganizationId::DEFAULT, "admin", CommandId::generate());
            store.execute(task, command, Context::new(metadata)).await.unwrap();
        }
        journal.close();
    };
    futures::future::join(answering, futures::future::join_all(lanes.iter().map(Lane::run))).await;
}

#[actix_web::test]
async fn the_example_of_an_approval_can_be_published_and_answered() {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let example = read(include_str!("../../../examples/approval-escalation.json"));
    let payout = read(include_str!("../../../examples/payloads/payout.json"));
    let app = app().await;
    let workflow = app.published(&example["definition"]).await;
    let path = format!("/v1/workflows/{workflow}/run");
    let run = app.client.post(&path, &json!({"payload": payout})).await.data();
    let run = run["runId"].as_str().unwrap();
    let task = task_of(&app, run).await["id"].as_str().unwrap().to_owned();
    let answer = json!({"actingAs": "ada", "data": {"approved": true, "note": "as agreed"}});
    app.client.post(&format!("/v1/tasks/{task}/complete"), &answer).await.data();
    app.until_status(run, "success").await;
    assert_eq!(
        message(&app, run, "pay").await,
        "Paid 12500 USDC for INV-2026-1107, approved by ada: as agreed"
    );
}
