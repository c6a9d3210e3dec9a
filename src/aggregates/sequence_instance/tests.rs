//! Given a story, when events come in whatever order, then it ends as it must.

use cqrs_es::Aggregate;
use engine::Happening;
use proptest::prelude::*;
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::{Command, Error, Event, Instance, Opening, Order, Reason, Status, StepStatus};
use crate::primitives::{OrganizationId, SequenceInstanceId};

const NOON: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);

fn opening(more: &Value) -> Opening {
    let mut content = json!({
        "events": [
            {"eventId": "order.placed", "order": 1},
            {"eventId": "order.paid", "order": 2},
            {"eventId": "order.packed", "order": 2},
            {"eventId": "order.insured", "order": 2, "required": false},
            {"eventId": "order.sent", "order": 3},
        ],
        "correlationKey": "payload.order", "timeoutMs": 60_000, "outOfOrder": "hold",
        "rollbackStrategy": {"type": "manual"},
    });
    content.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Opening {
        id: SequenceInstanceId::of(OrganizationId::DEFAULT, "orders", "7"),
        organization: OrganizationId::DEFAULT,
        name: "orders".to_owned(),
        version: "1.0.0".parse().unwrap(),
        key: "7".to_owned(),
        content: serde_json::from_value(content).unwrap(),
    }
}

fn done(it: &mut Instance, order: Order, at: OffsetDateTime) -> Result<Vec<&'static str>, Error> {
    let events = it.decide(Command { by: "ada".to_owned(), at, order })?;
    let names = events.iter().map(Event::name).collect();
    for event in events {
        it.apply(event);
    }
    Ok(names)
}

fn take(it: &mut Instance, more: &Value, name: &str, at: OffsetDateTime) -> Vec<&'static str> {
    let happening = Happening::new(name, &json!({"order": 7}), None, &format!("evt_{name}"));
    let opening = Some(Box::new(opening(more)));
    done(it, Order::Take { happening: Box::new(happening), opening }, at).unwrap()
}

fn statuses(it: &Instance) -> Vec<&'static str> {
    it.steps.iter().map(|step| step.status.name()).collect()
}

#[test]
fn events_count_in_their_order_and_what_comes_early_waits_for_its_turn() {
    let (mut it, plain) = (Instance::default(), json!({}));
    assert_eq!(take(&mut it, &plain, "order.lost", NOON), [] as [&str; 0]);
    assert_eq!(take(&mut it, &plain, "order.sent", NOON), ["opened", "held"]);
    assert_eq!(it.status, Status::Created);
    assert_eq!(take(&mut it, &plain, "order.placed", NOON), ["processed"]);
    // what came before comes again
    assert_eq!(take(&mut it, &plain, "order.placed", NOON), [] as [&str; 0]);
    assert_eq!(take(&mut it, &plain, "order.packed", NOON), ["processed"]);
    assert_eq!(statuses(&it), ["processed", "pending", "processed", "pending", "held"]);
    let last = take(&mut it, &plain, "order.paid", NOON);
    assert_eq!(last, ["processed", "processed", "completed"]);
    // what is not required did not come, and comes too late
    assert_eq!(take(&mut it, &plain, "order.insured", NOON), [] as [&str; 0]);
    assert_eq!((it.status, it.steps[3].status), (Status::Completed, StepStatus::Pending));
    assert_eq!(done(&mut it, Order::Retry, NOON), Err(Error::NotFailed("completed")));
    let abandon = Order::Abandon { reason: None };
    assert_eq!(done(&mut it, abandon, NOON), Err(Error::Over("completed")));
}

#[test]
fn a_sequence_says_what_becomes_of_events_before_their_turn() {
    let (mut it, ignore) = (Instance::default(), json!({"outOfOrder": "ignore"}));
    assert_eq!(take(&mut it, &ignore, "order.sent", NOON), [] as [&str; 0]);
    take(&mut it, &ignore, "order.placed", NOON);
    assert_eq!(take(&mut it, &ignore, "order.sent", NOON), [] as [&str; 0]);
    let (mut it, fail) = (Instance::default(), json!({"outOfOrder": "fail"}));
    take(&mut it, &fail, "order.placed", NOON);
    assert_eq!(take(&mut it, &fail, "order.sent", NOON), ["held", "failed"]);
    assert_eq!(it.failure, Some(Reason::OutOfOrder));
    assert_eq!(statuses(&it), ["processed", "failed", "failed", "pending", "held"]);
    // and a person lets it go on, with what has come since
    assert_eq!(take(&mut it, &fail, "order.paid", NOON), ["held"]);
    assert_eq!(done(&mut it, Order::Retry, NOON).unwrap(), ["retried", "processed"]);
    assert_eq!(take(&mut it, &fail, "order.packed", NOON), ["processed", "processed", "completed"]);
}

