use actix_web::web::{Data, Path};

use super::record::Record;
use crate::access::Principal;
use crate::aggregates::wallet_lane::{Command, Error, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::IntentId;

impl From<Error> for Problem {
    fn from(refusal: Error) -> Self {
        match refusal {
            Error::NotOpen(_) | Error::OutOfPlace(..) => {
                Self::new(Code::TransactionOver).because(refusal)
            }
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

/// Calls a transaction off. What has no nonce yet is given up at once; else a transaction that moves nothing
/// is sent under its nonce, and whichever of the two is faster is carried out.
#[utoipa::path(
    post,
    operation_id = "cancel_transaction",
    path = "/v1/transactions/{id}/cancel",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The transaction"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "It is called off, or is being called off", body = Envelope<Record>),
        (status = 404, description = "There is no such transaction", body = Document),
        (status = 409, description = "It is over", body = Document),
    ),
)]
pub async fn cancel(
    api: Data<Api>,
    who: Principal,
    id: Path<IntentId>,
    key: IdempotencyKey,
) -> Result<Answer<Record>, Problem> {
    let record = Record::load(&api, &who, *id).await?;
    let done = match Turn::take(&api, &who, key, "").await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let reason = format!("{who} called it off");
            let order = Order::Cancel { intent: *id, reason };
            let command = Command { by: who.to_string(), at: api.clock.now(), order };
            ticket.execute(&api, &who, &api.lanes, record.stream(), command).await?
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    let record = Record::load(&api, &who, *id).await?;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}
