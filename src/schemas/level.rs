//! What the versions of a schema promise to one another.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::compatibility::Direction;

/// What a new version has to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    /// Data of the version before fits the new one: readers move on first.
    #[default]
    Backward,
    /// Data of the new version fits the one before: writers move on first.
    Forward,
    /// Both.
    Full,
    /// Data of every earlier version fits the new one.
    BackwardTransitive,
    /// Data of the new version fits every earlier one.
    ForwardTransitive,
    /// Both, with every earlier version.
    FullTransitive,
}

impl Level {
    /// The flows of data that must not break.
    pub const fn directions(self) -> &'static [Direction] {
        match self {
            Self::Backward | Self::BackwardTransitive => &[Direction::Backward],
            Self::Forward | Self::ForwardTransitive => &[Direction::Forward],
            Self::Full | Self::FullTransitive => &[Direction::Backward, Direction::Forward],
        }
    }

    /// Whether it is asked of every earlier version, not of the last one alone.
    pub const fn is_transitive(self) -> bool {
        match self {
            Self::BackwardTransitive | Self::ForwardTransitive | Self::FullTransitive => true,
            Self::Backward | Self::Forward | Self::Full => false,
        }
    }
}
