//! One node type, as its manifest describes it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A manifest: all that people, clients and the engine know of a node type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
    /// What a node names in its `type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// What it does, in a sentence or two.
    pub description: String,
    /// Where it is listed.
    pub category: Category,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Where it may stand in a workflow.
    pub role: Role,
    /// The ways out that it chooses among; none when there is only one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<String>,
    /// Whether it changes the world.
    pub operation_type: OperationType,
    /// The JSON Schema of a node's payload.
    pub payload_schema: Value,
    /// The JSON Schema of a node's result.
    pub result_schema: Value,
    /// A payload as it could be written, and a result that it could have.
    pub example_usage: Example,
}

/// A payload as it could be written, and a result that it could have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The payload, with expressions.
    pub payload: Value,
    /// The body of the trigger that the expressions look into, when there are any.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
    /// The result.
    pub result: Value,
}

/// Where a node type is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// What starts runs.
    Trigger,
    /// What decides which way a run goes.
    Logic,
    /// What is of use everywhere.
    Utility,
    /// What is asked of EVM chains.
    EvmOnchain,
}

/// Where a node type may stand in a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// At the root, where a run starts.
    Trigger,
    /// Below it; the engine executes it.
    Logic,
    /// Below it; it has an effect on the outside.
    Action,
}

/// Whether a node changes the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationType {
    /// It does not.
    Read,
    /// It may.
    Write,
}

impl Category {
    /// The category as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Trigger => "Triggers",
            Self::Logic => "Logic",
            Self::Utility => "Utility",
            Self::EvmOnchain => "On chain",
        }
    }
}

impl From<Role> for engine::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Trigger => Self::Trigger,
            Role::Logic => Self::Logic,
            Role::Action => Self::Action,
        }
    }
}
