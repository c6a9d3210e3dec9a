//! A definition as it is answered.

use engine::Json;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::event::SourceType;
use crate::aggregates::event_definition::{Content, Definition, Edition, Status};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::primitives::EventDefinitionId;
use crate::schemas::Version;

/// A version of a definition.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventDefinition)]
pub struct Record {
    /// The id of the definition, of all its versions.
    #[schema(value_type = String, example = "edef_01h455vb4pex5vsknk084sn02q")]
    id: EventDefinitionId,
    /// The name of the events.
    name: String,
    /// The version.
    #[schema(value_type = String, example = "1.0.0")]
    version: Version,
    /// What they mean.
    description: Option<String>,
    /// From what kinds of sources they come; any when empty.
    source_types: Vec<SourceType>,
    /// The JSON Schema of their payloads.
    #[schema(value_type = Object)]
    payload_schema: Json,
    /// Payloads that fit.
    #[schema(value_type = Vec<Object>)]
    examples: Vec<Json>,
    /// Whether it holds.
    status: Status,
    /// All versions, the last one first.
    #[schema(value_type = Vec<String>)]
    versions: Vec<Version>,
    /// Who added the version.
    by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// A definition of the caller's organization.
pub(super) async fn load(
    api: &Api,
    who: &Principal,
    id: EventDefinitionId,
) -> Result<Definition, Problem> {
    let definition = api.event_definitions.load(&id.to_string()).await?.aggregate;
    if definition.organization == Some(who.organization) {
        Ok(definition)
    } else {
        Err(Problem::new(Code::EventDefinitionNotFound))
    }
}

/// A version of a definition; the last one when none is named.
pub(super) fn of(definition: &Definition, version: Option<Version>) -> Result<Record, Problem> {
    let last = definition.versions.keys().next_back().copied();
    let unknown = || Problem::new(Code::EventDefinitionNotFound);
    let version = version.or(last).ok_or_else(unknown)?;
    let edition = definition.versions.get(&version);
    let edition = edition.ok_or_else(|| Problem::new(Code::VersionNotFound))?;
    let Edition { content, status, by, at } = edition.clone();
    let Content { description, source_types, payload_schema, examples } = content;
    Ok(Record {
        id: definition.id.ok_or_else(unknown)?,
        name: definition.name.clone(),
        version,
        description,
        source_types: source_types.into_iter().collect(),
        payload_schema,
        examples,
        status,
        versions: definition.versions.keys().rev().copied().collect(),
        by,
        at,
    })
}
