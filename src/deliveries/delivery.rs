//! One delivery.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{DeliveryId, OrganizationId, RunId, WorkflowId};

/// How much of a body is kept, in bytes.
pub const KEPT_BODY: usize = 64 * 1024;

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It started a run.
    Accepted,
    /// It had come before, and started nothing again.
    Repeated,
    /// It was taken in, and starts nothing.
    Skipped,
    /// It was turned away.
    Refused,
    /// It was a question of the sender about the URL, and was answered.
    Answered,
    /// It was heard by a workflow that is not live, because somebody listened.
    Heard,
}

impl Outcome {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Repeated => "repeated",
            Self::Skipped => "skipped",
            Self::Refused => "refused",
            Self::Answered => "answered",
            Self::Heard => "heard",
        }
    }

    /// The outcome of that word.
    pub fn read(word: &str) -> Option<Self> {
        let all = [
            Self::Accepted,
            Self::Repeated,
            Self::Skipped,
            Self::Refused,
            Self::Answered,
            Self::Heard,
        ];
        all.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// A delivery, as it came and as it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Its id, by which deliveries are in the order of their coming.
    pub id: DeliveryId,
    /// Whose workflow it was for.
    pub organization: OrganizationId,
    /// The workflow.
    pub workflow: WorkflowId,
    /// When it came.
    pub at: OffsetDateTime,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, where it started nothing.
    pub reason: Option<String>,
    /// The run that it started, or that an earlier one of its name had started.
    pub run: Option<RunId>,
    /// How its sender named it.
    pub name: Option<String>,
    /// Its method.
    pub method: String,
    /// From where it came.
    pub address: Option<String>,
    /// The parameters of its query; those that hold secrets are covered.
    pub query: BTreeMap<String, String>,
    /// Its headers, without those that hold secrets.
    pub headers: BTreeMap<String, String>,
    /// The beginning of its body, up to [`KEPT_BODY`].
    pub body: Vec<u8>,
    /// How long its body was.
    pub body_bytes: usize,
}

impl Delivery {
    /// Whether all of its body is kept.
    pub fn is_whole(&self) -> bool {
        self.body.len() == self.body_bytes
    }
}
