use actix_web::web::{Data, Path};

use super::order;
use super::record::{Record, WriteDocument};
use crate::access::Principal;
use crate::aggregates::document::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, LargeBody};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::DocumentId;

/// Lets a document say something else; what it said stays among its versions.
#[utoipa::path(
    put,
    operation_id = "revise_document",
    path = "/v1/knowledge/documents/{id}",
    tag = "knowledge",
    params(
        ("id" = String, Path, description = "The document"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = WriteDocument,
    responses(
        (status = 200, description = "Revised", body = Envelope<Record>),
        (status = 404, description = "No such document", body = Document),
        (status = 409, description = "Somebody else changed it", body = Document),
        (status = 422, description = "It cannot be kept", body = Document),
    ),
)]
pub async fn revise(
    api: Data<Api>,
    who: Principal,
    id: Path<DocumentId>,
    key: IdempotencyKey,
    body: LargeBody<WriteDocument>,
) -> Result<Answer<Record>, Problem> {
    order::load(&api, &who, *id).await?;
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let (content, expected) = body.content.split();
    let revise = Order::Revise { content, expected };
    let done = order::execute(&api, &who, turn, *id, revise).await?;
    order::answer(&api, done, Answer::ok).await
}
