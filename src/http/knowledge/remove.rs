use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::order;
use crate::access::Principal;
use crate::aggregates::document::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, Params};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::DocumentId;

/// How the document is to be removed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct DocumentRemoval {
    /// The version that the document must have: another one now is a conflict.
    expected_version: Option<u64>,
}

/// A document that is not found any more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RemovedDocument)]
pub struct Gone {
    /// Its id.
    id: String,
}

/// Removes a document. Its versions stay on the ledger.
#[utoipa::path(
    delete,
    operation_id = "remove_document",
    path = "/v1/knowledge/documents/{id}",
    tag = "knowledge",
    params(("id" = String, Path, description = "The document"), DocumentRemoval),
    responses(
        (status = 200, description = "Removed", body = Envelope<Gone>),
        (status = 404, description = "No such document", body = Document),
        (status = 409, description = "Somebody else changed it", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    id: Path<DocumentId>,
    key: IdempotencyKey,
    query: Params<DocumentRemoval>,
) -> Result<Answer<Gone>, Problem> {
    order::load(&api, &who, *id).await?;
    let expected = query.0.expected_version;
    let turn = Turn::take(&api, &who, key, &format!("remove {} at {expected:?}", *id)).await?;
    let done = order::execute(&api, &who, turn, *id, Order::Remove { expected }).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(Gone { id: id.to_string() }).written(written).replayed(done.replayed))
}
