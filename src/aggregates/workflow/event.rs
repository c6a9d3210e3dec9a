//! What happened to a workflow. Stored for ever: a changed shape is a new version and an upcaster.

use std::collections::BTreeMap;

use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::limits::Limits;
use crate::primitives::{OrganizationId, WorkflowId};

/// Why automatic triggers were stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// A person asked for it.
    Requested,
    /// The organization has too few compute units.
    CuExhausted,
    /// It depends on an action that can no longer be executed.
    DisabledAction,
    /// Its runs failed more often in a row than is allowed.
    ConsecutiveFailures,
    /// It has started as many runs as it may.
    MaxRunsReached,
}

impl PauseReason {
    /// The word for it, in the API and in views.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::CuExhausted => "cu_exhausted",
            Self::DisabledAction => "disabled_action",
            Self::ConsecutiveFailures => "consecutive_failures",
            Self::MaxRunsReached => "max_runs_reached",
        }
    }

    /// Whether the house paused the workflow, and not a person.
    pub const fn is_automatic(self) -> bool {
        match self {
            Self::Requested => false,
            Self::CuExhausted
            | Self::DisabledAction
            | Self::ConsecutiveFailures
            | Self::MaxRunsReached => true,
        }
    }
}

/// A fact of a workflow's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// The workflow came into being with its first draft.
    Created {
        /// Its id.
        workflow_id: WorkflowId,
        /// Its owner.
        organization_id: OrganizationId,
        /// Its name.
        name: String,
        /// What it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// The draft as written.
        definition: Json,
        /// SHA-256 in hex of the secret in its webhook URL.
        webhook_secret_hash: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The draft, the name or the description was replaced; what is absent stayed.
    DraftSaved {
        /// The new name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The new description.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// The new draft as written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        definition: Option<Json>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The unpublished draft was dropped.
    DraftDiscarded {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The draft became the live version.
    Published {
        /// The number of the new version, counted from 1.
        version: u32,
        /// The definition in its normal form; it never changes again.
        definition: Json,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Automatic triggers were stopped.
    Paused {
        /// Why.
        reason: PauseReason,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Automatic triggers may start runs again.
    Resumed {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The workflow left operation for good.
    Archived {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The content of an earlier version became live again.
    RolledBack {
        /// The number of the new version.
        version: u32,
        /// The number of the version whose content it has.
        restored: u32,
        /// The definition, as it was in the restored version.
        definition: Json,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Results were pinned to nodes, instead of those that were pinned before. Simulations and
    /// tests are answered with them; runs never are.
    OutputsPinned {
        /// By node id.
        pins: BTreeMap<String, Json>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It has other limits. Where `maxRuns` is another, a new allotment begins.
    LimitsSet {
        /// All of them, as they are now.
        #[serde(flatten)]
        limits: Limits,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Runs were added to what it may start.
    Refilled {
        /// How many.
        runs: u32,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody asked others to look at the draft.
    ReviewRequested {
        /// Which draft: the SHA-256 of its JSON, in hex.
        draft_hash: String,
        /// What whoever asked has to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody else approved the draft.
    DraftApproved {
        /// Which draft.
        draft_hash: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody else rejected the draft.
    DraftRejected {
        /// Which draft.
        draft_hash: String,
        /// What has to change.
        reason: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody said something to the draft under review.
    DraftCommented {
        /// Which draft.
        draft_hash: String,
        /// What.
        text: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is found by other tags.
    Tagged {
        /// All of them, as they are now.
        tags: Vec<String>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody looked at why it had paused by itself, and says so before it is resumed.
    PauseReviewed {
        /// Why it had paused.
        reason: PauseReason,
        /// Who did it.
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
    pub const NAMES: [&'static str; 17] = [
        "created",
        "draft_saved",
        "draft_discarded",
        "published",
        "paused",
        "resumed",
        "archived",
        "rolled_back",
        "outputs_pinned",
        "limits_set",
        "refilled",
        "pause_reviewed",
        "tagged",
        "review_requested",
        "draft_approved",
        "draft_rejected",
        "draft_commented",
    ];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::DraftSaved { .. } => "draft_saved",
            Self::DraftDiscarded { .. } => "draft_discarded",
            Self::Published { .. } => "published",
            Self::Paused { .. } => "paused",
            Self::Resumed { .. } => "resumed",
            Self::Archived { .. } => "archived",
            Self::RolledBack { .. } => "rolled_back",
            Self::OutputsPinned { .. } => "outputs_pinned",
            Self::LimitsSet { .. } => "limits_set",
            Self::Refilled { .. } => "refilled",
            Self::PauseReviewed { .. } => "pause_reviewed",
            Self::Tagged { .. } => "tagged",
            Self::ReviewRequested { .. } => "review_requested",
            Self::DraftApproved { .. } => "draft_approved",
            Self::DraftRejected { .. } => "draft_rejected",
            Self::DraftCommented { .. } => "draft_commented",
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
