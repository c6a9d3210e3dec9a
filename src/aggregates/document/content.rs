//! What a document says.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::error::Error;

/// How many bytes a text has at most.
pub const MAX_TEXT: usize = 1024 * 1024;
/// How many tags a document has at most.
pub const MAX_TAGS: usize = 20;
/// How many bytes a title, a tag and a source have at most.
const MAX_TITLE: usize = 300;
const MAX_TAG: usize = 100;
const MAX_SOURCE: usize = 1_000;

/// What a document says, in one of its versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// What it is called.
    pub title: String,
    /// The text, plain or Markdown.
    pub text: String,
    /// What it is found by.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// Where it is from: an address, a file, a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Content {
    /// The same, if it can be kept.
    pub fn checked(self) -> Result<Self, Error> {
        let plain = |text: &str, max: usize| {
            !text.trim().is_empty() && text.len() <= max && !text.chars().any(char::is_control)
        };
        if !plain(&self.title, MAX_TITLE) {
            return Err(Error::Title);
        }
        if self.text.trim().is_empty() || self.text.len() > MAX_TEXT || self.text.contains('\0') {
            return Err(Error::Text);
        }
        if self.tags.len() > MAX_TAGS || !self.tags.iter().all(|tag| plain(tag, MAX_TAG)) {
            return Err(Error::Tags);
        }
        if self.source.as_ref().is_some_and(|source| !plain(source, MAX_SOURCE)) {
            return Err(Error::Source);
        }
        Ok(self)
    }
}
