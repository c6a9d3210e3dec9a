use std::sync::Arc;

use actix_web::web::Data;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::order;
use super::record::{self, Record};
use crate::access::{Principal, WebhookSecrets};
use crate::aggregates::workflow::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;

/// A new workflow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateWorkflow {
    /// Its name, 1 to 200 characters.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// The first draft. It may still have problems: they keep it from being published, not from
    /// being saved.
    #[schema(value_type = Object)]
    definition: Map<String, Value>,
}

/// Creates a workflow with its first draft.
#[utoipa::path(
    post,
    operation_id = "create_workflow",
    path = "/v1/workflows",
    tag = "workflows",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = CreateWorkflow,
    responses(
        (status = 201, description = "Created", body = Envelope<Record>),
        (status = 422, description = "The body has the wrong shape", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<CreateWorkflow>,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let id = WorkflowId::generate();
            let CreateWorkflow { name, description, definition } = body.content;
            let create = Order::Create {
                id,
                organization: who.organization,
                name,
                description,
                definition: Arc::new(Value::Object(definition)),
                webhook_secret_hash: WebhookSecrets::hash_of(&api.webhook_secrets.secret_of(id)),
            };
            order::execute(&api, &who, &ticket, id, create).await?
        }
    };
    let id = order::workflow_of(&done)?;
    let loaded = record::load(&api, &who, id, Some(done.sequence)).await?;
    let record = loaded.record(&api, id).await?;
    let written = order::seen(&api, &done).await;
    Ok(Answer::created(record, format!("/v1/workflows/{id}"))
        .written(written)
        .replayed(done.replayed))
}
