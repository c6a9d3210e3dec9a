//! What a workflow can be told to do.

use std::collections::BTreeMap;

use engine::Json;
use time::OffsetDateTime;

use super::event::PauseReason;
use super::limits::Limits;
use crate::primitives::{OrganizationId, WorkflowId};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order: an admin, a user, a key or the system, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// Whether a draft goes live only when somebody else has approved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// The organization wants it so.
    Required,
    /// Whoever may publish decides.
    Unasked,
}

/// What is to be done with the workflow.
#[derive(Debug, Clone)]
pub enum Order {
    /// Bring the workflow into being with its first draft.
    Create {
        /// The id it will have.
        id: WorkflowId,
        /// The organization that will own it.
        organization: OrganizationId,
        /// Its name, 1 to 200 characters.
        name: String,
        /// What it is for.
        description: Option<String>,
        /// The first draft, as the author wrote it.
        definition: Json,
        /// SHA-256 of the secret in its webhook URL, in hex. The secret itself is never on the ledger.
        webhook_secret_hash: String,
    },
    /// Replace the draft, the name or the description; what is `None` stays.
    SaveDraft {
        /// The record's version that the author saw, to notice a change in between.
        expected_version: Option<u64>,
        /// The new name.
        name: Option<String>,
        /// The new description.
        description: Option<String>,
        /// The new draft, as the author wrote it.
        definition: Option<Json>,
    },
    /// Pin results to nodes, for simulations and tests; all that were pinned before go.
    PinOutputs {
        /// The record's version that the author saw, to notice a change in between.
        expected_version: Option<u64>,
        /// By node id.
        pins: BTreeMap<String, Json>,
    },
    /// Drop the unpublished draft.
    DiscardDraft,
    /// Make the draft the live version.
    Publish {
        /// The record's version that the author saw, to notice a change in between.
        expected_version: Option<u64>,
        /// The record's version at which the draft was found valid: a draft saved since then is
        /// not the one that was checked.
        checked_at_version: u64,
        /// The draft in its normal form, as validation accepted it.
        definition: Json,
        /// Whether somebody else must have approved it.
        approval: Approval,
    },
    /// Stop automatic triggers.
    Pause {
        /// Why.
        reason: PauseReason,
    },
    /// Stop automatic triggers because the runs of an allotment are used up, if they are.
    PauseWhenUsedUp {
        /// Which allotment.
        since: u64,
        /// How many runs were started of it.
        used: u64,
    },
    /// Let automatic triggers start runs again.
    Resume {
        /// The reason that was looked at, where the workflow paused by itself.
        reviewed: Option<PauseReason>,
    },
    /// Have these limits instead of those before.
    SetLimits {
        /// The record's version that the author saw, to notice a change in between.
        expected_version: Option<u64>,
        /// The limits.
        limits: Limits,
    },
    /// Ask others to look at the draft.
    RequestReview {
        /// What they should know.
        note: Option<String>,
    },
    /// Let the draft go live.
    Approve {
        /// The draft that was looked at.
        draft_hash: String,
    },
    /// Do not let it.
    Reject {
        /// The draft that was looked at.
        draft_hash: String,
        /// What has to change.
        reason: String,
    },
    /// Say something to the draft under review.
    Comment {
        /// What.
        text: String,
    },
    /// Be found by these tags instead of those before.
    Tag {
        /// The record's version that the author saw, to notice a change in between.
        expected_version: Option<u64>,
        /// The tags.
        tags: Vec<String>,
    },
    /// Add runs to what it may start.
    Refill {
        /// How many.
        runs: u32,
    },
    /// Take the workflow out of operation for good.
    Archive,
    /// Make the content of an earlier version live again, under a new version number.
    Rollback {
        /// The number of the version to restore.
        to: u32,
    },
}
