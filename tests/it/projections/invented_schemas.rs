//! Invented lives of schemas: whatever the aggregate allows, in whatever order chance asks for it.

use chainkeel::aggregates::schema::{Command, Compared, Details, Order, Schema};
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::{OrganizationId, SchemaId};
use chainkeel::schemas::{Bump, Level, Name, Version};
use cqrs_es::Aggregate;
use serde_json::json;
use time::Duration;
use time::macros::datetime;

use super::invention::{Dice, History};

/// One schema's life.
pub(super) fn schema(dice: &mut Dice) -> History {
    let id = SchemaId::generate();
    let mut at = datetime!(2026-11-22 08:00 UTC) + Duration::minutes(dice.roll(900).cast_signed());
    let mut schema = Schema::default();
    let mut appends = Vec::new();
    let mut order = Order::Register {
        id,
        organization: OrganizationId::DEFAULT,
        name: Name::new("shop", &format!("n{}", dice.roll(u64::MAX))).unwrap(),
        details: details(dice),
        schema: json!({ "title": "a\u{0}" }).into(),
        version: None,
    };
    for _ in 0..=dice.roll(9) {
        // What is refused did not happen.
        let command = Command { by: "ada\u{0}".to_owned(), at, order };
        let events = schema.decide(command).unwrap_or_default();
        if !events.is_empty() {
            appends.push(events.iter().map(|event| NewEvent::of(event).unwrap()).collect());
        }
        for event in events {
            schema.apply(event);
        }
        at += Duration::minutes(dice.roll(40).cast_signed());
        order = next(dice, &schema);
    }
    History { stream: StreamId::schema(id), appends }
}

fn details(dice: &mut Dice) -> Details {
    let tags = (0..dice.roll(3)).map(|number| format!("tag {number}")).collect();
    Details {
        description: (dice.roll(2) == 0).then(|| "what it is for".to_owned()),
        owner: (dice.roll(2) == 0).then(|| "ada".to_owned()),
        tags,
        compatibility: if dice.roll(2) == 0 { Level::Full } else { Level::BackwardTransitive },
    }
}

fn next(dice: &mut Dice, schema: &Schema) -> Order {
    let version = (dice.roll(2) == 0).then_some(Version::FIRST);
    match dice.roll(6) {
        0 => Order::Deprecate(version),
        1 => Order::Reinstate(version),
        2 => Order::Describe(details(dice)),
        _ => Order::Add {
            schema: json!({ "title": dice.roll(u64::MAX) }).into(),
            version: None,
            compared: Compared {
                at_version: schema.version,
                bump: if dice.roll(2) == 0 { Bump::Minor } else { Bump::Major },
                changes: Vec::new(),
            },
            details: (dice.roll(2) == 0).then(|| details(dice)),
        },
    }
}
