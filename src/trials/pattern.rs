//! Patterns of authors, compiled: JSONPath, regular expressions, and events with stars in them.

use regex::{Regex, RegexBuilder};
use serde_json::Value;
use serde_json_path::JsonPath;

use super::problem::Problem;

/// How long a pattern may be, in bytes.
const MAX_PATTERN: usize = 4 * 1024;
/// How much memory a compiled regular expression may take.
const MAX_COMPILED: usize = 1024 * 1024;

/// Reads a JSONPath that stands at `at`.
pub(super) fn path(text: &str, at: &str) -> Result<JsonPath, Problem> {
    short(text, at)?;
    JsonPath::parse(text).map_err(|error| {
        let cure = "a path begins with $, like $.nodes.pay.result.body";
        Problem::at(at, format!("\"{text}\" is no JSONPath: {error}; {cure}"))
    })
}

/// Reads the regular expression that stands at `at`.
pub(super) fn regex(value: &Value, at: &str) -> Result<Regex, Problem> {
    let Some(text) = value.as_str() else {
        return Err(Problem::at(at, "`matches` wants a regular expression here, as a text"));
    };
    short(text, at)?;
    compiled(text, at)
}

/// Reads the pattern of an event that stands at `at`: `*` stands for anything.
pub(super) fn event(text: &str, at: &str) -> Result<Regex, Problem> {
    short(text, at)?;
    let escaped = regex::escape(text.trim()).replace(r"\*", ".*");
    compiled(&format!("^(?:{escaped})$"), at)
}

fn compiled(text: &str, at: &str) -> Result<Regex, Problem> {
    RegexBuilder::new(text)
        .size_limit(MAX_COMPILED)
        .build()
        .map_err(|error| Problem::at(at, format!("this pattern cannot be read: {error}")))
}

fn short(text: &str, at: &str) -> Result<(), Problem> {
    if text.len() <= MAX_PATTERN {
        return Ok(());
    }
    Err(Problem::at(at, format!("a pattern has at most {MAX_PATTERN} bytes")))
}
