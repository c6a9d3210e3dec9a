//! What the engine must be told about node types to judge a definition.

use std::sync::Arc;

use serde_json::Value;

/// The node types that exist, and the rules for their payloads.
pub trait Catalog {
    /// The type of that name.
    fn node_type(&self, kind: &str) -> Option<NodeType>;

    /// Everything wrong with a payload of that type. Expressions in it are not resolved yet:
    /// problems about a text that holds one are dropped by the engine.
    fn payload_problems(&self, kind: &str, payload: &Value) -> Vec<PayloadProblem>;

    /// The names of all types, for "did you mean".
    fn known_types(&self) -> Vec<String>;
}

/// What a type of node is, as far as the graph is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeType {
    /// Where it may stand.
    pub role: Role,
    /// The branches it chooses among; empty when it has only one way out.
    pub branches: &'static [&'static str],
    /// The provider whose connector it needs.
    pub connector: Option<Arc<str>>,
}

/// Where a node may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Starts runs; the root and nothing else.
    Trigger,
    /// Is executed by the engine itself.
    Logic,
    /// Has an effect on the world.
    Action,
}

/// Something wrong with a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayloadProblem {
    /// JSON pointer inside the payload; empty for the payload as a whole.
    pub path: String,
    /// What is wrong and what mends it.
    pub message: String,
}

impl NodeType {
    /// A trigger.
    pub const TRIGGER: Self = Self { role: Role::Trigger, branches: &[], connector: None };
    /// An action that needs no connector.
    pub const ACTION: Self = Self { role: Role::Action, branches: &[], connector: None };

    /// A node that the engine executes itself.
    pub const fn logic(branches: &'static [&'static str]) -> Self {
        Self { role: Role::Logic, branches, connector: None }
    }
}
