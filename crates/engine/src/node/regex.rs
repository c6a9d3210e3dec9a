//! `regex`: looks for a pattern in a text, in time that grows with the text and never explodes.

use regex::{Captures, Regex, RegexBuilder};
use serde_json::{Map, Value};

use super::field::{flag, object, text, wrong};
use super::logic::Done;
use crate::expression::Problem;

/// How many bytes of text one node searches.
///
/// A search takes a time of the order of text times compiled pattern; with both bounds the worst
/// one is over in a moment, and the other runs of the thread do not notice it.
const MAX_TEXT_BYTES: usize = 64 * 1024;

/// How many bytes a pattern may have.
const MAX_PATTERN_BYTES: usize = 1_000;

/// How many bytes a pattern may take when it is compiled: repetitions of repetitions multiply.
const MAX_COMPILED_BYTES: usize = 128 * 1024;

/// How many matches a search for all of them lists.
const MAX_MATCHES: usize = 1_000;

/// Both names of the text that is searched.
const NAMES: [&str; 2] = ["text", "input"];

/// How many matches are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Search {
    First,
    All,
}

pub(super) fn problems(payload: &Value) -> Vec<Problem> {
    let found = [subject(payload).err(), pattern(payload).err(), search(payload).err()];
    found.into_iter().flatten().collect()
}

pub(super) fn search_text(input: &Value) -> Result<Done, Problem> {
    let (name, subject) = subject(input)?;
    let (pattern, search) = (pattern(input)?, search(input)?);
    if subject.len() > MAX_TEXT_BYTES {
        let message = format!("it has more than {MAX_TEXT_BYTES} bytes: search a part of it");
        return Err(Problem::new(format!("/{name}"), message));
    }
    let listed = match search {
        Search::First => pattern.captures_iter(subject).take(1).collect::<Vec<_>>(),
        Search::All => pattern.captures_iter(subject).take(MAX_MATCHES + 1).collect(),
    };
    if listed.len() > MAX_MATCHES {
        let message = format!("it is found more than {MAX_MATCHES} times: make it narrower");
        return Err(Problem::new("/pattern", message));
    }
    let all: Vec<_> = listed.iter().map(|found| groups(&pattern, found)).collect();
    let first = all.first().cloned().unwrap_or_default();
    let mut done = Done::with([("matched", (!all.is_empty()).into()), ("matches", first.into())]);
    if search == Search::All {
        done.result["all"] = all.into_iter().map(Value::Object).collect();
    }
    Ok(done)
}

/// What a match holds, by number and by name; null for a group that took no part.
fn groups(pattern: &Regex, found: &Captures<'_>) -> Map<String, Value> {
    let mut groups = Map::new();
    for (number, name) in pattern.capture_names().enumerate() {
        let value: Value = found.get(number).map(|group| group.as_str()).into();
        if let Some(name) = name {
            groups.insert(name.to_owned(), value.clone());
        }
        groups.insert(number.to_string(), value);
    }
    groups
}

fn subject(payload: &Value) -> Result<(&'static str, &str), Problem> {
    let fields = object(payload)?;
    let mut given = NAMES.into_iter().filter(|name| fields.contains_key(*name));
    match (given.next(), given.next()) {
        (Some(name), None) => text(payload, name).map(|subject| (name, subject)),
        (Some(_), Some(_)) => Err(Problem::new("/input", "give text or input, not both")),
        (None, _) => Err(Problem::new("/text", "it is missing; add the text to search")),
    }
}

fn pattern(payload: &Value) -> Result<Regex, Problem> {
    let written = text(payload, "pattern")?;
    if written.len() > MAX_PATTERN_BYTES {
        let expected = format!("a pattern of at most {MAX_PATTERN_BYTES} bytes");
        return Err(wrong("pattern", &expected, &payload["pattern"]));
    }
    RegexBuilder::new(written).size_limit(MAX_COMPILED_BYTES).build().map_err(|error| {
        let message = if matches!(error, regex::Error::CompiledTooBig(_)) {
            "it is too large when its repetitions are written out: repeat less".to_owned()
        } else {
            format!("it is no pattern: {}", last_line(&error.to_string()))
        };
        Problem::new("/pattern", message)
    })
}

/// The reason in a parser's message, which shows the pattern with marks under it first.
fn last_line(message: &str) -> &str {
    let line = message.lines().next_back().unwrap_or(message);
    line.strip_prefix("error: ").unwrap_or(line)
}

fn search(payload: &Value) -> Result<Search, Problem> {
    Ok(if flag(payload, "global")? { Search::All } else { Search::First })
}
