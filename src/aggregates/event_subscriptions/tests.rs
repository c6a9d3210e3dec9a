//! Given subscriptions, when an order comes, then this event or this refusal.

use cqrs_es::Aggregate;
use engine::Happening;
use serde_json::json;
use time::Duration;
use time::macros::datetime;

use super::{Command, Error, Event, MAX_SUBSCRIPTIONS, Order, Retry, Status, Subscriptions, Wish};
use crate::primitives::{EventSubscriptionId, OrganizationId};

const NOON: time::OffsetDateTime = datetime!(2026-11-24 12:00 UTC);

fn wish(pattern: &str, url: &str) -> Wish {
    Wish {
        pattern: pattern.to_owned(),
        condition: None,
        url: url.to_owned(),
        headers: Vec::new(),
        retry: Retry::default(),
    }
}

fn subscribe(wish: Wish) -> Order {
    Order::Subscribe { organization: OrganizationId::DEFAULT, wish: Box::new(wish) }
}

fn done(all: &mut Subscriptions, number: u128, order: Order) -> Result<Option<Event>, Error> {
    let id = EventSubscriptionId::from_uuid(uuid::Uuid::from_u128(number));
    let event = all.decide(Command { by: "ada".to_owned(), at: NOON, id, order })?;
    event.iter().cloned().for_each(|event| all.apply(event));
    Ok(event)
}

#[test]
fn a_subscription_is_suspended_resumed_and_removed() {
    let mut all = Subscriptions::default();
    assert_eq!(done(&mut all, 1, Order::Remove), Err(Error::Unknown));
    let order = || subscribe(wish("order.*", "https://example.com/hook"));
    done(&mut all, 1, order()).unwrap();
    assert_eq!(done(&mut all, 1, order()), Err(Error::Exists));
    assert_eq!(done(&mut all, 1, Order::SetStatus(Status::Active)), Ok(None));
    assert!(done(&mut all, 1, Order::SetStatus(Status::Suspended)).unwrap().is_some());
    assert_eq!(done(&mut all, 2, Order::Remove), Err(Error::Unknown));
    done(&mut all, 1, Order::Remove).unwrap();
    assert_eq!(done(&mut all, 1, Order::SetStatus(Status::Active)), Err(Error::Unknown));
    for number in 0..MAX_SUBSCRIPTIONS as u128 {
        done(&mut all, number, order()).unwrap();
    }
    assert_eq!(done(&mut all, u128::MAX, order()), Err(Error::Full));
}

#[test]
fn what_could_never_be_sent_is_refused() {
    for url in ["", "ftp://a/b", "https://", "https://user:pass@host/", "example.com/hook"] {
        let order = subscribe(wish("order.paid", url));
        assert_eq!(done(&mut Subscriptions::default(), 1, order), Err(Error::Url), "{url}");
    }
    let refused = done(&mut Subscriptions::default(), 1, subscribe(wish("order.**", "https://a")));
    assert!(matches!(refused, Err(Error::Meaning { path, .. }) if path == "/pattern"));
    let condition = Some(json!({"$and": [{"run.id": {"$eq": 1}}]}).into());
    let order = subscribe(Wish { condition, ..wish("order.paid", "https://a") });
    let refused = done(&mut Subscriptions::default(), 1, order);
    assert!(matches!(refused, Err(Error::Meaning { path, .. }) if path == "/condition"));
}

#[test]
fn a_subscription_wants_what_is_meant_from_its_beginning_on() {
    let mut all = Subscriptions::default();
    let condition = Some(json!({"$and": [{"payload.amount": {"$gte": 5}}]}).into());
    let order = subscribe(Wish { condition, ..wish("order.*", "https://example.com/hook") });
    done(&mut all, 1, order).unwrap();
    let wants = |all: &Subscriptions, name: &str, amount: i64, at| {
        let happening = Happening::new(name, &json!({ "amount": amount }), None, "evt_1");
        all.all.values().next().unwrap().wants(&happening, at)
    };
    assert!(wants(&all, "order.paid", 5, NOON));
    assert!(!wants(&all, "order.paid", 5, NOON - Duration::SECOND));
    assert!(!wants(&all, "order.paid", 4, NOON));
    assert!(!wants(&all, "invoice.paid", 5, NOON));
    done(&mut all, 1, Order::SetStatus(Status::Suspended)).unwrap();
    assert!(!wants(&all, "order.paid", 5, NOON));
}
