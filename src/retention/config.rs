//! What an operator says of old history.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::Duration;

use super::archivist::Pace;
use crate::journal::reading::YOUNGEST;

/// The directory in the data directory, where no other is named.
const DIRECTORY: &str = "segments";
/// How long the rows of a month are kept in the database at most, when they are read from segments: a year.
const MOST_KEPT: u32 = 365;

/// The room's part of the configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where segments are. All processes that read old runs must see the same files there.
    pub directory: Option<PathBuf>,
    /// How many days after its end a month of runs leaves the database; without it, none leaves by itself.
    pub seal_after_days: Option<u32>,
    /// How many days its rows are kept in the database after that, unread.
    pub keep_detached_days: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { directory: None, seal_after_days: None, keep_detached_days: 7 }
    }
}

/// A setting that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidConfig {
    /// Too soon.
    #[error("CHAINKEEL_RETENTION_SEAL_AFTER_DAYS is {} or more", YOUNGEST.whole_days())]
    SealAfter,
    /// Too long.
    #[error("CHAINKEEL_RETENTION_KEEP_DETACHED_DAYS is at most {MOST_KEPT}")]
    KeepDetached,
}

impl Config {
    /// Where segments are, for this data directory.
    pub fn place(&self, data_dir: &Path) -> PathBuf {
        self.directory.clone().unwrap_or_else(|| data_dir.join(DIRECTORY))
    }

    /// When what is done. `by_hand` is after how many days a month may leave, where somebody orders it.
    pub fn pace(&self, by_hand: Option<u32>) -> Result<Pace, InvalidConfig> {
        let after = |days: u32| {
            let after = Duration::days(days.into());
            if after >= YOUNGEST { Ok(after) } else { Err(InvalidConfig::SealAfter) }
        };
        if self.keep_detached_days > MOST_KEPT {
            return Err(InvalidConfig::KeepDetached);
        }
        Ok(Pace {
            seal_after: by_hand.or(self.seal_after_days).map(after).transpose()?,
            keep_detached: Duration::days(self.keep_detached_days.into()),
        })
    }
}
