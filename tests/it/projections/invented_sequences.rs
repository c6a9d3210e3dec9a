//! Invented lives of instances of sequences: events in whatever order chance brings them, and what
//! people order about them.

use chainkeel::aggregates::sequence_instance::{Command, Instance, Opening, Order};
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::{EventId, OrganizationId, SequenceInstanceId};
use cqrs_es::Aggregate;
use engine::Happening;
use serde_json::json;
use time::Duration;
use time::macros::datetime;

use super::invention::{Dice, History};

/// One instance's life.
pub(super) fn sequence(dice: &mut Dice) -> History {
    let id = SequenceInstanceId::generate();
    let mut at = datetime!(2026-11-22 08:00 UTC) + Duration::minutes(dice.roll(900).cast_signed());
    let rollback = match dice.roll(3) {
        0 => json!({"type": "manual"}),
        1 => json!({"type": "retry", "maxRetries": 1}),
        _ => {
            json!({"type": "compensating_events", "compensatingEvents": [{"eventId": "e.undone"}]})
        }
    };
    let steps: Vec<_> =
        (0..3).map(|n| json!({"eventId": format!("e.n{n}"), "order": 1 + n / 2})).collect();
    let out_of_order = ["hold", "fail", "ignore"][usize::try_from(dice.roll(3)).unwrap()];
    let content = json!({
        "events": steps, "correlationKey": "payload.key", "timeoutMs": 1_200_000,
        "outOfOrder": out_of_order,
        "rollbackStrategy": rollback,
    });
    let opening = Opening {
        id,
        organization: OrganizationId::DEFAULT,
        name: format!("n{}", dice.roll(2)),
        version: "1.0.0".parse().unwrap(),
        key: format!("k{}\u{0}", dice.roll(u64::MAX)),
        content: serde_json::from_value(content).unwrap(),
    };
    let mut instance = Instance::default();
    let mut appends = Vec::new();
    for _ in 0..4 + dice.roll(5) {
        let order = match dice.roll(9) {
            0 => Order::Expire,
            1 => Order::Retry,
            2 if dice.roll(3) == 0 => Order::Abandon { reason: Some("a\u{0}".to_owned()) },
            2 => Order::NoteCompensation { events: vec![EventId::generate()] },
            number => {
                let name = format!("e.n{}", number % 3);
                let happening = Happening::new(&name, &json!({}), None, &format!("evt_{name}"));
                let opening = Some(Box::new(opening.clone()));
                Order::Take { happening: Box::new(happening), opening }
            }
        };
        // What is refused did not happen.
        let command = Command { by: "ada\u{0}".to_owned(), at, order };
        let events = instance.decide(command).unwrap_or_default();
        if !events.is_empty() {
            appends.push(events.iter().map(|event| NewEvent::of(event).unwrap()).collect());
        }
        for event in events {
            instance.apply(event);
        }
        at += Duration::minutes(dice.roll(9).cast_signed());
    }
    History { stream: StreamId::sequence_instance(id), appends }
}
