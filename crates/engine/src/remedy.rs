//! What an author wants to happen when a node has failed for good.

use serde::{Deserialize, Serialize};

use crate::definition::NodeId;
use crate::failure::{Failure, FailureCategory};

/// How many handlers a node may have.
pub(crate) const MAX_HANDLERS: usize = 20;

/// What follows a failure that no attempt is left for: the first handler that fits it, or else the
/// node's own remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OnFailure {
    /// For failures that no handler fits.
    #[serde(flatten)]
    pub remedy: Remedy,
    /// For failures of one kind; the first that fits is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handlers: Vec<Handler>,
}

/// What follows a failure. In JSON: `{"action": "fallback", "node": "refund"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Remedy {
    /// The run fails.
    Stop,
    /// The node's children follow as if it had succeeded with nothing; `error` tells them why.
    Continue,
    /// This node follows instead of the children.
    Fallback {
        /// The node.
        node: NodeId,
    },
}

/// A remedy for failures of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Handler {
    /// The category that it is for; every category without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<FailureCategory>,
    /// The code that it is for; every code without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What follows.
    #[serde(flatten)]
    pub remedy: Remedy,
}

impl OnFailure {
    /// What follows this failure.
    pub fn remedy_for(&self, failure: &Failure) -> &Remedy {
        let handler = self.handlers.iter().find(|handler| handler.fits(failure));
        handler.map_or(&self.remedy, |handler| &handler.remedy)
    }

    /// The nodes that may follow instead of the children, each once.
    pub fn fallbacks(&self) -> impl Iterator<Item = &NodeId> {
        let remedies = self.handlers.iter().map(|handler| &handler.remedy);
        let mut seen: Vec<&NodeId> = Vec::new();
        for remedy in std::iter::once(&self.remedy).chain(remedies) {
            if let Remedy::Fallback { node } = remedy
                && !seen.contains(&node)
            {
                seen.push(node);
            }
        }
        seen.into_iter()
    }
}

impl Handler {
    fn fits(&self, failure: &Failure) -> bool {
        self.category.is_none_or(|category| category == failure.category)
            && self.code.as_ref().is_none_or(|code| *code == failure.code)
    }
}
