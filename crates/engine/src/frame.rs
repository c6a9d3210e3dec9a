//! The nodes of one scope of a run: outside all loops, or one iteration of a loop.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::node_state::NodeState;

/// The nodes of a scope and where they stand, in the order of the scope's members.
///
/// Frames are shared when a run is cloned to decide upon it, and copied when they change: a loop of
/// thousands of executions costs a decision no more than the frames that it touches.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Frame {
    pub(crate) nodes: Vec<NodeState>,
    /// How many of them have not ended.
    pub(crate) unsettled: u32,
}

/// The iterations of a loop that have begun, in the order of their items.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Turns {
    pub(crate) frames: Vec<Arc<Frame>>,
}

impl Frame {
    /// Whether every node of it has ended.
    pub(crate) fn is_settled(&self) -> bool {
        self.unsettled == 0
    }
}

impl Turns {
    /// How many iterations are under way.
    pub(crate) fn open(&self) -> usize {
        self.frames.iter().filter(|frame| !frame.is_settled()).count()
    }
}
