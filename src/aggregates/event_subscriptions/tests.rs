//! Given subscriptions, when an order comes, then this event or this refusal.

use cqrs_es::Aggregate;
use engine::Happening;
use serde_json::json;
use time::Duration;
use time::macros::datetime;

use super::{
    Change, Command, Error, Event, MAX_SECRETS, MAX_SUBSCRIPTIONS, Order, Retry, Status,
    Subscriptions, Wish,
};
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
fn a_subscription_is_changed_in_place_but_takes_its_headers_nowhere_else() {
    let mut all = Subscriptions::default();
    let change = |change: Change| Order::Change(Box::new(change));
    let url = |url: &str| change(Change { url: Some(url.to_owned()), ..Change::default() });
    assert_eq!(done(&mut all, 1, url("https://a/b")), Err(Error::Unknown));
    let sealed = Wish { headers: vec!["authorization".to_owned()], ..wish("a.*", "https://a/b") };
    done(&mut all, 1, subscribe(sealed)).unwrap();
    assert_eq!(done(&mut all, 1, change(Change::default())), Ok(None));
    for elsewhere in ["https://b/b", "http://a/b", "https://a:8443/b", "https://a.b"] {
        assert_eq!(done(&mut all, 1, url(elsewhere)), Err(Error::Elsewhere), "{elsewhere}");
    }
    done(&mut all, 1, url("https://a/c?d")).unwrap();
    let pattern = Change { pattern: Some("b.**".to_owned()), ..Change::default() };
    assert!(matches!(done(&mut all, 1, change(pattern)), Err(Error::Meaning { .. })));
    let status = Some(Status::Suspended);
    done(&mut all, 1, change(Change { status, ..Change::default() })).unwrap();
    let it = all.all.values().next().unwrap();
    assert_eq!((it.wish.url.as_str(), it.status), ("https://a/c?d", Status::Suspended));
    // without headers there is nothing to take along
    done(&mut all, 2, subscribe(wish("a.*", "https://a/b"))).unwrap();
    assert!(done(&mut all, 2, url("https://b/")).unwrap().is_some());
}

#[test]
fn secrets_of_before_sign_until_they_are_over() {
    let mut all = Subscriptions::default();
    done(&mut all, 1, subscribe(wish("a.*", "https://a/b"))).unwrap();
    let rotate = |field: &str, hours| Order::Rotate {
        field: field.to_owned(),
        until: NOON + Duration::hours(hours),
    };
    let signing = |all: &Subscriptions, at| {
        let it = all.all.values().next().unwrap();
        it.signing(at).map(|it| it.field.clone()).collect::<Vec<_>>()
    };
    done(&mut all, 1, rotate("second", 2)).unwrap();
    assert_eq!(signing(&all, NOON), ["second", "delivery"]);
    assert_eq!(signing(&all, NOON + Duration::hours(2)), ["second"]);
    for number in 2..MAX_SECRETS {
        done(&mut all, 1, rotate(&format!("n{number}"), 1)).unwrap();
    }
    assert_eq!(done(&mut all, 1, rotate("more", 1)), Err(Error::Secrets));
    // what was lost is put out of use at once
    done(&mut all, 1, rotate("last", 0)).unwrap();
    assert_eq!(signing(&all, NOON), ["last"]);
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
