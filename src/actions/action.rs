//! What an action is given, and what it owes.

use std::time::Duration;

use engine::{Connector, Failure, Json};
use futures::future::BoxFuture;
use zeroize::Zeroizing;

use crate::connectors::Credentials;
use crate::primitives::{OrganizationId, RunId};
use crate::secrets::Mask;

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
    /// The credentials that the node names.
    pub connector: Option<Connector>,
    /// Whose effect it is.
    pub origin: Origin,
}

/// What an attempt works with besides its payload, and gives back at its end.
#[derive(Debug)]
pub struct Lent {
    /// The credentials that the node names, opened; only for types that take some.
    pub credentials: Option<Credentials>,
    /// Covers everything secret that the attempt touches. Its result and its failure are covered by
    /// it in any case; it is for those who cut texts short before that.
    pub mask: Mask,
}

/// An attempt on its way.
pub type Performing<'a> = BoxFuture<'a, Result<Json, Failure>>;

/// An effect on the outside.
///
/// It is performed only after its intent is durable. It keeps nothing between calls, and never
/// repeats by itself what may have happened: the engine decides about repetition.
pub trait Action: Send + Sync {
    /// Whether a node of this type may name a connector.
    fn takes_connector(&self) -> bool {
        false
    }

    /// What is secret in a payload that should hold nothing secret.
    fn secrets_in(&self, _input: &Json) -> Vec<Zeroizing<Vec<u8>>> {
        Vec::new()
    }

    /// Whether an attempt mostly waits: then it takes no place from those that work.
    fn waits(&self) -> bool {
        false
    }

    /// Performs one attempt and tells its definite result, or why there is none.
    fn perform(&self, call: Call, lent: Lent) -> Performing<'_>;
}
