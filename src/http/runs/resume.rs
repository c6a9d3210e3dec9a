use actix_web::web::{Data, Path};

use super::order;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Nothing};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::http::workflows::Started;
use crate::primitives::RunId;

/// Lets a paused run go on. (A node that waits is resumed below its own path.)
#[utoipa::path(
    post,
    operation_id = "resume_run",
    path = "/v1/runs/{id}/resume",
    tag = "runs",
    params(
        ("id" = String, Path, description = "The paused run"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 202, description = "It goes on", body = Envelope<Started>),
        (status = 404, description = "No such run", body = Document),
        (status = 409, description = "The run is not paused", body = Document),
    ),
)]
pub async fn resume(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
    key: IdempotencyKey,
    body: Body<Nothing>,
) -> Result<Answer<Started>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let order = async |context| api.desk.unpause(*id, context).await;
    order::answer(&api, &who, turn, *id, order).await
}
