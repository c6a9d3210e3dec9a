//! Invented lives of templates and blocks.

use std::sync::Arc;

use chainkeel::aggregates::blueprint::{Content, Event, Sharing};
use chainkeel::blueprints::Kind;
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::{BlockId, OrganizationId, TemplateId};
use serde_json::json;
use time::Duration;
use time::macros::datetime;

use super::invention::{Dice, History, definition};

/// One life: written, written anew some times, perhaps retired.
pub(super) fn blueprint(dice: &mut Dice) -> History {
    let (kind, id) = match dice.roll(2) {
        0 => (Kind::Template, TemplateId::generate().to_string()),
        _ => (Kind::Block, BlockId::generate().to_string()),
    };
    let at = datetime!(2026-11-22 08:00 UTC) + Duration::minutes(dice.roll(900).cast_signed());
    let by = || "ada\u{0}".to_owned();
    let organization_id = OrganizationId::DEFAULT;
    let mut events =
        vec![Event::Created { kind, organization_id, content: content(dice), by: by(), at }];
    for _ in 0..dice.roll(4) {
        events.push(Event::Revised { content: content(dice), by: by(), at });
    }
    if dice.roll(3) == 0 {
        events.push(Event::Retired { by: by(), at });
    }
    let appends = events.iter().map(|event| vec![NewEvent::of(event).unwrap()]).collect();
    History { stream: StreamId::blueprint(id), appends }
}

fn content(dice: &mut Dice) -> Content {
    Content {
        name: format!("Part {}", dice.roll(9)),
        description: (dice.roll(2) == 0).then(|| "what it is for\u{0}".to_owned()),
        category: (dice.roll(2) == 0).then(|| "finance".to_owned()),
        tags: (0..dice.roll(3)).map(|number| format!("tag\u{0} {number}")).collect(),
        sharing: if dice.roll(2) == 0 { Sharing::Org } else { Sharing::Public },
        inputs: Vec::new(),
        definition: Arc::new(json!({"nodes": definition(dice.roll(3))})),
    }
}
