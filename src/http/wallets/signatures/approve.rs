use actix_web::web::{Data, Path};

use super::order::order;
use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};
use crate::http::wallets::said::{Answered, Decision, Said};
use crate::primitives::IntentId;

/// Approves a document as one of those whom a policy names. Once enough have, it is signed.
#[utoipa::path(
    post,
    operation_id = "approve_signature",
    path = "/v1/signatures/{id}/approve",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The document"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Answered,
    responses(
        (status = 200, description = "It counts", body = Envelope<Record>),
        (status = 403, description = "The policies do not name you, or you caused it", body = Document),
        (status = 404, description = "There is no such document", body = Document),
        (status = 409, description = "The digest is another one, you approved before, or it is decided", body = Document),
    ),
)]
pub async fn approve(
    api: Data<Api>,
    who: Principal,
    id: Path<IntentId>,
    key: IdempotencyKey,
    body: Body<Answered>,
) -> Result<Answer<Record>, Problem> {
    let said = Said::read(Decision::Approve, body.content)?;
    order(&api, &who, key, &body.fingerprint, (*id, said.to_document())).await
}

/// Rejects a document as one of those whom a policy names. One is enough: it is over, and never signed.
#[utoipa::path(
    post,
    operation_id = "reject_signature",
    path = "/v1/signatures/{id}/reject",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The document"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Answered,
    responses(
        (status = 200, description = "It is over", body = Envelope<Record>),
        (status = 403, description = "The policies do not name you", body = Document),
        (status = 404, description = "There is no such document", body = Document),
        (status = 409, description = "The digest is another one, or it is decided", body = Document),
    ),
)]
pub async fn reject(
    api: Data<Api>,
    who: Principal,
    id: Path<IntentId>,
    key: IdempotencyKey,
    body: Body<Answered>,
) -> Result<Answer<Record>, Problem> {
    let said = Said::read(Decision::Reject, body.content)?;
    order(&api, &who, key, &body.fingerprint, (*id, said.to_document())).await
}
