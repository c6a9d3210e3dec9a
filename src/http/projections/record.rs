use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::http::problem::{Code, Problem};
use crate::projections::builds::{Build, State};
use crate::projections::orders::Order;
use crate::projections::wanted::Wanted;
use crate::projections::{self, Projection};

/// A view, and how current it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionRecord {
    /// Its name.
    #[schema(example = "run_history")]
    name: String,
    /// The version of its tables and its fold.
    version: i32,
    /// `building`, `live`, `parked` or `retired`.
    #[schema(example = "live")]
    state: &'static str,
    /// The schema that holds this build.
    schema: String,
    /// The position that it reflects.
    position: i64,
    /// How many events of the ledger it is behind.
    lag: i64,
    /// The event that it cannot take, when it is parked.
    parked_position: Option<i64>,
    /// Why it cannot.
    parked_reason: Option<String>,
    /// When this build was begun.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it became what readers see.
    #[serde(with = "time::serde::rfc3339::option")]
    went_live_at: Option<OffsetDateTime>,
    /// Whether an operator lets the view rest.
    is_paused: bool,
    /// How many events a second it takes at most, where an operator bounds it.
    per_second: Option<i32>,
    /// The last rebuild that an operator ordered, at the build that readers see.
    rebuild: Option<RebuildRecord>,
}

impl ProjectionRecord {
    pub(super) fn of(build: Build, head: i64, order: Order, wanted: Option<&Wanted>) -> Self {
        let is_read = matches!(build.state, State::Live | State::Parked);
        Self {
            name: build.projection,
            version: build.version,
            state: build.state.as_str(),
            schema: build.schema_name,
            position: build.position,
            lag: (head - build.position).max(0),
            parked_position: build.parked_position,
            parked_reason: build.parked_reason,
            created_at: build.created_at,
            went_live_at: build.went_live_at,
            is_paused: order.is_paused,
            per_second: order.per_second,
            rebuild: wanted.filter(|_| is_read).map(RebuildRecord::of),
        }
    }
}

/// A rebuild that was ordered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RebuildRecord {
    /// The view.
    #[schema(example = "run_history")]
    name: String,
    /// `waiting` until a process with the role `projector` begins; `folding`, `indexing`, `comparing` and
    /// `flipping` while it goes on; `done` or `failed`.
    #[schema(example = "folding")]
    state: String,
    /// When it was ordered.
    #[serde(with = "time::serde::rfc3339")]
    ordered_at: OffsetDateTime,
    /// By whom.
    ordered_by: String,
    /// How many events a second it folds at most; as the installation builds views when absent.
    per_second: Option<i32>,
    /// Up to which position it has folded.
    position: i64,
    /// Up to which it will.
    target: i64,
    /// How many events a second it folds.
    events_per_second: f64,
    /// When it was over.
    #[serde(with = "time::serde::rfc3339::option")]
    finished_at: Option<OffsetDateTime>,
    /// Whether what readers saw until then was as the ledger makes it: `same`, `different` or `notCompared`;
    /// `failed` where it could not be built, and they see what they saw.
    #[schema(example = "same")]
    outcome: Option<String>,
    /// That in words.
    detail: Option<String>,
}

impl RebuildRecord {
    pub(super) fn of(wanted: &Wanted) -> Self {
        let state = match wanted.outcome.as_deref() {
            None => &wanted.phase,
            Some("failed") => "failed",
            Some(_) => "done",
        };
        Self {
            name: wanted.projection.clone(),
            state: state.to_owned(),
            ordered_at: wanted.wanted_at,
            ordered_by: wanted.wanted_by.clone(),
            per_second: wanted.most,
            position: wanted.position,
            target: wanted.target,
            events_per_second: wanted.per_second,
            finished_at: wanted.finished_at,
            outcome: wanted.outcome.clone(),
            detail: wanted.detail.clone(),
        }
    }
}

/// The view of a name in a path.
pub(super) fn known(name: &str) -> Result<&'static dyn Projection, Problem> {
    let views = || projections::all().iter().map(|view| view.name()).collect::<Vec<_>>().join(", ");
    projections::by_name(name).map_err(|_| {
        Problem::new(Code::ProjectionNotFound).because(format_args!("the views are {}", views()))
    })
}
