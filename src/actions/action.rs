//! What an action is given, and what it owes.

use std::time::Duration;

use engine::{Failure, Json};
use futures::future::BoxFuture;

use crate::primitives::{OrganizationId, RunId};

/// Whose effect it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The tenant.
    pub organization: OrganizationId,
    /// The workflow, as its run names it.
    pub workflow: String,
    /// The run.
    pub run: RunId,
    /// The node, as the run's history names it.
    pub node: String,
}

/// One attempt of one node.
#[derive(Debug, Clone)]
pub struct Call {
    /// The payload with its expressions resolved; it fits the schema of the node's type.
    pub input: Json,
    /// What the other side can recognise a repetition by: the same until an outcome is known.
    pub idempotency_key: String,
    /// How long the attempt may take.
    pub timeout: Duration,
    /// Whose effect it is.
    pub origin: Origin,
}

/// An attempt on its way.
pub type Performing<'a> = BoxFuture<'a, Result<Json, Failure>>;

/// An effect on the outside.
///
/// It is performed only after its intent is durable. It keeps nothing between calls, and never
/// repeats by itself what may have happened: the engine decides about repetition.
pub trait Action: Send + Sync {
    /// Performs one attempt and tells its definite result, or why there is none.
    fn perform(&self, call: Call) -> Performing<'_>;
}
