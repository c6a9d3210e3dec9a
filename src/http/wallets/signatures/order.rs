//! Gives an order to a document that is to be signed, once, and answers with the document as it then is.

use super::record::Record;
use crate::access::Principal;
use crate::aggregates::signature_request::{Command, Error, Order};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::primitives::IntentId;

impl From<Error> for Problem {
    fn from(refusal: Error) -> Self {
        match refusal {
            Error::Unknown => Self::new(Code::SignatureNotFound),
            Error::Approval(refused) => Self::from(refused),
            Error::OutOfPlace(..) => Self::new(Code::ApprovalDoesNotCount).because(refusal),
            Error::Known(_) | Error::Forged { .. } | Error::NoUser(_) | Error::NoProof => {
                Self::internal(refusal)
            }
        }
    }
}

/// Carries out an order, unless an earlier request with the same key did.
pub(super) async fn order(
    api: &Api,
    who: &Principal,
    key: IdempotencyKey,
    fingerprint: &str,
    (id, order): (IntentId, Order),
) -> Result<Answer<Record>, Problem> {
    Record::load(api, who, id).await?;
    let done = match Turn::take(api, who, key, fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let command = Command { by: who.to_string(), at: api.clock.now(), order };
            let stream = StreamId::signature_request(id);
            ticket.execute(api, who, &api.requests, stream, command).await?
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    let record = Record::load(api, who, id).await?;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}
