//! Invented lives of documents.

use chainkeel::aggregates::document::{Command, Content, Document, Order};
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::{DocumentId, OrganizationId};
use cqrs_es::Aggregate;
use time::Duration;
use time::macros::datetime;

use super::invention::{Dice, History};

/// One document's life.
pub(super) fn document(dice: &mut Dice) -> History {
    let id = DocumentId::generate();
    let mut at = datetime!(2026-11-22 08:00 UTC) + Duration::minutes(dice.roll(900).cast_signed());
    let mut document = Document::default();
    let mut appends = Vec::new();
    let organization = OrganizationId::DEFAULT;
    let mut order = Order::Add { id, organization, content: content(dice) };
    for _ in 0..=dice.roll(6) {
        // What is refused did not happen.
        let command = Command { by: "ada\u{0}".to_owned(), at, order };
        if let Ok(Some(event)) = document.decide(command) {
            appends.push(vec![NewEvent::of(&event).unwrap()]);
            document.apply(event);
        }
        at += Duration::minutes(dice.roll(40).cast_signed());
        order = if dice.roll(6) == 0 {
            Order::Remove { expected: None }
        } else {
            Order::Revise { content: content(dice), expected: None }
        };
    }
    History { stream: StreamId::document(id), appends }
}

fn content(dice: &mut Dice) -> Content {
    let words = usize::try_from(dice.roll(3_000)).unwrap();
    Content {
        title: format!("Title {}", dice.roll(9)),
        text: format!("Said {} times: {}", words, "a word ".repeat(words)),
        tags: (0..dice.roll(3)).map(|number| format!("tag {number}")).collect(),
        source: (dice.roll(2) == 0).then(|| "the manual".to_owned()),
    }
}
