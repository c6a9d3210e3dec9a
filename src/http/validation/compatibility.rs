use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::record::ChangeRecord;
use super::{closure, record};
use crate::access::Principal;
use crate::aggregates::schema::{Compared, Schema};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, LargeBody};
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::SchemaId;
use crate::schemas::{Bump, Change, Level, Severity, Version};

/// A version that somebody thinks of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CheckSchema {
    /// The version.
    #[schema(value_type = Object)]
    schema: Value,
    /// The level to check; the schema's own when absent.
    level: Option<Level>,
}

/// How a version would compare.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DataSchemaComparison)]
pub struct ComparisonRecord {
    /// Whether it keeps what the level promises.
    compatible: bool,
    /// The level.
    level: Level,
    /// How far the version has to move on.
    bump: Bump,
    /// The first number that it may have.
    #[schema(value_type = String, example = "2.0.0")]
    suggested_version: Version,
    /// What has changed since the last version.
    changes: Vec<ChangeRecord>,
}

/// A new version beside those there are.
pub(super) struct Found {
    /// What the schema is told of it.
    pub(super) order: Compared,
    /// Whether it keeps the level.
    pub(super) keeps: bool,
    /// What breaks it since earlier versions than the last.
    pub(super) broken: Vec<(Version, Change)>,
}

/// Says how a new version would compare with those there are, and changes nothing.
#[utoipa::path(
    post,
    operation_id = "check_schema_compatibility",
    path = "/v1/validation/schemas/{id}/compatibility",
    tag = "validation",
    params(
        ("id" = String, Path, description = "The schema"),
        ("Idempotency-Key" = Option<String>, Header, description = "Accepted, and without effect: nothing is written"),
    ),
    request_body = CheckSchema,
    responses(
        (status = 200, description = "The comparison", body = Envelope<ComparisonRecord>),
        (status = 404, description = "No such schema", body = Document),
        (status = 422, description = "The schema cannot be used", body = Document),
    ),
)]
pub async fn compatibility(
    api: Data<Api>,
    who: Principal,
    id: Path<SchemaId>,
    _key: IdempotencyKey,
    body: LargeBody<CheckSchema>,
) -> Result<Answer<ComparisonRecord>, Problem> {
    let CheckSchema { schema: new, level } = body.content;
    let schema = closure::load(&api, &who, *id).await?;
    let level = level.unwrap_or(schema.details.compatibility);
    let found = compare(&api, &who, &schema, &new, level).await?;
    let last = schema.latest().map(|(version, _)| version);
    let last = last.ok_or_else(|| Problem::new(Code::SchemaNotFound))?;
    Ok(Answer::ok(ComparisonRecord {
        compatible: found.keeps,
        level,
        bump: found.order.bump,
        suggested_version: last.after(found.order.bump),
        changes: record::changes(&found.order.changes, level),
    }))
}

/// Compares a version with the last one, or with all where the level wants it.
pub(super) async fn compare(
    api: &Api,
    who: &Principal,
    schema: &Schema,
    new: &Value,
    level: Level,
) -> Result<Found, Problem> {
    let (last, latest) = schema.latest().ok_or_else(|| Problem::new(Code::SchemaNotFound))?;
    let text = closure::bundled(api, who, new).await?;
    api.validators.compile(&text).await?;
    let old = closure::bundled(api, who, &latest.schema).await?;
    let compared = api.validators.compare(&old, &text).await?;
    let mut broken = Vec::new();
    let earlier = schema.versions.iter().rev().filter(|(version, _)| **version != last);
    for (version, edition) in earlier.filter(|_| level.is_transitive()) {
        let old = closure::bundled(api, who, &edition.schema).await?;
        let compared = api.validators.compare(&old, &text).await?;
        let changes = compared.changes.into_iter();
        let breaking = changes.filter(|change| change.severity(level) == Severity::Breaking);
        broken.extend(breaking.map(|change| (*version, change)));
        // One is enough to say no.
        if !broken.is_empty() {
            break;
        }
    }
    Ok(Found {
        keeps: compared.keeps(level) && broken.is_empty(),
        order: Compared {
            at_version: schema.version,
            bump: compared.bump(),
            changes: compared.changes,
        },
        broken,
    })
}
