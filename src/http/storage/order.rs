//! Gives an order to an entry, once.

use crate::access::Principal;
use crate::aggregates::entry::{Command, Order, Place};
use crate::http::api::Api;
use crate::http::idempotency::{Done, Turn};
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;

/// Carries out an order, unless an earlier request with the same key did.
pub(super) async fn order(
    api: &Api,
    who: &Principal,
    turn: Turn,
    place: Place,
    order: Order,
) -> Result<Done, Problem> {
    let ticket = match turn {
        Turn::Replay(done) => return Ok(done),
        Turn::Fresh(ticket) => ticket,
    };
    let stream = StreamId::entry(place.entry(who.organization));
    let command = Command { place, by: who.to_string(), at: api.clock.now(), effect: None, order };
    let context = ticket.context(who, &stream);
    match api.entries().execute(command, context).await {
        Ok(written) => {
            let sequence = written.sequence.ok_or_else(|| Problem::new(Code::EntryNotFound))?;
            Ok(Done { stream, sequence, replayed: false })
        }
        Err(error) => ticket.refused(api, error).await,
    }
}
