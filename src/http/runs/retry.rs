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

/// Runs a failed run again from the point of failure, as a new run. What had succeeded is taken
/// over and not executed again.
#[utoipa::path(
    post,
    operation_id = "retry_run",
    path = "/v1/runs/{id}/retry",
    tag = "runs",
    params(
        ("id" = String, Path, description = "The failed run"),
        ("Idempotency-Key" = Option<String>, Header, description = "Starts one run only"),
    ),
    responses(
        (status = 202, description = "The new run has begun", body = Envelope<Started>),
        (status = 404, description = "No such run", body = Document),
        (status = 409, description = "The run did not fail", body = Document),
    ),
)]
pub async fn retry(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
    key: IdempotencyKey,
    body: Body<Nothing>,
) -> Result<Answer<Started>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    order::begin(&api, &who, turn, async |run, context| api.desk.retry(*id, run, context).await)
        .await
}
