use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::order::{answered, judge};
use super::record::{Record, load};
use crate::access::Principal;
use crate::aggregates::execution_hooks::{Change, Choice, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};
use crate::primitives::{ExecutionHookId, WorkflowId};

/// What of an endpoint is to be another. What is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ChangeExecutionHook {
    /// What people call it.
    name: Option<String>,
    /// For people.
    description: Option<String>,
    /// Where it is. What waits is sent there.
    url: Option<String>,
    /// Of what it is told.
    #[schema(value_type = Option<Vec<String>>)]
    subscribed_event_types: Option<Vec<Choice>>,
    /// Of which workflows; an empty list for all of them.
    #[schema(value_type = Option<Vec<String>>)]
    workflow_ids: Option<Vec<WorkflowId>>,
    /// How often a delivery is tried after the first time, 0 to 9; what waits keeps its number.
    max_retries: Option<u32>,
}

/// Changes an endpoint in place, from the next event on.
#[utoipa::path(
    patch,
    operation_id = "change_execution_webhook",
    path = "/v1/execution-webhooks/{id}",
    tag = "execution webhooks",
    params(
        ("id" = String, Path, description = "The endpoint"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = ChangeExecutionHook,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such endpoint", body = Document),
        (status = 422, description = "It could never be sent", body = Document),
    ),
)]
pub async fn change(
    api: Data<Api>,
    who: Principal,
    id: Path<ExecutionHookId>,
    key: IdempotencyKey,
    body: Body<ChangeExecutionHook>,
) -> Result<Answer<Record>, Problem> {
    load(&api, &who, *id).await?;
    if let Some(url) = &body.content.url {
        judge(&api, url).await?;
    }
    let ChangeExecutionHook {
        name,
        description,
        url,
        subscribed_event_types: event_types,
        workflow_ids: workflows,
        max_retries,
    } = body.content;
    let change = Change { name, description, url, event_types, workflows, max_retries };
    let order = Order::Change(Box::new(change));
    answered(&api, &who, (key, &body.fingerprint), (*id, order)).await
}
