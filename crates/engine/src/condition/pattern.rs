//! `$matches`: patterns that texts are held against.

use regex::{Regex, RegexBuilder};
use serde_json::Value;

/// How long a pattern may be, in bytes.
pub(crate) const MAX_PATTERN_BYTES: usize = 512;

/// How much memory a compiled pattern may take, which bounds how long it takes to compile and, a
/// byte of text at a time, to match.
const MAX_COMPILED_BYTES: usize = 128 * 1024;

/// The longest text that is held against a pattern, in bytes. Time is linear in text and pattern,
/// and still milliseconds for a long text and an intricate pattern.
pub(crate) const MAX_MATCHED_BYTES: usize = 16 * 1024;

/// A pattern, compiled.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Regex);

impl Pattern {
    /// Reads the right side of `$matches`.
    pub(super) fn read(right: &Value) -> Result<Self, String> {
        let text = right.as_str().filter(|text| text.len() <= MAX_PATTERN_BYTES);
        let text = text.ok_or_else(|| {
            format!("needs a pattern of at most {MAX_PATTERN_BYTES} bytes on its right")
        })?;
        let mut builder = RegexBuilder::new(text);
        let compiled = builder.size_limit(MAX_COMPILED_BYTES).nest_limit(32).build();
        compiled.map(Self).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                "has a pattern that repeats too much: let it repeat less".to_owned()
            }
            regex::Error::Syntax(message) => {
                // The last line of many says what is wrong.
                let reason = message.lines().last().unwrap_or_default();
                let reason = reason.trim_start_matches("error: ");
                format!("has a pattern that cannot be read: {reason} (syntax of RE2)")
            }
            _ => "has a pattern that cannot be read (syntax of RE2)".to_owned(),
        })
    }

    /// Whether a text of at most [`MAX_MATCHED_BYTES`] matches anywhere.
    pub(super) fn matches(&self, left: &Value) -> bool {
        let text = left.as_str().filter(|text| text.len() <= MAX_MATCHED_BYTES);
        text.is_some_and(|text| self.0.is_match(text))
    }
}
