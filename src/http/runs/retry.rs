use std::sync::Arc;

use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{ledger, order};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::http::workflows::Started;
use crate::primitives::RunId;

/// With what a run is retried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Retry {
    /// Another input, instead of that of the failed run. What had succeeded is taken over all the
    /// same; an item of a loop only where it is the same again.
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
}

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
    request_body = Option<Retry>,
    responses(
        (status = 202, description = "The new run has begun", body = Envelope<Started>),
        (status = 404, description = "No such run", body = Document),
        (status = 409, description = "The run did not fail", body = Document),
        (status = 422, description = "The payload is not what the workflow asks for", body = Document),
    ),
)]
pub async fn retry(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
    key: IdempotencyKey,
    body: Body<Retry>,
) -> Result<Answer<Started>, Problem> {
    let Body { content: Retry { payload }, fingerprint } = body;
    let turn = Turn::take(&api, &who, key, &fingerprint).await?;
    ledger::may_order(&api, &who, *id).await?;
    let edited = payload.map(Arc::new);
    let begin = async |run, context| {
        let again = api.desk.retry(*id, run, edited, context).await;
        again.map_err(|refused| refused.under("/payload"))
    };
    order::begin(&api, &who, turn, begin).await
}
