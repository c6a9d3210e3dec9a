//! Invented events, and lives of their definitions.

use chainkeel::aggregates::event::{Event, Metadata, Published, SourceType};
use chainkeel::aggregates::event_definition::{Command, Content, Definition, Order, Status};
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::{EventDefinitionId, EventId, OrganizationId};
use cqrs_es::Aggregate;
use engine::Json;
use serde_json::json;
use time::Duration;
use time::macros::datetime;

use super::invention::{Dice, History};

/// An event that was published.
pub(super) fn published(dice: &mut Dice) -> History {
    let id = EventId::generate();
    let at = datetime!(2026-11-22 08:00 UTC) + Duration::minutes(dice.roll(900).cast_signed());
    let said = dice.roll(2) == 0;
    let event = Event::Published(Published {
        event_id: id,
        organization_id: OrganizationId::DEFAULT,
        event: format!("order.n{}", dice.roll(5)),
        payload: Json::from(json!({ "text": "a\u{0}" })),
        source: said.then(|| "shop\u{0}".to_owned()),
        source_type: said.then_some(SourceType::Service),
        sender_id: None,
        occurred_at: said.then_some(at - Duration::hours(1)),
        metadata: Metadata {
            correlation_id: said.then(|| format!("order-{}", dice.roll(3))),
            ..Metadata::default()
        },
        version: None,
        by: "ada".to_owned(),
        at,
    });
    History { stream: StreamId::event(id), appends: vec![vec![NewEvent::of(&event).unwrap()]] }
}

/// One definition's life.
pub(super) fn defined(dice: &mut Dice) -> History {
    let name = format!("order.n{}", dice.roll(u64::MAX));
    let id = EventDefinitionId::of(OrganizationId::DEFAULT, &name);
    let mut at = datetime!(2026-11-22 08:00 UTC) + Duration::minutes(dice.roll(900).cast_signed());
    let mut definition = Definition::default();
    let mut appends = Vec::new();
    for _ in 0..=dice.roll(6) {
        let version = format!("1.{}.0", dice.roll(3)).parse().unwrap();
        let status = [Status::Draft, Status::Active, Status::Deprecated]
            [usize::try_from(dice.roll(3)).unwrap()];
        let order = if dice.roll(2) == 0 {
            Order::SetStatus { version, status }
        } else {
            let content = Box::new(Content {
                description: Some("what they mean\u{0}".to_owned()),
                source_types: [SourceType::External].into(),
                payload_schema: Json::from(json!({ "type": "object" })),
                examples: Vec::new(),
            });
            let (organization, name) = (OrganizationId::DEFAULT, name.clone());
            Order::Define { id, organization, name, version, content, status }
        };
        // What is refused did not happen.
        let command = Command { by: "ada".to_owned(), at, order };
        if let Ok(Some(event)) = definition.decide(command) {
            appends.push(vec![NewEvent::of(&event).unwrap()]);
            definition.apply(event);
        }
        at += Duration::minutes(dice.roll(40).cast_signed());
    }
    History { stream: StreamId::event_definition(id), appends }
}
