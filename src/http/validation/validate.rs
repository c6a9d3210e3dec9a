use actix_web::web::Data;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::options::{Asked, Options, Outcome, judge};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, LargeBody};
use crate::http::problem::{Document, Problem};
use crate::primitives::SchemaId;
use crate::schemas::Version;

/// A value, and the schema to hold it against.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = Validate)]
pub struct ValidateRequest {
    /// The schema.
    #[schema(value_type = String, example = "sch_01h455vb4pex5vsknk084sn02q")]
    pub(super) schema_id: SchemaId,
    /// Which version of it; the latest when absent.
    #[schema(value_type = Option<String>)]
    pub(super) version: Option<Version>,
    /// The value. The whole request may have 10 MiB.
    #[schema(value_type = Object)]
    pub(super) data: Box<RawValue>,
    /// How it is validated.
    #[serde(default)]
    pub(super) options: Options,
}

/// Holds a value against a schema of the organization. It takes at most 5 seconds.
#[utoipa::path(
    post,
    operation_id = "validate_data",
    path = "/v1/validation/validate",
    tag = "validation",
    params(("Idempotency-Key" = Option<String>, Header, description = "Accepted, and without effect: nothing is written")),
    request_body = ValidateRequest,
    responses(
        (status = 200, description = "What was found; `valid` says whether it fits", body = Envelope<Outcome>),
        (status = 404, description = "No such schema or version", body = Document),
        (status = 422, description = "It takes too long, or too much memory", body = Document),
    ),
)]
pub async fn validate(
    api: Data<Api>,
    who: Principal,
    _key: IdempotencyKey,
    body: LargeBody<ValidateRequest>,
) -> Result<Answer<Outcome>, Problem> {
    let ValidateRequest { schema_id, version, data, options } = body.content;
    let asked = Asked { schema_id, version, data: &data, options };
    Ok(Answer::ok(judge(&api, &who, asked).await?))
}
