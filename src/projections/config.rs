//! What an operator says of the views.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::remake::Effort;

/// The room's part of the configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How often a view is examined by a sample, in seconds; 0: never.
    pub examine_seconds: u64,
    /// What becomes of rows that differ from the ledger.
    pub mend: Course,
    /// What becomes of a view of an older version.
    pub rebuild: Course,
    /// How many events a second such a view folds at most while it is built; 0: as many as it can.
    pub rebuild_per_second: u32,
    /// By how many percent others may be slower meanwhile, on average; 0: by any.
    pub rebuild_slower_by: u8,
}

/// Who does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// The house, at once.
    Automatic,
    /// An operator.
    ByHand,
}

impl Course {
    /// Whether the house does it.
    pub const fn is_automatic(self) -> bool {
        matches!(self, Self::Automatic)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            examine_seconds: 10,
            mend: Course::Automatic,
            rebuild: Course::Automatic,
            rebuild_per_second: 0,
            rebuild_slower_by: 10,
        }
    }
}

impl Config {
    /// How often a view is examined, if any is.
    pub fn interval(&self) -> Option<Duration> {
        (self.examine_seconds > 0).then(|| Duration::from_secs(self.examine_seconds))
    }

    /// How hard the house builds views anew.
    pub fn effort(&self) -> Effort {
        Effort::bounded(Some(self.rebuild_per_second)).gentle(Some(self.rebuild_slower_by))
    }
}
