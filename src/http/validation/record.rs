//! A schema as the API shows it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::aggregates::schema::Schema;
use crate::http::problem::{Code, Problem};
use crate::primitives::SchemaId;
use crate::schemas::{Change, ChangeCode, Direction, Level, Severity, Version};

/// A version of a schema.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DataSchema)]
pub struct Record {
    /// Its id.
    #[schema(value_type = String, example = "sch_01h455vb4pex5vsknk084sn02q")]
    id: SchemaId,
    /// Its namespace.
    namespace: String,
    /// Its name within the namespace.
    name: String,
    /// The version that is shown.
    #[schema(value_type = String, example = "1.2.0")]
    version: Version,
    /// How other schemas refer to this version.
    #[schema(example = "schema:payments/order@1.2.0")]
    reference: String,
    /// What it is for.
    description: Option<String>,
    /// What the version says.
    #[schema(value_type = Object)]
    schema: Arc<Value>,
    /// Whether somebody advises against this version, or against the schema as a whole.
    is_deprecated: bool,
    /// What is said of it beside what it says itself.
    metadata: Metadata,
    /// What had changed since the version before.
    changes: Vec<ChangeRecord>,
    /// All versions, the latest first.
    versions: Vec<VersionRecord>,
}

/// What is said of a schema.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DataSchemaMetadata)]
pub(super) struct Metadata {
    /// Who answers for it.
    owner: Option<String>,
    /// What its versions promise to one another.
    compatibility: Level,
    /// What it is found by.
    tags: BTreeSet<String>,
}

/// A version in short.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DataSchemaVersion)]
pub(super) struct VersionRecord {
    /// Its number.
    #[schema(value_type = String)]
    version: Version,
    /// Whether somebody advises against it.
    is_deprecated: bool,
    /// Who added it.
    created_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// A change between two versions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DataSchemaChange)]
pub(super) struct ChangeRecord {
    /// What it is.
    #[serde(rename = "type")]
    code: ChangeCode,
    /// Where, as a JSON pointer.
    path: String,
    /// In words.
    message: String,
    /// Whether it breaks what the schema's level of compatibility promises.
    severity: Severity,
    /// Over which flows of data it breaks.
    breaks: BTreeSet<Direction>,
}

/// Changes as they are shown where a level is wanted.
pub(super) fn changes(changes: &[Change], level: Level) -> Vec<ChangeRecord> {
    let record = |change: &Change| ChangeRecord {
        code: change.code,
        path: change.path.clone(),
        message: change.message.clone(),
        severity: change.severity(level),
        breaks: change.breaks.clone(),
    };
    changes.iter().map(record).collect()
}

/// A version of a schema; the latest where none is named.
pub(super) fn of(schema: &Schema, version: Option<Version>) -> Result<Record, Problem> {
    let unregistered = || Problem::new(Code::SchemaNotFound);
    let (id, name) = schema.id.zip(schema.name.as_ref()).ok_or_else(unregistered)?;
    let version = version.or_else(|| schema.latest().map(|(version, _)| version));
    let version = version.ok_or_else(unregistered)?;
    let edition = schema.versions.get(&version);
    let edition = edition.ok_or_else(|| Problem::new(Code::VersionNotFound))?;
    let level = schema.details.compatibility;
    let versions = schema.versions.iter().rev().map(|(version, edition)| VersionRecord {
        version: *version,
        is_deprecated: edition.deprecated,
        created_by: edition.by.clone(),
        created_at: edition.at,
    });
    Ok(Record {
        id,
        namespace: name.namespace().to_owned(),
        name: name.name().to_owned(),
        version,
        reference: crate::schemas::Reference { name: name.clone(), version }.to_string(),
        description: schema.details.description.clone(),
        schema: Arc::clone(&edition.schema),
        is_deprecated: schema.deprecated || edition.deprecated,
        metadata: Metadata {
            owner: schema.details.owner.clone(),
            compatibility: level,
            tags: schema.details.tags.clone(),
        },
        changes: changes(&edition.changes, level),
        versions: versions.collect(),
    })
}
