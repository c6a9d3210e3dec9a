use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::workflow::{Limits, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;

/// The limits that a workflow is to have: all of them, instead of those before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SetLimits {
    /// The `version` of the workflow that the author saw: another one now is a conflict.
    expected_version: Option<u64>,
    /// How many runs it may start, retries and re-runs included: 1 to 1,000,000,000, any number when
    /// absent. Another number than before begins to count anew.
    max_runs: Option<u32>,
    /// How long its triggers start nothing after a run has begun: 1 to 2,592,000,000 ms (30 days).
    cooldown_ms: Option<u64>,
    /// After how many failed runs in a row its triggers stop: 0 (never) to 1,000; 5 when absent.
    pause_after_failures: Option<u32>,
}

/// Sets how many runs a workflow may start, how often, and when it stops by itself. They hold at
/// once, for whatever version is live.
#[utoipa::path(
    put,
    operation_id = "set_workflow_limits",
    path = "/v1/workflows/{id}/limits",
    tag = "workflows",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = SetLimits,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "Somebody else changed it, or it is archived", body = Document),
        (status = 422, description = "A limit is out of bounds", body = Document),
    ),
)]
pub async fn limits(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    body: Body<SetLimits>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let SetLimits { expected_version, max_runs, cooldown_ms, pause_after_failures } = body.content;
    let pause_after_failures =
        pause_after_failures.unwrap_or(Limits::default().pause_after_failures);
    let limits = Limits { max_runs, cooldown_ms, pause_after_failures };
    let set = Order::SetLimits { expected_version, limits };
    let done = order::order(&api, &who, turn, *id, set).await?;
    order::answer(&api, &who, done).await
}
