//! What an operator sets.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest that a model may be given: what waits behind it are a person and a connection.
const MAX_SECONDS: u64 = 600;

/// The room's part of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How many seconds a model may take for one answer; 0 turns the assistant off.
    pub seconds: u64,
}

/// Larger models think for the better part of a minute before they call a tool.
impl Default for Config {
    fn default() -> Self {
        Self { seconds: 120 }
    }
}

impl Config {
    /// How long a model may take; none where the assistant is off.
    pub fn patience(&self) -> Option<Duration> {
        (self.seconds > 0).then(|| Duration::from_secs(self.seconds.min(MAX_SECONDS)))
    }
}
