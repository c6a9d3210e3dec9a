//! An event as a line of an export, and how much of it its reader may see.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::{Permission, Principal};
use crate::http::problem::Problem;
use crate::journal::Recorded;
use crate::projections::audit;

/// An event in an export of the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LedgerLine)]
pub(super) struct Line {
    /// Its number in the whole ledger: the id of streams, and what `after` takes to go on behind it.
    position: i64,
    /// The aggregate that it belongs to, as `run/run_…`.
    stream: String,
    /// Its number in the stream, from 1 without gaps.
    sequence: i64,
    /// What happened: the aggregate, a dot, the event; what `type` takes.
    #[serde(rename = "type")]
    #[schema(example = "run.node_succeeded")]
    kind: String,
    /// The version of the payload's shape.
    #[schema(example = "1.0")]
    version: String,
    /// When it was written, by the database's clock.
    #[serde(with = "time::serde::rfc3339")]
    recorded_at: OffsetDateTime,
    /// The event itself, word for word as it was recorded; where it is withheld, what the audit log shows of it.
    #[schema(value_type = Object)]
    payload: Box<RawValue>,
    /// Whether the key may not read the whole payload. Absent where it may.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    withheld: bool,
    /// Who did it and why, as in the events of a run.
    metadata: BTreeMap<String, String>,
}

impl Line {
    /// Of an event, as this principal may read it. `is_placed` says whether it is known that the event concerns
    /// no workflow that is private to somebody else.
    pub(super) fn of(event: &Recorded, who: &Principal, is_placed: bool) -> Result<Self, Problem> {
        let may = reader(&event.aggregate_type).is_some_and(|it| who.permissions.has(it));
        let withheld = !(may && is_placed);
        let payload = if withheld {
            to_raw_value(&audit::shown(event))
        } else {
            RawValue::from_string(event.payload.clone())
        };
        Ok(Self {
            position: event.position,
            stream: format!("{}/{}", event.aggregate_type, event.aggregate_id),
            sequence: event.sequence,
            kind: format!("{}.{}", event.aggregate_type, event.event_type),
            version: event.event_version.clone(),
            recorded_at: event.recorded_at,
            payload: payload.map_err(Problem::internal)?,
            withheld,
            metadata: event.metadata_map()?,
        })
    }
}

/// Who reads the events of such an aggregate whole: whoever may read the same elsewhere in the API. Nobody reads
/// those in which secrets stand, were they sealed or hashed.
fn reader(aggregate: &str) -> Option<Permission> {
    match aggregate {
        "run" | "skip" => Some(Permission::RunsRead),
        "workflow" => Some(Permission::WorkflowsRead),
        "task" => Some(Permission::TasksRead),
        "event" => Some(Permission::EventsRead),
        "wallet_lane" => Some(Permission::WalletsRead),
        "signing_policy" => Some(Permission::PoliciesRead),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::StreamId;

    #[test]
    fn what_is_read_whole_is_on_the_ledger_and_holds_no_secrets() {
        let whole: Vec<_> = StreamId::TYPES.into_iter().filter(|it| reader(it).is_some()).collect();
        let expected =
            ["event", "run", "signing_policy", "skip", "task", "wallet_lane", "workflow"];
        assert_eq!(whole, expected, "look for secrets in its events before another is added");
    }
}
