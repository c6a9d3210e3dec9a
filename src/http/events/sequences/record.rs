//! A sequence as it is answered.

use engine::Json;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::event_sequences::{
    Content, Edition, OutOfOrder, Rollback, Sequence, Sequences, Step,
};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::schemas::Version;

/// A version of a sequence.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventSequence)]
pub struct Record {
    /// Its name.
    #[schema(example = "order.fulfilment")]
    name: String,
    /// The version.
    #[schema(value_type = String, example = "1.0.0")]
    version: Version,
    /// What it is for.
    description: Option<String>,
    /// The events, at least one of them required.
    events: Vec<Step>,
    /// What tells its instances apart: a path into the event, with defaults.
    correlation_key: String,
    /// How long an instance may take, from its first event on.
    timeout_ms: u64,
    /// What is done with an event before its turn.
    out_of_order: OutOfOrder,
    /// What is done when an instance fails.
    rollback_strategy: Rollback,
    /// What its makers note.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Json>,
    /// All versions, the last one first.
    #[schema(value_type = Vec<String>)]
    versions: Vec<Version>,
    /// Who added the version.
    by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

impl Record {
    /// A version of a sequence; the last one when none is named.
    pub(super) fn of(
        name: String,
        sequence: &Sequence,
        version: Option<Version>,
    ) -> Result<Self, Problem> {
        let last = sequence.last().map(|(last, _)| last);
        let unknown = || Problem::new(Code::EventSequenceNotFound);
        let version = version.or(last).ok_or_else(unknown)?;
        let edition = sequence.versions.get(&version).cloned();
        let edition = edition.ok_or_else(|| Problem::new(Code::VersionNotFound))?;
        let Edition { content, by, at } = edition;
        let Content {
            description,
            events,
            correlation_key,
            timeout_ms,
            out_of_order,
            rollback_strategy,
            metadata,
        } = content;
        Ok(Self {
            name,
            version,
            description,
            events,
            correlation_key,
            timeout_ms,
            out_of_order,
            rollback_strategy,
            metadata,
            versions: sequence.versions.keys().rev().copied().collect(),
            by,
            at,
        })
    }

    /// Its place in lists.
    pub(super) fn place(&self) -> String {
        self.name.clone()
    }
}

/// The sequences of the caller's organization.
pub(super) async fn load_all(api: &Api, who: &Principal) -> Result<Sequences, Problem> {
    Ok(api.event_sequences.load(&who.organization.to_string()).await?.aggregate)
}

/// A sequence of the caller's organization, also one that was removed: its instances go on.
pub(super) async fn load(api: &Api, who: &Principal, name: &str) -> Result<Sequence, Problem> {
    let mut all = load_all(api, who).await?;
    all.all.remove(name).ok_or_else(|| Problem::new(Code::EventSequenceNotFound))
}
