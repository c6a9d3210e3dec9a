//! Events start runs, once each, one at a time where that is wanted, and cancel them.

use serde_json::{Value, json};

use crate::support::{TestApp, app};

/// Waits for a word that nobody says, after an event has started it.
fn patient(trigger: &Value) -> Value {
    json!({"nodes": {
        "root": {"type": "event", "payload": trigger, "children": ["wait"]},
        "wait": {"type": "wait", "payload": {
            "timeoutMs": 600_000, "triggerType": "event", "triggerConfig": {"pattern": "never.said"},
        }},
    }})
}

async fn publish(app: &TestApp, body: &Value) -> String {
    let taken = app.client.post("/v1/events", body).await;
    assert_eq!(taken.status, 202, "{}", taken.text());
    taken.data()["eventId"].as_str().unwrap().to_owned()
}

/// The runs of a workflow, the latest first, when there are so many that are so.
async fn runs(app: &TestApp, workflow: &str, status: &str, count: usize) -> Vec<String> {
    let path = format!("/v1/runs?workflowId={workflow}&status={status}");
    let enough = |page: &Value| page["items"].as_array().is_some_and(|it| it.len() == count);
    let page = app.eventually(|| app.client.data(&path), enough).await;
    let id = |run: &Value| run["id"].as_str().unwrap().to_owned();
    page["items"].as_array().unwrap().iter().map(id).collect()
}

/// Waits until all that was published before was handed on.
#[expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]
async fn handed_on(app: &TestApp) {
    let head = app.head().await;
    let followed = async || -> i64 {
        let position = "select position from reactions where name = 'event-triggers'";
        sqlx::query_scalar(position).fetch_one(&app.database.pool).await.unwrap()
    };
    app.eventually(followed, |position| *position >= head).await;
}

#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]
async fn an_event_starts_one_run_of_each_workflow_that_it_is_meant_for() {
    // given a workflow for large orders, one that is paused, and one for something else
    let app = app().await;
    let trigger = json!({
        "pattern": "order.*", "condition": {"$and": [{"payload.amount": {"$gte": 5}}]},
        "mapping": {"amount": "payload.amount", "story": "metadata.correlationId || 'none'"},
    });
    let told = |trigger: &Value| {
        json!({"nodes": {
            "root": {"type": "event", "payload": trigger, "children": ["told"]},
            "told": {"type": "log", "payload": {
                "message": "{{$trigger.body.amount}} {{$trigger.headers.eventId}}",
            }},
        }})
    };
    let meant = app.published(&told(&trigger)).await;
    let paused = app.published(&told(&trigger)).await;
    app.client.post(&format!("/v1/workflows/{paused}/pause"), &json!({})).await.data();
    let other = app.published(&told(&json!({"pattern": "invoice.paid"}))).await;

    // when events come, one of them twice
    let large = json!({
        "id": "a", "event": "order.paid", "payload": {"amount": 7},
        "metadata": {"correlationId": "story-1"},
    });
    let event = publish(&app, &large).await;
    publish(&app, &large).await;
    publish(&app, &json!({"event": "order.paid", "payload": {"amount": 4}})).await;
    handed_on(&app).await;

    // then one run has begun, which knows its event
    let [run] = &runs(&app, &meant, "success", 1).await[..] else { panic!("one run") };
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    let trigger = &shown["executionState"]["root"]["result"];
    assert_eq!(trigger["body"], json!({"amount": 7, "story": "story-1"}), "{shown}");
    assert_eq!(trigger["headers"], json!({"correlationId": "story-1", "eventId": event}));
    assert_eq!(trigger["source"], "event:order.paid");
    app.replays(run).await;
    for workflow in [&paused, &other] {
        let page = app.client.data(&format!("/v1/runs?workflowId={workflow}")).await;
        assert_eq!(page["items"], json!([]));
    }
    // and when it is handed on again, it starts nothing
    sqlx::query("update reactions set position = 0 where name = 'event-triggers'")
        .execute(&app.database.pool)
        .await
        .unwrap();
    publish(&app, &json!({"event": "order.paid", "payload": {"amount": 9}})).await;
    runs(&app, &meant, "success", 2).await;
    handed_on(&app).await;
    assert_eq!(runs(&app, &meant, "success", 2).await.len(), 2);
}

