//! Gives an order to a document, once, and finds documents of the organization.

use super::record::Record;
use crate::access::Principal;
use crate::aggregates::document::{Command, Document, Order};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::idempotency::{Done, Turn};
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::primitives::DocumentId;

/// Carries out an order, unless an earlier request with the same key did.
pub(super) async fn execute(
    api: &Api,
    who: &Principal,
    turn: Turn,
    id: DocumentId,
    order: Order,
) -> Result<Done, Problem> {
    match turn {
        Turn::Replay(done) => Ok(done),
        Turn::Fresh(ticket) => {
            let command = Command { by: who.to_string(), at: api.clock.now(), order };
            ticket.execute(api, who, &api.documents, StreamId::document(id), command).await
        }
    }
}

/// A document of the organization, removed or not.
pub(super) async fn load(api: &Api, who: &Principal, id: DocumentId) -> Result<Document, Problem> {
    let document = api.documents.load(&id.to_string()).await?.aggregate;
    if document.organization == Some(who.organization) {
        Ok(document)
    } else {
        Err(Problem::new(Code::DocumentNotFound))
    }
}

/// The document as it is after an order.
pub(super) async fn answer(
    api: &Api,
    done: Done,
    kind: impl FnOnce(Record) -> Answer<Record>,
) -> Result<Answer<Record>, Problem> {
    let document = api.documents.load(&done.stream.aggregate_id).await?.aggregate;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(kind(Record::of(&document)?).written(written).replayed(done.replayed))
}
