//! From what kind of source an event comes.

use serde::{Deserialize, Serialize};

/// A kind of source.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventSourceType)]
pub enum SourceType {
    /// A run of a workflow.
    Workflow,
    /// A task of a person.
    Task,
    /// What connects to another system.
    Integration,
    /// Another system itself.
    #[default]
    External,
    /// A service of the organization.
    Service,
    /// The house.
    System,
}

impl SourceType {
    /// Its name, as it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Task => "task",
            Self::Integration => "integration",
            Self::External => "external",
            Self::Service => "service",
            Self::System => "system",
        }
    }
}
