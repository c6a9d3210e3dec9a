//! What an operator says of the proofs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::proof::{InvalidOrigin, Origin};

/// The directory in the data directory, where no other is named.
const DIRECTORY: &str = "log";
/// How often a checkpoint is signed at least and at most.
const SECONDS: std::ops::RangeInclusive<u64> = 1..=3_600;

/// The room's part of the configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the copy outside of the database is kept.
    pub directory: Option<PathBuf>,
    /// How often a checkpoint is signed, while there is something new.
    pub seconds: u64,
    /// What the ledger is called in what is signed.
    pub origin: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self { directory: None, seconds: 5, origin: None }
    }
}

/// A setting that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidConfig {
    /// The name of the ledger.
    #[error("CHAINKEEL_PROOF_ORIGIN: {0}")]
    Origin(#[from] InvalidOrigin),
    /// The interval.
    #[error("CHAINKEEL_PROOF_SECONDS is 1 to 3,600")]
    Seconds,
}

impl Config {
    /// Where the copy is kept, for this data directory.
    pub fn place(&self, data_dir: &Path) -> PathBuf {
        self.directory.clone().unwrap_or_else(|| data_dir.join(DIRECTORY))
    }

    /// How often a checkpoint is signed.
    pub fn interval(&self) -> Result<Duration, InvalidConfig> {
        if SECONDS.contains(&self.seconds) {
            Ok(Duration::from_secs(self.seconds))
        } else {
            Err(InvalidConfig::Seconds)
        }
    }

    /// The name that was chosen, if one was.
    pub fn origin(&self) -> Result<Option<Origin>, InvalidConfig> {
        Ok(self.origin.as_deref().map(str::parse).transpose()?)
    }
}
