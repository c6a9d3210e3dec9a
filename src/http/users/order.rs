//! Gives an order to a user, once.

use crate::access::Principal;
use crate::aggregates::user::{Command, Order};
use crate::http::api::Api;
use crate::http::idempotency::{Done, Ticket};
use crate::http::problem::Problem;
use crate::journal::{Context, StreamId};
use crate::primitives::{OrganizationId, UserId};

/// What goes along with an order: users are of the installation, whatever organization the operator
/// acts in.
pub(super) fn context(ticket: &Ticket, who: &Principal, stream: &StreamId) -> Context {
    let mut context = ticket.context(who, stream);
    context.metadata.organization = OrganizationId::DEFAULT;
    context
}

/// Carries out an order, unless an earlier request with the same key did.
pub(super) async fn execute(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    user: UserId,
    order: Order,
) -> Result<Done, Problem> {
    let stream = StreamId::user(user);
    let command = Command { by: who.to_string(), at: api.clock.now(), order };
    let context = context(ticket, who, &stream);
    match api.people.users.execute(&stream.aggregate_id, command, context).await {
        Ok(executed) => Ok(Done { stream, sequence: executed.last, replayed: false }),
        Err(error) => ticket.refused(api, error).await,
    }
}
