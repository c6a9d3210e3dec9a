//! Gives an order to a schema, once.

use crate::access::Principal;
use crate::aggregates::schema::{Command, Order};
use crate::http::api::Api;
use crate::http::idempotency::{Done, Ticket};
use crate::http::problem::Problem;
use crate::journal::StreamId;
use crate::primitives::SchemaId;

/// Carries out an order, unless an earlier request with the same key did.
pub(super) async fn execute(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    schema: SchemaId,
    order: Order,
) -> Result<Done, Problem> {
    let stream = StreamId::schema(schema);
    let command = Command { by: who.to_string(), at: api.clock.now(), order };
    ticket.execute(api, who, &api.schemas, stream, command).await
}
