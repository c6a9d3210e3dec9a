use std::sync::Arc;

use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::workflow::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::WorkflowId;

/// What is to be changed; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SaveDraft {
    /// The `version` of the workflow that the author saw: another one now is a conflict.
    expected_current_version: Option<u64>,
    /// The new name, 1 to 200 characters.
    name: Option<String>,
    /// What the workflow is for.
    description: Option<String>,
    /// The new draft. It may still have problems.
    #[schema(value_type = Option<Object>)]
    definition: Option<Map<String, Value>>,
}

/// Saves the draft, the name or the description. What is live stays as it is.
#[utoipa::path(
    put,
    operation_id = "save_draft",
    path = "/v1/workflows/{id}",
    tag = "workflows",
    params(("id" = String, Path, description = "The workflow")),
    request_body = SaveDraft,
    responses(
        (status = 200, description = "Saved", body = Envelope<Record>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "Somebody else changed it, or it is archived", body = Document),
        (status = 422, description = "The body has the wrong shape", body = Document),
    ),
)]
pub async fn save_draft(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    body: Body<SaveDraft>,
) -> Result<Answer<Record>, Problem> {
    let SaveDraft { expected_current_version, name, description, definition } = body.content;
    if name.is_none() && description.is_none() && definition.is_none() {
        return Err(Problem::new(Code::InvalidBody)
            .at("", "nothing to save: give a `name`, a `description` or a `definition`"));
    }
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let save = Order::SaveDraft {
        expected_version: expected_current_version,
        name,
        description,
        definition: definition.map(|definition| Arc::new(Value::Object(definition))),
    };
    let done = order::order(&api, &who, turn, *id, save).await?;
    order::answer(&api, &who, done).await
}
