//! Events count in the order in which a sequence expects them; what is missing in time fails it, and
//! is undone; and what ends can start something else.

use std::io::Write as _;

use serde_json::{Value, json};

use crate::support::{TestApp, app, chainkeel};

const SEQUENCES: &str = "/v1/event-sequences";

async fn define(app: &TestApp, sequence: &Value) {
    let made = app.client.post(SEQUENCES, sequence).await;
    assert_eq!(made.status, 201, "{}", made.text());
}

/// Publishes an event of an order under an id of its own: twice is once.
async fn publish(app: &TestApp, name: &str, order: &str) {
    let id = format!("{name}-{order}");
    let event = json!({"id": id, "event": name, "payload": {"order": order, "amount": 7}});
    let taken = app.client.post("/v1/events", &event).await;
    assert_eq!(taken.status, 202, "{}", taken.text());
}

/// The instance of an order, once it stands there.
async fn until(app: &TestApp, sequence: &str, order: &str, status: &str) -> Value {
    let path = format!("{SEQUENCES}/{sequence}/instances?correlationKey={order}&status={status}");
    let there = |page: &Value| page["items"].as_array().is_some_and(|items| items.len() == 1);
    let page = app.eventually(|| app.client.data(&path), there).await;
    let id = page["items"][0]["id"].as_str().unwrap();
    app.client.data(&format!("{SEQUENCES}/{sequence}/instances/{id}")).await
}

fn statuses(instance: &Value) -> Vec<&str> {
    let events = instance["events"].as_array().unwrap().iter();
    events.map(|step| step["status"].as_str().unwrap()).collect()
}

/// The events of that name, once there are so many.
async fn told(app: &TestApp, name: &str, count: usize) -> Vec<Value> {
    let path = format!("/v1/events?pattern={name}");
    let there = |page: &Value| page["items"].as_array().is_some_and(|all| all.len() == count);
    let page = app.eventually(|| app.client.data(&path), there).await;
    let mut events = Vec::new();
    for item in page["items"].as_array().unwrap() {
        let id = item["id"].as_str().unwrap();
        events.push(app.client.data(&format!("/v1/events/{id}")).await);
    }
    events
}

#[actix_web::test]
async fn what_comes_early_waits_for_its_turn_and_a_workflow_starts_when_all_has_come() {
    // given a sequence, and a workflow that its completion starts
    let app = app().await;
    let events = json!([
        {"eventId": "order.placed", "order": 1},
        {"eventId": "order.paid", "order": 2},
        {"eventId": "order.packed", "order": 2},
        {"eventId": "order.insured", "order": 2, "required": false},
        {"eventId": "order.sent", "order": 3},
    ]);
    define(&app, &json!({"name": "orders", "events": events, "correlationKey": "payload.order"}))
        .await;
    let workflow = app
        .published(&json!({"nodes": {
            "root": {
                "type": "event",
                "payload": {"pattern": "sequence.orders.completed", "mapping": {"order": "payload.key"}},
                "children": ["note"],
            },
            "note": {"type": "log", "payload": {"message": "{{$trigger.body.order}}"}},
        }}))
        .await;

    // when its events come out of order, twice, and those of a stranger among them
    let stranger = app.organization("A stranger").await;
    let other = json!({"event": "order.paid", "payload": {"order": "7"}});
    assert_eq!(stranger.post("/v1/events", &other).await.status, 202);
    for name in ["order.sent", "order.packed", "order.placed", "order.placed"] {
        publish(&app, name, "7").await;
    }
    let open = until(&app, "orders", "7", "in_progress").await;
    assert_eq!(statuses(&open), ["processed", "pending", "processed", "pending", "held"]);
    publish(&app, "order.paid", "7").await;

    // then it is complete, says by which events, and has started one run
    let done = until(&app, "orders", "7", "completed").await;
    assert_eq!(statuses(&done), ["processed", "processed", "processed", "pending", "processed"]);
    for (step, name) in [(0, "order.placed"), (1, "order.paid"), (4, "order.sent")] {
        let id = done["events"][step]["servedBy"].as_str().unwrap();
        let event = app.client.data(&format!("/v1/events/{id}")).await;
        assert_eq!((&event["event"], &event["payload"]["order"]), (&json!(name), &json!("7")));
    }
    let ended = told(&app, "sequence.orders.completed", 1).await;
    assert_eq!(ended[0]["payload"]["instanceId"], done["id"]);
    let runs = format!("/v1/runs?workflowId={workflow}");
    let one = |page: &Value| page["items"].as_array().is_some_and(|runs| runs.len() == 1);
    let runs = app.eventually(|| app.client.data(&runs), one).await;
    let run = runs["items"][0]["id"].as_str().unwrap().to_owned();
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    assert_eq!(shown["executionState"]["root"]["result"]["body"]["order"], "7");

    // and neither what is complete is begun again, nor does anybody else see it
    let path = format!("{SEQUENCES}/orders/instances/{}", done["id"].as_str().unwrap());
    let refused = app.client.post(&format!("{path}/retry"), &json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "event-sequence-refuses".to_owned()));
    let refused = app.client.post(&format!("{path}/abandon"), &json!({})).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(stranger.get(&format!("{SEQUENCES}/orders/instances")).await.status, 404);

    // and what could never be followed is refused with its place
    let wrong = json!({"name": "wrong", "events": [{"eventId": "a.**", "order": 1}]});
    let refused = app.client.post(SEQUENCES, &wrong).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains("/events/0/eventId"), "{}", refused.text());
    let again = json!({"name": "orders", "events": events});
    assert_eq!(app.client.post(SEQUENCES, &again).await.status, 409);

    // and the command line creates, lists and shows the same
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let second = json!({"name": "orders", "version": "1.1.0", "events": events});
    file.write_all(second.to_string().as_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let made = chainkeel(&app, &["event", "sequence", "create", path]);
    assert_eq!(made.out.trim(), "orders@1.1.0  5 events  by metadata.correlationId");
    let listed = chainkeel(&app, &["event", "sequence", "instances", "orders", "--json"]);
    let listed: Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(listed["items"][0]["status"], "completed");

    // and once it is removed nothing begins any more
    let removed = app.client.request("DELETE", &format!("{SEQUENCES}/orders")).send().await;
    assert_eq!(removed.status, 200, "{}", removed.text());
    assert_eq!(app.client.get(&format!("{SEQUENCES}/orders")).await.status, 404);
}

