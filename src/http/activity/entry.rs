//! Something that happened, as the list and the stream tell it.

use serde::Serialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::http::problem::Problem;
use crate::projections::activity;

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityEntry {
    /// Where in the ledger.
    position: i64,
    /// What happened, as `run.failed` or `workflow.published`.
    #[serde(rename = "type")]
    #[schema(example = "run.succeeded")]
    kind: String,
    /// The workflow that it concerns.
    workflow_id: Option<String>,
    /// The run, if it concerns one.
    run_id: Option<String>,
    /// The node, if it concerns one.
    node_id: Option<String>,
    /// Who did it, or which part of the house.
    actor: String,
    /// What happened, in words.
    summary: String,
    /// The whole failure, where there is one.
    #[schema(value_type = Option<Object>)]
    detail: Option<Box<RawValue>>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    occurred_at: OffsetDateTime,
}

impl TryFrom<activity::Entry> for ActivityEntry {
    type Error = Problem;

    fn try_from(entry: activity::Entry) -> Result<Self, Problem> {
        let detail = entry.detail.map(RawValue::from_string).transpose();
        Ok(Self {
            position: entry.position,
            kind: entry.kind,
            workflow_id: entry.workflow_id,
            run_id: entry.run_id,
            node_id: entry.node_id,
            actor: entry.actor,
            summary: entry.summary,
            detail: detail.map_err(Problem::internal)?,
            occurred_at: entry.occurred_at,
        })
    }
}
