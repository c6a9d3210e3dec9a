//! Gives an order to a transaction, once, and answers with the transaction as it then is.

use super::record::Record;
use crate::access::Principal;
use crate::aggregates::wallet_lane::{Command, Error, Order};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Problem};
use crate::policies::approvals;
use crate::primitives::IntentId;

impl From<Error> for Problem {
    fn from(refusal: Error) -> Self {
        match refusal {
            Error::NotOpen(_) | Error::OutOfPlace(..) => {
                Self::new(Code::TransactionOver).because(refusal)
            }
            Error::Approval(refused) => Self::from(refused),
            Error::Known(_)
            | Error::Elsewhere(_)
            | Error::Full
            | Error::Busy
            | Error::Forged { .. }
            | Error::Stranger(_)
            | Error::TooCheap
            | Error::TooDear => Self::internal(refusal),
        }
    }
}

impl From<approvals::Refused> for Problem {
    fn from(refused: approvals::Refused) -> Self {
        let code = match refused {
            approvals::Refused::NotAsked | approvals::Refused::OwnRequest => Code::ApprovalNotYours,
            approvals::Refused::OtherDigest
            | approvals::Refused::Twice
            | approvals::Refused::Over => Code::ApprovalDoesNotCount,
        };
        Self::new(code).because(refused)
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
    let record = Record::load(api, who, id).await?;
    let done = match Turn::take(api, who, key, fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let command = Command { by: who.to_string(), at: api.clock.now(), order };
            ticket.execute(api, who, &api.lanes, record.stream(), command).await?
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    let record = Record::load(api, who, id).await?;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}
