use actix_web::web::Data;

use super::order;
use super::record::{Record, WriteDocument};
use crate::access::Principal;
use crate::aggregates::document::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, LargeBody};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::DocumentId;

/// How many documents an organization has at most.
const MAX_DOCUMENTS: i64 = 5_000;
/// How many bytes their texts have at most: a search reads all of them.
const MAX_BYTES: i64 = 64 * 1024 * 1024;

/// Adds a document. It is found a moment later.
#[utoipa::path(
    post,
    operation_id = "add_document",
    path = "/v1/knowledge/documents",
    tag = "knowledge",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = WriteDocument,
    responses(
        (status = 201, description = "Added", body = Envelope<Record>),
        (status = 409, description = "There is as much as there may be", body = Document),
        (status = 422, description = "It cannot be kept", body = Document),
    ),
)]
pub async fn add(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: LargeBody<WriteDocument>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    if matches!(turn, Turn::Fresh(_)) {
        let (documents, bytes) = api.knowledge().size(who.organization).await?;
        if documents >= MAX_DOCUMENTS || bytes >= MAX_BYTES {
            return Err(Problem::new(Code::KnowledgeFull));
        }
    }
    let id = DocumentId::generate();
    let (content, _) = body.content.split();
    let add = Order::Add { id, organization: who.organization, content };
    let done = order::execute(&api, &who, turn, id, add).await?;
    let location = format!("/v1/knowledge/documents/{}", done.stream.aggregate_id);
    order::answer(&api, done, |record| Answer::created(record, location)).await
}
