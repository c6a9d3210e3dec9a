//! Given what happened to a connector, when an order comes, then these events follow.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use serde_json::json;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::*;
use crate::primitives::{ConnectorId, OrganizationId, UserId};

const AT: OffsetDateTime = datetime!(2026-11-28 12:00 UTC);

fn data(field: &str) -> Data {
    Data {
        settings: json!({ "host": "api.example.com" }).into(),
        hints: BTreeMap::from([("token".to_owned(), "••••1234".to_owned())]),
        sealed: Some(Reference { field: field.to_owned(), key_version: 1 }),
    }
}

fn connect(owner: Owner, visibility: Visibility, needs_authorization: bool) -> Order {
    Order::Connect {
        id: ConnectorId::generate(),
        organization: OrganizationId::DEFAULT,
        kind: "http-bearer".to_owned(),
        name: "The shop".to_owned(),
        description: None,
        owner,
        visibility,
        data: data("a"),
        needs_authorization,
    }
}

fn give(connector: &mut Connector, at: OffsetDateTime, order: Order) -> Result<Vec<Event>, Error> {
    let events = connector.decide(Command { by: "ada".to_owned(), at, order })?;
    for event in events.clone() {
        connector.apply(event);
    }
    Ok(events)
}

fn connected() -> Connector {
    let mut connector = Connector::default();
    give(&mut connector, AT, connect(Owner::Organization, Visibility::Organization, false))
        .expect("a connector");
    connector
}

#[test]
fn a_change_tells_each_thing_that_changed_and_nothing_else() {
    let mut connector = connected();
    let user = Owner::User(UserId::generate());
    let change = Change {
        expected_version: Some(1),
        name: Some("Shop".to_owned()),
        owner: Some(user),
        visibility: Some(Visibility::Private),
        data: Some(data("b")),
        ..Change::default()
    };
    let events = give(&mut connector, AT, Order::Change(change.clone())).expect("events");
    let names: Vec<_> = events.iter().map(Event::name).collect();
    assert_eq!(names, ["renamed", "owner_changed", "shared", "credentials_replaced"]);
    let again = give(&mut connector, AT, Order::Change(change));
    assert_eq!(again, Err(Error::Conflict { expected: 1, actual: 5 }));
    assert!(connector.is_open_to(user) && !connector.is_open_to(Owner::Organization));
}

#[test]
fn what_belongs_to_nobody_cannot_be_private() {
    let order = connect(Owner::Organization, Visibility::Private, false);
    assert_eq!(give(&mut Connector::default(), AT, order), Err(Error::PrivateToNobody));
}

#[test]
fn the_same_finding_is_noted_once_an_hour() {
    let mut connector = connected();
    let bad = Check { status: Status::Failing, reason: Some("401".to_owned()) };
    for (minutes, noted) in [(0, 1), (30, 0), (59, 0), (61, 1)] {
        let order = Order::Note(bad.clone());
        let events = give(&mut connector, AT + Duration::minutes(minutes), order).expect("events");
        assert_eq!(events.len(), noted, "after {minutes} minutes");
    }
}

#[test]
fn an_authorization_counts_once_in_time_and_with_what_was_handed_out() {
    let mut connector = Connector::default();
    give(&mut connector, AT, connect(Owner::Organization, Visibility::Organization, true)).unwrap();
    assert_eq!(connector.status(), Status::Pending);
    let give_back = |hash: &str| Order::ReturnAuthorization { state_hash: hash.to_owned() };
    let authorize = || Order::Authorize { scopes: None, key_version: 1, expires_at: None };
    assert_eq!(give(&mut connector, AT, give_back("a")), Err(Error::NotAwaited));
    assert_eq!(give(&mut connector, AT, authorize()), Err(Error::NotAwaited));
    let expires_at = AT + Duration::minutes(10);
    let start = Order::StartAuthorization { state_hash: "a".to_owned(), expires_at };
    give(&mut connector, AT, start).unwrap();
    assert_eq!(give(&mut connector, AT, give_back("b")), Err(Error::NotAwaited));
    assert_eq!(give(&mut connector, expires_at, give_back("a")), Err(Error::NotAwaited));
    assert!(give(&mut connector, AT, give_back("a")).is_ok());
    assert_eq!(give(&mut connector, AT, give_back("a")), Err(Error::NotAwaited));
    assert!(give(&mut connector, AT, authorize()).is_ok());
    assert_eq!(connector.status(), Status::Connected);
    assert_eq!(give(&mut connector, AT, authorize()), Err(Error::NotAwaited));
}

#[test]
fn what_is_gone_takes_no_orders() {
    let mut connector = connected();
    give(&mut connector, AT, Order::Disconnect).expect("an event");
    assert!(!connector.is_of(OrganizationId::DEFAULT));
    assert_eq!(give(&mut connector, AT, Order::Disconnect), Err(Error::Unknown));
}

#[test]
fn an_owner_is_written_as_it_is_read() {
    for owner in [Owner::Organization, Owner::User(UserId::generate())] {
        assert_eq!(owner.to_string().parse(), Ok(owner));
    }
    assert_eq!("org_1".parse::<Owner>(), Err(UnknownOwner));
}
