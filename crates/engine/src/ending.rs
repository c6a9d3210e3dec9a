//! What an author wants to follow when a run has ended.

use serde::{Deserialize, Serialize};

use crate::json::Json;
use crate::status::RunStatus;

/// How many events a definition may emit at the end of a run.
pub(crate) const MAX_EMISSIONS: usize = 20;
/// How long the name of an event may be, in bytes.
pub(crate) const MAX_EVENT_NAME: usize = 128;

/// An event for others, emitted when the run ends in one of some ways.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Emission {
    /// The ends that it is emitted at; every end without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<RunStatus>,
    /// Its name, like `order.paid`: waits and triggers match it by a pattern.
    pub event: String,
    /// What it says; texts in it may hold expressions.
    pub payload: Json,
}

impl Emission {
    pub(crate) fn is_for(&self, end: RunStatus) -> bool {
        self.on.is_empty() || self.on.contains(&end)
    }
}

/// Whether a text is the name of an event: words of letters, digits, `_` and `-`, with dots between.
pub fn is_event_name(text: &str) -> bool {
    let is_word = |word: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        !word.is_empty() && word.bytes().all(is_part)
    };
    text.len() <= MAX_EVENT_NAME && text.split('.').all(is_word)
}
