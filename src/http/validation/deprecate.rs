use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::Record;
use super::{closure, order, record};
use crate::access::Principal;
use crate::aggregates::schema::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::SchemaId;
use crate::schemas::Version;

/// What should not be used any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DeprecateSchema {
    /// The version; the schema as a whole when absent.
    #[schema(value_type = Option<String>)]
    version: Option<Version>,
    /// `false` takes it back.
    is_deprecated: Option<bool>,
}

/// Advises against a version of a schema, or against all. It can be used on.
#[utoipa::path(
    post,
    operation_id = "deprecate_schema",
    path = "/v1/validation/schemas/{id}/deprecate",
    tag = "validation",
    params(
        ("id" = String, Path, description = "The schema"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = DeprecateSchema,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such schema or version", body = Document),
    ),
)]
pub async fn deprecate(
    api: Data<Api>,
    who: Principal,
    id: Path<SchemaId>,
    key: IdempotencyKey,
    body: Body<DeprecateSchema>,
) -> Result<Answer<Record>, Problem> {
    let DeprecateSchema { version, is_deprecated } = body.content;
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            closure::load(&api, &who, *id).await?;
            let order = if is_deprecated.unwrap_or(true) {
                Order::Deprecate(version)
            } else {
                Order::Reinstate(version)
            };
            order::execute(&api, &who, &ticket, *id, order).await?
        }
    };
    let schema = api.schemas.load(&done.stream.aggregate_id).await?.aggregate;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(record::of(&schema, version)?).written(written).replayed(done.replayed))
}
