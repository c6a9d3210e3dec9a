use std::sync::Arc;

use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::access::{Principal, WebhookSecrets};
use crate::aggregates::workflow::Order;
use crate::blueprints::{self, Kind};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::blueprints::load;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Detail, Document, Problem};
use crate::http::workflows::record::Record;
use crate::http::workflows::{self, order};
use crate::primitives::{TemplateId, WorkflowId};

/// What a draft is made with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Instantiate {
    /// The name of the workflow; that of the template when absent.
    name: Option<String>,
    /// The inputs that the template declares, by key.
    #[serde(default)]
    #[schema(value_type = Object)]
    props: Map<String, Value>,
    /// What it asks, by field.
    #[serde(default)]
    #[schema(value_type = Object)]
    answers: Map<String, Value>,
}

/// Makes a workflow with a draft from a template. What was said is inlined; the draft knows nothing of
/// the template any more, and is published like any other.
#[utoipa::path(
    post,
    operation_id = "instantiate_template",
    path = "/v1/templates/{id}/instantiate",
    tag = "templates",
    params(
        ("id" = String, Path, description = "The template"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes one workflow only"),
    ),
    request_body = Instantiate,
    responses(
        (status = 201, description = "Made", body = Envelope<Record>),
        (status = 404, description = "No such template", body = Document),
        (status = 422, description = "Something is missing or of the wrong kind", body = Document),
    ),
)]
pub async fn instantiate(
    api: Data<Api>,
    who: Principal,
    id: Path<TemplateId>,
    key: IdempotencyKey,
    body: Body<Instantiate>,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let Instantiate { name, props, answers } = body.content;
            let template = load(&api, &who, Kind::Template, &id.to_string()).await?;
            let content = template.content.filter(|_| !template.retired);
            let content = content.ok_or_else(|| Problem::new(Code::TemplateNotFound))?;
            let filled = blueprints::fill(&content.definition, &content.inputs, &props, &answers);
            let definition = filled.map_err(|faults| {
                let details = faults.into_iter().map(|it| Detail::new(it.path, it.message));
                Problem::new(Code::InvalidInput).with_details(details.collect())
            })?;
            let workflow = WorkflowId::generate();
            let secret = api.webhook_secrets.secret_of(workflow);
            let create = Order::Create {
                id: workflow,
                organization: who.organization,
                name: name.unwrap_or(content.name),
                description: content.description,
                definition: Arc::new(definition),
                webhook_secret_hash: WebhookSecrets::hash_of(&secret),
            };
            order::execute(&api, &who, &ticket, workflow, create).await?
        }
    };
    let workflow = order::workflow_of(&done)?;
    let loaded = workflows::load(&api, &who, workflow, Some(done.sequence)).await?;
    let record = loaded.record(&api, workflow).await?;
    let written = order::seen(&api, &done).await;
    Ok(Answer::created(record, format!("/v1/workflows/{workflow}"))
        .written(written)
        .replayed(done.replayed))
}
