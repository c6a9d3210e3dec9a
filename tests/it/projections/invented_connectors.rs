//! Invented lives of connectors: whatever the aggregate allows, in whatever order chance asks for it.

use std::collections::BTreeMap;

use chainkeel::aggregates::connector::{
    Change, Check, Command, Connector, Data, Order, Owner, Reference, Status, Visibility,
};
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::{ConnectorId, OrganizationId, UserId};
use cqrs_es::Aggregate;
use serde_json::json;
use time::Duration;
use time::macros::datetime;

use super::invention::{Dice, History};

/// One connector's life. The first of a world goes on to its end.
pub(super) fn connector(dice: &mut Dice) -> History {
    let id = ConnectorId::generate();
    let mut at = datetime!(2026-11-22 08:00 UTC) + Duration::minutes(dice.roll(900).cast_signed());
    let mut connector = Connector::default();
    let mut appends = Vec::new();
    let mut order = Order::Connect {
        id,
        organization: OrganizationId::DEFAULT,
        kind: if dice.roll(2) == 0 { "slack" } else { "http-oauth2" }.to_owned(),
        name: format!("Connector {}", dice.roll(100)),
        description: None,
        owner: owner(dice),
        visibility: Visibility::Organization,
        data: data(dice),
        needs_authorization: dice.roll(2) == 0,
    };
    for _ in 0..=dice.roll(9) {
        // What is refused did not happen.
        let command = Command { by: "ada\u{0}".to_owned(), at, order };
        let events = connector.decide(command).unwrap_or_default();
        if !events.is_empty() {
            appends.push(events.iter().map(|event| NewEvent::of(event).unwrap()).collect());
        }
        for event in events {
            connector.apply(event);
        }
        at += Duration::minutes(dice.roll(90).cast_signed());
        order = next(dice, at + Duration::minutes(10));
    }
    History { stream: StreamId::connector(id), appends }
}

fn owner(dice: &mut Dice) -> Owner {
    if dice.roll(2) == 0 { Owner::Organization } else { Owner::User(UserId::generate()) }
}

fn data(dice: &mut Dice) -> Data {
    Data {
        settings: json!({ "host": format!("h{}.example.com", dice.roll(9)) }).into(),
        hints: BTreeMap::from([("token".to_owned(), "••••1234".to_owned())]),
        sealed: Some(Reference { field: format!("data {}", dice.roll(9)), key_version: 1 }),
    }
}

fn next(dice: &mut Dice, expires_at: time::OffsetDateTime) -> Order {
    match dice.roll(10) {
        0 => Order::Disconnect,
        1 => Order::Note(Check { status: Status::Connected, reason: None }),
        2 => Order::Note(Check { status: Status::Failing, reason: Some("no\u{0}".to_owned()) }),
        3 => Order::StartAuthorization { state_hash: "a".to_owned(), expires_at },
        4 => Order::ReturnAuthorization { state_hash: "a".to_owned() },
        5 => Order::Authorize {
            scopes: Some("read\u{0}".to_owned()),
            key_version: 1,
            expires_at: (dice.roll(2) == 0).then_some(expires_at),
        },
        6 => Order::Change(Change { data: Some(data(dice)), ..Change::default() }),
        7 => Order::Change(Change { owner: Some(owner(dice)), ..Change::default() }),
        8 => {
            let visibility =
                if dice.roll(2) == 0 { Visibility::Private } else { Visibility::Organization };
            Order::Change(Change { visibility: Some(visibility), ..Change::default() })
        }
        _ => Order::Change(Change {
            name: Some(format!("Name {}", dice.roll(100))),
            description: Some("what it is for".to_owned()),
            ..Change::default()
        }),
    }
}