#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]
async fn a_key_has_one_running_run_and_an_event_cancels_it() {
    // given a workflow that wants one run an order
    let app = app().await;
    let workflow = app
        .published(&patient(&json!({
            "pattern": "order.paid", "correlationKey": "payload.order", "unique": true,
            "cancelOn": [{"pattern": "order.refunded", "correlationKey": "payload.order"}],
        })))
        .await;
    let event = |name: &str, order: &str| json!({"event": name, "payload": {"order": order}});

    // when many events of two orders come at the same time
    let orders = (0..12).map(|number| event("order.paid", if number % 2 == 0 { "a" } else { "b" }));
    let orders: Vec<Value> = orders.collect();
    futures::future::join_all(orders.iter().map(|order| publish(&app, order))).await;
    handed_on(&app).await;

    // then each order has one, and the others say why they have none
    runs(&app, &workflow, "waiting", 2).await;
    let skipped = "select count(*) from events where aggregate_type = 'skip'
                    and payload::text like '%already_running%'";
    let skipped: i64 = sqlx::query_scalar(skipped).fetch_one(&app.database.pool).await.unwrap();
    assert_eq!(skipped, 10);

    // and when one is refunded, its run is cancelled and the next event starts another one
    publish(&app, &event("order.refunded", "a")).await;
    let [cancelled] = &runs(&app, &workflow, "cancelled", 1).await[..] else { panic!("one run") };
    publish(&app, &event("order.paid", "b")).await;
    publish(&app, &event("order.paid", "a")).await;
    let waiting = runs(&app, &workflow, "waiting", 2).await;
    assert!(!waiting.contains(cancelled));
    app.replays(cancelled).await;
}

#[actix_web::test]
async fn a_wrong_trigger_is_refused_with_its_place() {
    let app = app().await;
    let workflow = app.created(&patient(&json!({"pattern": "order.paid", "unique": true}))).await;
    let refused = app.client.post(&format!("/v1/workflows/{workflow}/publish"), &json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid-definition"));
    let places = refused.json()["details"].to_string();
    assert!(places.contains("/nodes/root/payload/unique"), "{places}");
}

#[actix_web::test]
#[expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]
async fn workflows_are_started_by_priority_and_once_even_when_their_event_is_reprocessed() {
    // given three workflows, made in another order than they are to be started
    let app = app().await;
    let mut workflows = Vec::new();
    for priority in [30, 5, 20] {
        let trigger = json!({"pattern": "order.paid", "priority": priority});
        workflows.push(app.published(&patient(&trigger)).await);
    }

    // when an event comes that is meant for all of them
    publish(&app, &json!({"event": "order.paid"})).await;
    let position = app.head().await;
    handed_on(&app).await;

    // then their runs stand on the ledger by priority
    let mut started = Vec::new();
    for workflow in &workflows {
        let [run] = &runs(&app, workflow, "waiting", 1).await[..] else { panic!("one run") };
        let first = "select min(position) from event_log where aggregate_id = $1";
        started.push(app.count_of(first, run).await);
    }
    assert!(started[1] < started[2] && started[2] < started[0], "{started:?}");

    // and when what started them was given up and is tried again, it starts nothing
    let park = "insert into reaction_arrears (name, position, aggregate_type, aggregate_id, tries,
                                              reason, next_try_at)
                select 'event-triggers', position, aggregate_type, aggregate_id, 8, 'broken', null
                  from event_log where aggregate_type = 'event' and position <= $1
                 order by position desc limit 1";
    sqlx::query(park).bind(position).execute(&app.database.pool).await.unwrap();
    let wanted = json!({"reaction": "event-triggers"});
    let again = app.client.post("/v1/dead-letters/reprocess", &wanted).await.data();
    assert_eq!(again["reprocessed"], 1);
    let arrears = "select count(*) from reaction_arrears";
    app.eventually(|| app.count(arrears), |left| *left == 0).await;
    assert_eq!(app.count_runs().await, 3);
}
