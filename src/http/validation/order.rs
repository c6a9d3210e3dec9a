//! Gives an order to a schema, once.

use crate::access::Principal;
use crate::aggregates::schema::{Command, Order};
use crate::http::api::Api;
use crate::http::idempotency::{Done, Ticket};
use crate::http::problem::Problem;
use crate::journal::{Context, Metadata, NotExecuted, StreamId};
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
    let context = Context {
        metadata: Metadata {
            correlation: Some(ticket.request_id.clone()),
            ..Metadata::new(who.organization, who.to_string(), ticket.command)
        },
        fence: None,
        side: ticket.receipts(&stream),
    };
    match api.schemas.execute(&stream.aggregate_id, command, context).await {
        Ok(executed) => Ok(Done { stream, sequence: executed.last, replayed: false }),
        Err(NotExecuted::ReceiptTaken) => ticket.taken(api).await,
        Err(error) => ticket.earlier(api).await?.ok_or_else(|| error.into()),
    }
}
