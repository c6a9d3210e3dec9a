//! What was settled about what is kept. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{HoldId, OrganizationId, RunId, SegmentId, WorkflowId};

/// What a hold holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase", tag = "kind")]
#[schema(as = HoldScope)]
pub enum Scope {
    /// Every run of the organization.
    Organization,
    /// The runs of a workflow.
    Workflow {
        /// Which.
        #[schema(value_type = String)]
        workflow_id: WorkflowId,
    },
    /// One run.
    Run {
        /// Which.
        #[schema(value_type = String)]
        run_id: RunId,
    },
}

/// A fact about what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// Runs are let go after so many days, or kept.
    PolicySet {
        /// Whose runs.
        organization_id: OrganizationId,
        /// After how many days; without it they are kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delete_after_days: Option<u32>,
        /// From when on it counts.
        #[serde(with = "time::serde::rfc3339")]
        effective_at: OffsetDateTime,
        /// Who settled it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Nothing of this is let go.
    HoldPlaced {
        /// The hold.
        hold_id: HoldId,
        /// Whose runs.
        organization_id: OrganizationId,
        /// What is held.
        scope: Scope,
        /// Why.
        reason: String,
        /// Who placed it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A segment is given up: no hold that comes later is about it.
    SegmentLetGo {
        /// The segment.
        segment_id: SegmentId,
        /// After how many days runs go.
        after_days: u32,
        /// Who settled that.
        settled_by: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The personal data of a subject is given up: its keys are destroyed next, and no hold that comes later keeps them.
    SubjectShreddingOrdered {
        /// Whose runs.
        organization_id: OrganizationId,
        /// The subject's handle: HMAC-SHA-256 of its name under a key of the organization.
        subject: String,
        /// Its newest key: that and all before it go.
        version: i32,
        /// How many runs it is about.
        runs: u64,
        /// Why.
        reason: String,
        /// Who ordered it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The keys are gone: what they sealed opens nowhere any more.
    SubjectShredded {
        /// The subject's handle.
        subject: String,
        /// Its newest key that is gone.
        version: i32,
        /// Who saw to it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A hold is over.
    HoldLifted {
        /// The hold.
        hold_id: HoldId,
        /// Why.
        reason: String,
        /// Who lifted it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 6] = [
        "policy_set",
        "hold_placed",
        "segment_let_go",
        "subject_shredding_ordered",
        "subject_shredded",
        "hold_lifted",
    ];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::PolicySet { .. } => "policy_set",
            Self::HoldPlaced { .. } => "hold_placed",
            Self::SegmentLetGo { .. } => "segment_let_go",
            Self::SubjectShreddingOrdered { .. } => "subject_shredding_ordered",
            Self::SubjectShredded { .. } => "subject_shredded",
            Self::HoldLifted { .. } => "hold_lifted",
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