#[test]
fn what_is_not_complete_in_time_fails_and_is_begun_again_as_often_as_it_may() {
    let retry = json!({"rollbackStrategy": {"type": "retry", "maxRetries": 1}});
    let mut it = Instance::default();
    take(&mut it, &retry, "order.placed", NOON);
    assert_eq!(done(&mut it, Order::Expire, NOON).unwrap(), [] as [&str; 0]);
    let due = NOON + Duration::MINUTE;
    assert_eq!(done(&mut it, Order::Expire, due).unwrap(), ["failed", "retried"]);
    assert_eq!(
        (it.status, it.attempts, it.due_at),
        (Status::InProgress, 1, Some(due + Duration::MINUTE))
    );
    // an event that was recorded too late finds it failed, and is kept
    let late = due + Duration::MINUTE;
    assert_eq!(take(&mut it, &retry, "order.paid", late), ["failed", "held"]);
    assert_eq!(done(&mut it, Order::Expire, late).unwrap(), [] as [&str; 0]);
    assert_eq!(done(&mut it, Order::Abandon { reason: None }, late).unwrap(), ["abandoned"]);
    assert_eq!(take(&mut it, &retry, "order.packed", late), [] as [&str; 0]);
}

#[test]
fn what_was_undone_does_not_go_on() {
    let undo = json!({"rollbackStrategy": {
        "type": "compensating_events", "compensatingEvents": [{"eventId": "order.undone"}]
    }});
    let mut it = Instance::default();
    take(&mut it, &undo, "order.placed", NOON);
    done(&mut it, Order::Expire, NOON + Duration::HOUR).unwrap();
    assert_eq!(take(&mut it, &undo, "order.paid", NOON), [] as [&str; 0]);
    assert_eq!(done(&mut it, Order::Retry, NOON), Err(Error::Compensated));
    let events = vec![crate::primitives::EventId::derived(NOON, "undone")];
    let note = || Order::NoteCompensation { events: events.clone() };
    assert_eq!(done(&mut it, note(), NOON).unwrap(), ["compensated"]);
    assert_eq!(done(&mut it, note(), NOON).unwrap(), [] as [&str; 0]);
    assert_eq!(done(&mut Instance::default(), note(), NOON), Err(Error::Unknown));
}

proptest! {
    /// Whatever the order in which events come, and however often: the story is complete when all
    /// that is required has come, each event has counted once, and in the order of the steps.
    #[test]
    fn shuffled_and_doubled_events_end_as_those_in_order(
        orders in prop::collection::vec(1_u32..5, 1..8),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let steps: Vec<_> = orders
            .iter()
            .enumerate()
            .map(|(place, order)| json!({"eventId": format!("e.n{place}"), "order": order}))
            .collect();
        let more = json!({ "events": steps });
        let mut it = Instance::default();
        let mut told = Vec::new();
        let random = picks.iter().map(|pick| pick.index(orders.len()));
        // Those that chance did not pick come at last.
        for place in random.chain(0..orders.len()) {
            let happening =
                Happening::new(&format!("e.n{place}"), &json!({}), None, &format!("evt_{place}"));
            let opening = Some(Box::new(opening(&more)));
            let order = Order::Take { happening: Box::new(happening), opening };
            let events = it.decide(Command { by: String::new(), at: NOON, order }).unwrap();
            for event in events {
                it.apply(event.clone());
                told.push(event);
            }
        }
        prop_assert_eq!(it.status, Status::Completed);
        let processed: Vec<_> = told
            .iter()
            .filter_map(|event| if let Event::Processed(served) = event { Some(served.step) } else { None })
            .collect();
        prop_assert_eq!(processed.len(), orders.len());
        let in_order = processed.windows(2).all(|pair| orders[pair[0]] <= orders[pair[1]]);
        prop_assert!(in_order, "{:?} of {:?}", processed, orders);
        prop_assert_eq!(told.iter().filter(|event| event.name() == "completed").count(), 1);
    }
}
