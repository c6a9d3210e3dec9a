//! Where a story and its events stand.

use serde::{Deserialize, Serialize};

/// Where a story stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SequenceStatus)]
pub enum Status {
    /// It has begun, and none of its events has counted yet.
    #[default]
    Created,
    /// Some of its events have counted.
    InProgress,
    /// All that are required have.
    Completed,
    /// It was not completed in time, or an event came before its turn.
    Failed,
    /// Somebody has given it up.
    Abandoned,
}

impl Status {
    /// Its name, as it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }

    /// Whether it goes on.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Created | Self::InProgress => true,
            Self::Completed | Self::Failed | Self::Abandoned => false,
        }
    }
}

/// Where one of its events stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SequenceStepStatus)]
pub enum StepStatus {
    /// It has not come.
    #[default]
    Pending,
    /// It has come, and counts when its turn comes.
    Held,
    /// It has counted.
    Processed,
    /// It was required, and had not come when the story failed.
    Failed,
}

impl StepStatus {
    /// Its name, as it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Processed => "processed",
            Self::Failed => "failed",
        }
    }
}
