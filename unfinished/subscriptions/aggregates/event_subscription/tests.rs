//! Given a subscription, when an order comes, then this event or this refusal.

use cqrs_es::Aggregate;
use serde_json::json;
use time::macros::datetime;

use super::{Command, Error, Event, Order, Retry, Status, Subscription};
use crate::primitives::{EventSubscriptionId, OrganizationId};

fn subscribe(pattern: &str, url: &str) -> Order {
    Order::Subscribe {
        id: EventSubscriptionId::from_uuid(uuid::Uuid::max()),
        organization: OrganizationId::DEFAULT,
        pattern: pattern.to_owned(),
        condition: None,
        url: url.to_owned(),
        headers: Vec::new(),
        retry: Retry::default(),
    }
}

fn done(subscription: &mut Subscription, order: Order) -> Result<Option<Event>, Error> {
    let (by, at) = ("ada".to_owned(), datetime!(2026-11-24 08:00 UTC));
    let event = subscription.decide(Command { by, at, order })?;
    event.iter().cloned().for_each(|event| subscription.apply(event));
    Ok(event)
}

#[test]
fn a_subscription_is_suspended_resumed_and_removed_for_ever() {
    let mut it = Subscription::default();
    assert_eq!(done(&mut it, Order::Remove), Err(Error::Unknown));
    done(&mut it, subscribe("order.*", "https://example.com/hook")).unwrap();
    assert_eq!(done(&mut it, subscribe("order.*", "https://example.com")), Err(Error::Exists));
    assert_eq!(done(&mut it, Order::SetStatus(Status::Active)), Ok(None));
    assert!(done(&mut it, Order::SetStatus(Status::Suspended)).unwrap().is_some());
    done(&mut it, Order::Remove).unwrap();
    assert_eq!(done(&mut it, Order::SetStatus(Status::Active)), Err(Error::Unknown));
}

#[test]
fn what_could_never_be_sent_is_refused() {
    for url in ["", "ftp://a/b", "https://", "https://user:pass@host/", "example.com/hook"] {
        let refused = done(&mut Subscription::default(), subscribe("order.paid", url));
        assert_eq!(refused, Err(Error::Url), "{url}");
    }
    let refused = done(&mut Subscription::default(), subscribe("order.**", "https://a/b"));
    assert!(matches!(refused, Err(Error::Meaning { path, .. }) if path == "/pattern"));
    let mut order = subscribe("order.paid", "https://a/b");
    if let Order::Subscribe { condition, .. } = &mut order {
        *condition = Some(json!({"$and": [{"run.id": {"$eq": 1}}]}).into());
    }
    let refused = done(&mut Subscription::default(), order);
    assert!(matches!(refused, Err(Error::Meaning { path, .. }) if path == "/condition"));
}
