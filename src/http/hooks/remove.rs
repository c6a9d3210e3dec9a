use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::order::give;
use super::record::secret_names;
use crate::access::Principal;
use crate::aggregates::execution_hooks::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::problem::{Document, Problem};
use crate::primitives::ExecutionHookId;

/// What is gone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExecutionHookRemoved)]
pub struct Removed {
    /// The endpoint.
    #[schema(value_type = String)]
    id: ExecutionHookId,
}

/// Tells an endpoint nothing more, for good. Its secrets are forgotten, and what waits is given up; what was
/// sent stays in the log until it is old.
#[utoipa::path(
    delete,
    operation_id = "remove_execution_webhook",
    path = "/v1/execution-webhooks/{id}",
    tag = "execution webhooks",
    params(
        ("id" = String, Path, description = "The endpoint"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "It is gone", body = Envelope<Removed>),
        (status = 404, description = "No such endpoint", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    id: Path<ExecutionHookId>,
    key: IdempotencyKey,
) -> Result<Answer<Removed>, Problem> {
    let fingerprint = format!("remove {}", *id);
    let done = give(&api, &who, (key, &fingerprint), (*id, Order::Remove)).await?;
    // Also when this is a replay: the first time may have been cut off here.
    for name in secret_names(&api, &who, *id).await? {
        api.vault.forget(who.organization, &name).await?;
    }
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(Removed { id: *id }).written(written).replayed(done.replayed))
}
