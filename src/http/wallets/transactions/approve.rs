use actix_web::web::{Data, Path};
use alloy_primitives::B256;
use serde::Deserialize;
use utoipa::ToSchema;

use super::order::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::wallet_lane::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::IntentId;

/// The longest comment, in characters.
const MAX_COMMENT: usize = 500;

/// An answer of somebody who was asked to approve a transaction.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ApprovalAnswer)]
pub struct Answered {
    /// What they looked at: `approval.digest` of the transaction. It stands for the call and for the most
    /// that its fees may come to, so that nothing else is approved by it.
    #[schema(value_type = String)]
    digest: B256,
    /// What they say of it, at most 500 characters. It stays on the ledger.
    comment: Option<String>,
}

impl Answered {
    fn read(self) -> Result<(B256, Option<String>), Problem> {
        let Self { digest, comment } = self;
        let comment = comment.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
        if comment.as_ref().is_some_and(|it| it.chars().count() > MAX_COMMENT) {
            let message = "must be 500 characters or fewer";
            return Err(Problem::new(Code::InvalidBody).at("/comment", message));
        }
        Ok((digest, comment))
    }
}

/// Approves a transaction as one of those whom a policy names. Once enough have, it is signed.
#[utoipa::path(
    post,
    operation_id = "approve_transaction",
    path = "/v1/transactions/{id}/approve",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The transaction"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Answered,
    responses(
        (status = 200, description = "It counts", body = Envelope<Record>),
        (status = 403, description = "The policies do not name you, or you caused it", body = Document),
        (status = 404, description = "There is no such transaction", body = Document),
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
    let (digest, comment) = body.content.read()?;
    order(&api, &who, key, &body.fingerprint, (*id, Order::Grant { intent: *id, digest, comment }))
        .await
}

/// Rejects a transaction as one of those whom a policy names. One is enough: it is over, and never signed.
#[utoipa::path(
    post,
    operation_id = "reject_transaction",
    path = "/v1/transactions/{id}/reject",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The transaction"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Answered,
    responses(
        (status = 200, description = "It is over", body = Envelope<Record>),
        (status = 403, description = "The policies do not name you", body = Document),
        (status = 404, description = "There is no such transaction", body = Document),
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
    let (digest, comment) = body.content.read()?;
    order(&api, &who, key, &body.fingerprint, (*id, Order::Reject { intent: *id, digest, comment }))
        .await
}
