use actix_web::web::Data;
use engine::Diagnostic;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::blueprints;
use crate::http::connectors;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::refusals;
use crate::http::problem::{Detail, Document, Problem};
use crate::http::public;
use crate::triggers::Contracts;

/// A definition to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ValidateDefinition {
    /// Accepted for the sake of clients that send the whole workflow; it is not looked at.
    #[expect(dead_code, reason = "part of the public contract, and without a meaning here")]
    name: Option<String>,
    /// The definition.
    #[schema(value_type = Object)]
    definition: Map<String, Value>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    /// Whether the definition can be published.
    valid: bool,
    /// Every problem, with its JSON pointer in the definition, its node and the cure.
    problems: Vec<Detail>,
}

impl Validation {
    /// What these diagnostics come to.
    pub(super) fn of(diagnostics: &[Diagnostic]) -> Self {
        Self { valid: diagnostics.is_empty(), problems: refusals::details("", diagnostics) }
    }
}

/// All problems of a definition, or the definition.
pub(super) fn check(definition: &Value) -> Result<engine::Definition, Vec<Diagnostic>> {
    let parsed = engine::parse(definition)?;
    let mut problems = engine::validate(&parsed, &Contracts::builtin());
    problems.extend(public::problems(&parsed));
    if problems.is_empty() { Ok(parsed) } else { Err(problems) }
}

/// All problems of a draft with its blocks put in, or the definition.
pub(super) async fn check_whole(
    api: &Api,
    who: &Principal,
    draft: &Value,
) -> Result<Result<engine::Definition, Vec<Diagnostic>>, Problem> {
    Ok(match blueprints::expand(api, who, draft).await? {
        Ok(expanded) => check(&expanded),
        Err(faults) => Err(faults),
    })
}

/// All problems of a definition, those of its connectors among them.
pub(super) async fn found(
    api: &Api,
    who: &Principal,
    definition: &Value,
) -> Result<Vec<Diagnostic>, Problem> {
    match check_whole(api, who, definition).await? {
        Ok(definition) => connectors::problems(api, who, &definition).await,
        Err(found) => Ok(found),
    }
}

/// Checks a definition without saving it, and lists all its problems.
#[utoipa::path(
    post,
    operation_id = "validate_definition",
    path = "/v1/workflows/validate",
    tag = "workflows",
    request_body = ValidateDefinition,
    responses(
        (status = 200, description = "What was found; `valid` says whether it is good",
         body = Envelope<Validation>),
        (status = 422, description = "The body has the wrong shape", body = Document),
    ),
)]
pub async fn validate(
    api: Data<Api>,
    who: Principal,
    _: IdempotencyKey,
    body: Body<ValidateDefinition>,
) -> Result<Answer<Validation>, Problem> {
    let found = found(&api, &who, &Value::Object(body.content.definition)).await?;
    Ok(Answer::ok(Validation::of(&found)))
}
