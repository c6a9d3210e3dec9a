//! How far a source was read.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// How many ids are remembered of an answer.
const MOST_SEEN: usize = 1_000;

/// How far a source was read. None at all: it was not asked yet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cursor {
    /// From where on the next question asks.
    pub at: String,
    /// The page of the answer to that question that comes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// From where on the question after its last page asks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub next: String,
    /// The ids of the last answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
}

impl Cursor {
    /// Remembers the ids of an answer.
    pub(super) fn of_seen(mut ids: Vec<String>) -> Self {
        ids.truncate(MOST_SEEN);
        Self { seen: ids, ..Self::default() }
    }
}

/// The order of two numbers as texts, of any length, with or without a fraction.
pub(super) fn order(one: &str, other: &str) -> Ordering {
    let parts = |text: &str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        (whole.trim_start_matches('0').to_owned(), fraction.trim_end_matches('0').to_owned())
    };
    let ((whole, fraction), (other_whole, other_fraction)) = (parts(one), parts(other));
    whole
        .len()
        .cmp(&other_whole.len())
        .then_with(|| whole.cmp(&other_whole))
        .then_with(|| fraction.cmp(&other_fraction))
}

/// Whether a text is a number of that kind.
pub(super) fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    }
}

/// The number after a whole one.
pub(super) fn successor(text: &str) -> Option<String> {
    text.parse::<u128>().ok()?.checked_add(1).map(|next| next.to_string())
}