#[actix_web::test]
async fn what_is_missing_in_time_fails_and_is_undone_once_or_goes_on_when_a_person_says_so() {
    // given a journey that is undone when it is not complete within a second, and one that is not
    let app = app().await;
    let events =
        json!([{"eventId": "hotel.booked", "order": 1}, {"eventId": "flight.booked", "order": 2}]);
    let sequence = |name: &str, rollback: Value| {
        json!({
            "name": name, "events": events, "correlationKey": "payload.order", "timeoutMs": 1_000,
            "rollbackStrategy": rollback,
        })
    };
    let undo = json!({
        "eventId": "hotel.cancelled",
        "payloadTemplate": {
            "order": "{{$inputs.sequence.key}}",
            "amount": "{{$inputs.events[0].payload.amount}}",
            "flight": "{{$inputs.events[1].payload.amount}}",
        },
    });
    let rollback = json!({"type": "compensating_events", "compensatingEvents": [undo]});
    define(&app, &sequence("journey", rollback)).await;
    define(&app, &sequence("stay", json!({"type": "manual"}))).await;

    // when the flight is missing
    publish(&app, "hotel.booked", "7").await;

    // then both fail, and the one is undone by an event that knows what had come
    let failed = until(&app, "journey", "7", "failed").await;
    assert_eq!(statuses(&failed), ["processed", "failed"]);
    assert_eq!(failed["failure"], "timed_out");
    let undone = told(&app, "hotel.cancelled", 1).await;
    assert_eq!(undone[0]["payload"], json!({"order": "7", "amount": 7, "flight": null}));
    told(&app, "sequence.journey.failed", 1).await;
    let noted = app
        .eventually(
            || until(&app, "journey", "7", "failed"),
            |it| it["compensatedBy"].as_array().is_some_and(|all| all.len() == 1),
        )
        .await;
    assert_eq!(noted["compensatedBy"][0], undone[0]["id"]);
    let place = |it: &Value, name: &str, deed: &str| {
        format!("{SEQUENCES}/{name}/instances/{}/{deed}", it["id"].as_str().unwrap())
    };
    let refused = app.client.post(&place(&failed, "journey", "retry"), &json!({})).await;
    assert_eq!(refused.status, 409, "{}", refused.text());

    // and the other keeps what comes, and goes on with it when somebody says so
    let failed = until(&app, "stay", "7", "failed").await;
    publish(&app, "flight.booked", "7").await;
    let path = format!("{SEQUENCES}/stay/instances/{}", failed["id"].as_str().unwrap());
    let is_held = |it: &Value| statuses(it) == ["processed", "held"];
    app.eventually(|| app.client.data(&path), is_held).await;
    let done = app.client.post(&place(&failed, "stay", "retry"), &json!({})).await.data();
    assert_eq!((&done["status"], &done["attempts"]), (&json!("completed"), &json!(1)));
    told(&app, "sequence.stay.completed", 1).await;

    // and one that nobody wants is given up, as auditors read
    publish(&app, "hotel.booked", "8").await;
    let open = until(&app, "stay", "8", "in_progress").await;
    let reason = json!({"reason": "it was a test"});
    let gone = app.client.post(&place(&open, "stay", "abandon"), &reason).await.data();
    assert_eq!((&gone["status"], &gone["reason"]), (&json!("abandoned"), &json!("it was a test")));
    told(&app, "sequence.stay.abandoned", 1).await;
    let audit = app.client.data("/v1/organization/audit-log?limit=100").await;
    let deeds = audit["items"].as_array().unwrap().iter();
    let kinds: Vec<_> = deeds.map(|deed| deed["action"].as_str().unwrap_or_default()).collect();
    for kind in
        ["event_sequences.defined", "sequence_instance.retried", "sequence_instance.abandoned"]
    {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
}
