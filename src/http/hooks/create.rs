use std::collections::BTreeMap;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::order::judge;
use super::record::{Record, event_at, load};
use super::signing_secret::NewSecret;
use crate::access::{Delivery, Principal};
use crate::aggregates::execution_hooks::{Choice, Command, MAX_RETRIES, Order, Wish};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::{ExecutionHookId, WorkflowId};
use crate::secrets::SecretName;

/// Who is told of what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateExecutionHook {
    /// What people call it: 1 to 100 characters.
    #[schema(example = "billing")]
    name: String,
    /// For people.
    #[serde(default)]
    description: String,
    /// Where it is: https, unless an operator opened the address with `egress.allow`.
    #[schema(example = "https://example.com/hooks")]
    url: String,
    /// Of what it is told: `run.completed`, `node.failed` …, or `run.*` and `node.*`.
    #[schema(value_type = Vec<String>, example = json!(["run.completed", "run.failed", "node.failed"]))]
    subscribed_event_types: Vec<Choice>,
    /// Of which workflows; of all when there is none.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    workflow_ids: Vec<WorkflowId>,
    /// How often a delivery is tried after the first time: 0 to 9, 9 when absent.
    #[serde(default = "most")]
    max_retries: u32,
    /// Whether it is told from now on; it is when absent.
    #[serde(default = "yes")]
    enabled: bool,
}

const fn most() -> u32 {
    MAX_RETRIES
}

const fn yes() -> bool {
    true
}

/// An endpoint that was made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExecutionHookCreated)]
pub struct Created {
    /// The endpoint.
    #[serde(flatten)]
    endpoint: Record,
    /// The secret by which the receiver knows that what comes is ours. It is shown this once; null when
    /// the answer is given again.
    secret: Option<String>,
}

/// Tells an endpoint of the outside what happens in runs from here on, signed.
#[utoipa::path(
    post,
    operation_id = "create_execution_webhook",
    path = "/v1/execution-webhooks",
    tag = "execution webhooks",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = CreateExecutionHook,
    responses(
        (status = 201, description = "Made", body = Envelope<Created>),
        (status = 409, description = "There are too many", body = Document),
        (status = 422, description = "It could never be sent", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<CreateExecutionHook>,
) -> Result<Answer<Created>, Problem> {
    judge(&api, &body.content.url).await?;
    let (done, secret) = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => (done, None),
        Turn::Fresh(ticket) => make(&api, &who, &ticket, body.content).await?,
    };
    let id = event_at(&api, &done.stream, done.sequence).await?.endpoint();
    let endpoint = load(&api, &who, id).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let created = Created { endpoint: Record::of((id, endpoint)), secret };
    let location = format!("/v1/execution-webhooks/{id}");
    Ok(Answer::created(created, location).written(written).replayed(done.replayed))
}

/// The endpoint, and its secret where it is a new one.
async fn make(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    asked: CreateExecutionHook,
) -> Result<(Done, Option<String>), Problem> {
    let (id, organization) = (ExecutionHookId::generate(), who.organization);
    let name = SecretName::new(id, Delivery::FIELD);
    let secret = NewSecret::seal(api, who, name, BTreeMap::new()).await?;
    let wish = Box::new(Wish {
        name: asked.name,
        description: asked.description,
        url: asked.url,
        event_types: asked.subscribed_event_types,
        workflows: asked.workflow_ids,
        max_retries: asked.max_retries,
    });
    let order = Order::Create { organization, wish, enabled: asked.enabled };
    let command = Command { by: who.to_string(), at: api.clock.now(), id, order };
    let stream = StreamId::execution_hooks(organization);
    let done = ticket.execute(api, who, &api.execution_hooks, stream, command).await;
    secret.shown(api, done).await
}
