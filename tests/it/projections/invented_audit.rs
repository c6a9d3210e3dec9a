//! Invented refusals.

use chainkeel::aggregates::audit::Event;
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::AuditId;
use time::Duration;
use time::macros::datetime;

use super::invention::{Dice, History};

/// What one process noted at one time.
pub(super) fn refusals(dice: &mut Dice) -> History {
    let since = datetime!(2026-11-22 08:00 UTC) + Duration::minutes(dice.roll(900).cast_signed());
    let event = |dice: &mut Dice| Event::Refused {
        reason: "forbidden".to_owned(),
        route: "GET /v1/runs".to_owned(),
        actor: (dice.roll(2) == 0).then(|| "ada\u{0}".to_owned()),
        address: (dice.roll(2) == 0).then(|| "192.0.2.1".to_owned()),
        times: 1 + dice.roll(9),
        since,
        at: since + Duration::seconds(dice.roll(60).cast_signed()),
    };
    let events = (0..=dice.roll(4)).map(|_| NewEvent::of(&event(dice)).unwrap()).collect();
    History { stream: StreamId::audit(AuditId::generate()), appends: vec![events] }
}
