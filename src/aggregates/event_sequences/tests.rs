//! Given sequences, when an order comes, then this event or this refusal.

use cqrs_es::Aggregate;
use engine::Happening;
use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

use super::{Command, Content, Error, Event, MAX_SEQUENCES, Order, Sequences};
use crate::primitives::OrganizationId;

const NOON: time::OffsetDateTime = datetime!(2026-11-29 12:00 UTC);

fn content(more: &Value) -> Content {
    let mut content = json!({
        "events": [{"eventId": "order.placed", "order": 1}, {"eventId": "order.*", "order": 2}],
        "correlationKey": "payload.order", "timeoutMs": 60_000, "outOfOrder": "hold",
        "rollbackStrategy": {"type": "manual"},
    });
    content.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(content).unwrap()
}

fn define(version: &str, more: &Value) -> Order {
    let (organization, content) = (OrganizationId::DEFAULT, Box::new(content(more)));
    Order::Define { organization, version: version.parse().unwrap(), content }
}

fn done(all: &mut Sequences, name: &str, order: Order) -> Result<Option<Event>, Error> {
    let event =
        all.decide(Command { by: "ada".to_owned(), at: NOON, name: name.to_owned(), order })?;
    event.iter().cloned().for_each(|event| all.apply(event));
    Ok(event)
}

#[test]
fn a_sequence_gets_higher_versions_and_is_retired_once() {
    let mut all = Sequences::default();
    assert_eq!(done(&mut all, "orders", Order::Retire), Err(Error::Unknown));
    done(&mut all, "orders", define("1.1.0", &json!({}))).unwrap();
    let same = done(&mut all, "orders", define("1.1.0", &json!({})));
    assert_eq!(same, Err(Error::Exists("1.1.0".parse().unwrap())));
    let lower = done(&mut all, "orders", define("1.0.0", &json!({})));
    assert_eq!(lower, Err(Error::Behind("1.1.0".parse().unwrap())));
    done(&mut all, "orders", Order::Retire).unwrap();
    assert_eq!(done(&mut all, "orders", Order::Retire), Err(Error::Unknown));
    done(&mut all, "orders", define("2.0.0", &json!({}))).unwrap();
    assert!(!all.all["orders"].retired);
    for number in 1..MAX_SEQUENCES {
        done(&mut all, &format!("n{number}"), define("1.0.0", &json!({}))).unwrap();
    }
    assert_eq!(done(&mut all, "more", define("1.0.0", &json!({}))), Err(Error::Full));
    let name = done(&mut Sequences::default(), "a..b", define("1.0.0", &json!({})));
    assert_eq!(name, Err(Error::Name));
}

#[test]
fn what_could_never_be_followed_is_told_with_its_place() {
    let many: Vec<_> = (0..65).map(|_| json!({"eventId": "a", "order": 1})).collect();
    let undo = |event: Value| json!({"type": "compensating_events", "compensatingEvents": [event]});
    for (more, place) in [
        (json!({"events": []}), "/events"),
        (json!({ "events": many }), "/events"),
        (json!({"events": [{"eventId": "a", "order": 1, "required": false}]}), "/events"),
        (json!({"events": [{"eventId": "a", "order": 0}]}), "/events/0/order"),
        (json!({"events": [{"eventId": "a.**", "order": 1}]}), "/events/0/eventId"),
        (
            json!({"events": [{"eventId": "a", "order": 1, "condition": {"$and": [{"run.x": {"$eq": 1}}]}}]}),
            "/events/0/condition",
        ),
        (json!({"correlationKey": "concat('a')"}), "/correlationKey"),
        (json!({"timeoutMs": 999}), "/timeoutMs"),
        (json!({"rollbackStrategy": {"type": "retry"}}), "/rollbackStrategy/maxRetries"),
        (
            json!({"rollbackStrategy": {"type": "compensating_events"}}),
            "/rollbackStrategy/compensatingEvents",
        ),
        (
            json!({"rollbackStrategy": undo(json!({"eventId": "a.*"}))}),
            "/rollbackStrategy/compensatingEvents/0/eventId",
        ),
        (
            json!({"rollbackStrategy": undo(json!({"eventId": "a", "payloadTemplate": {"x": "{{"}}))}),
            "/rollbackStrategy/compensatingEvents/0/payloadTemplate/x",
        ),
        (json!({"metadata": "x".repeat(17_000)}), ""),
    ] {
        let refused = done(&mut Sequences::default(), "orders", define("1.0.0", &more));
        assert!(
            matches!(&refused, Err(Error::Content { path, .. }) if path == place),
            "{more}: {refused:?}"
        );
    }
}

#[test]
fn an_event_belongs_to_the_stories_of_all_versions_and_begins_one_of_the_last() {
    let mut all = Sequences::default();
    done(&mut all, "orders", define("1.0.0", &json!({}))).unwrap();
    done(&mut all, "orders", define("2.0.0", &json!({"correlationKey": "payload.shop"}))).unwrap();
    let payload = json!({"order": 7, "shop": "one"});
    let keys = |all: &Sequences, name: &str, at| {
        let happening = Happening::new(name, &payload, None, "evt_1");
        let keys = all.all["orders"].keys(&happening, at);
        keys.into_iter().map(|(key, begins)| (key, begins.is_some())).collect::<Vec<_>>()
    };
    let both = |begins| vec![("one".to_owned(), begins), ("7".to_owned(), false)];
    assert_eq!(keys(&all, "order.paid", NOON), both(true));
    assert_eq!(keys(&all, "order.paid", NOON - Duration::SECOND), both(false));
    assert_eq!(keys(&all, "invoice.paid", NOON), []);
    done(&mut all, "orders", Order::Retire).unwrap();
    assert_eq!(keys(&all, "order.paid", NOON), both(false));
}
