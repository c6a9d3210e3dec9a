//! `regex`: looks for a pattern in a text, in time that grows with the text and never explodes.

use std::error::Error as _;

use regex_automata::hybrid::dfa;
use regex_automata::hybrid::regex::{Cache, Regex};
use regex_automata::nfa::thompson::{self, pikevm};
use regex_automata::util::captures::Captures;
use regex_automata::util::iter::Searcher;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, Match, PatternID};
use serde_json::{Map, Value};

use super::field::{flag, object, text, wrong};
use super::logic::Done;
use crate::expression::Problem;

/// How many bytes of text one node searches.
const MAX_TEXT_BYTES: usize = 64 * 1024;

/// How many bytes a pattern may have.
const MAX_PATTERN_BYTES: usize = 1_000;

/// How many bytes a pattern may take when it is compiled: repetitions of repetitions multiply.
const MAX_COMPILED_BYTES: usize = 64 * 1024;

/// The same for the fast matcher, which reads texts backwards, too: classes of many scripts are
/// larger from that side.
const MAX_AUTOMATON_BYTES: usize = 16 * MAX_COMPILED_BYTES;

/// How many matches a search for all of them lists.
const MAX_MATCHES: usize = 1_000;

/// How many bytes the slow matcher may have before it, over all the searches of a node.
///
/// It takes a time of text times compiled pattern, and is asked where the fast one gives up: for
/// patterns that have no small automaton, and for word boundaries in a text that is not ASCII.
/// With this bound the worst node is over in a moment, and the other runs of its thread hardly
/// notice it.
const MAX_SLOW_BYTES: usize = 8 * MAX_TEXT_BYTES;

/// How often the fast matcher may throw away the automaton that it makes while it searches.
const MAX_CACHE_CLEARS: usize = 4;

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
    let limit = match search {
        Search::First => 1,
        Search::All => MAX_MATCHES + 1,
    };
    let all =
        pattern.matches(subject, limit).map_err(|message| Problem::new("/pattern", message))?;
    if all.len() > MAX_MATCHES {
        let message = format!("it is found more than {MAX_MATCHES} times: make it narrower");
        return Err(Problem::new("/pattern", message));
    }
    let first = all.first().cloned().unwrap_or_default();
    let mut done = Done::with([("matched", (!all.is_empty()).into()), ("matches", first.into())]);
    if search == Search::All {
        done.result["all"] = all.into_iter().map(Value::Object).collect();
    }
    Ok(done)
}

/// Why a pattern is none.
enum Fault {
    Syntax(String),
    Size,
}

/// The slow matcher has had all the bytes that it may have.
struct Exhausted;

/// A compiled pattern.
struct Pattern {
    /// Finds matches with an automaton that it makes while it searches: a time of the order of the
    /// text, whatever the pattern.
    fast: Regex,
    /// Finds everything, and what the groups hold.
    slow: pikevm::PikeVM,
}

/// What a node may still spend, and what it works with.
struct Work {
    fast: Cache,
    slow: pikevm::Cache,
    bytes: usize,
}

impl Pattern {
    fn compile(written: &str) -> Result<Self, Fault> {
        let syntax = syntax::Config::new();
        let nfa = |size| thompson::Config::new().nfa_size_limit(Some(size));
        let slow = pikevm::Builder::new()
            .syntax(syntax)
            .thompson(nfa(MAX_COMPILED_BYTES))
            .build(written)
            .map_err(|error| match (error.size_limit(), error.source()) {
                (None, Some(fault)) => Fault::Syntax(last_line(&fault.to_string()).to_owned()),
                (Some(_), _) | (None, None) => Fault::Size,
            })?;
        let lazy = dfa::Config::new()
            .unicode_word_boundary(true)
            .minimum_cache_clear_count(Some(MAX_CACHE_CLEARS))
            // Room for a few states of any pattern that was let pass.
            .skip_cache_capacity_check(true);
        let fast = Regex::builder()
            .syntax(syntax)
            .thompson(nfa(MAX_AUTOMATON_BYTES))
            .dfa(lazy)
            .build(written)
            .map_err(|_| Fault::Size)?;
        Ok(Self { fast, slow })
    }

    /// The groups of the first matches.
    fn matches(&self, text: &str, limit: usize) -> Result<Vec<Map<String, Value>>, String> {
        let bytes = MAX_SLOW_BYTES;
        let mut work =
            Work { fast: self.fast.create_cache(), slow: self.slow.create_cache(), bytes };
        let mut searcher = Searcher::new(Input::new(text));
        let mut found = Vec::new();
        let mut exhausted = false;
        while found.len() < limit {
            let next = searcher.advance(|input| {
                Ok(self.next(&mut work, input).unwrap_or_else(|Exhausted| {
                    exhausted = true;
                    None
                }))
            });
            if exhausted {
                return Err("it takes too long on this text: make it simpler, or the text shorter"
                    .to_owned());
            }
            let Some(next) = next else { break };
            found.push(self.groups(&mut work, text, next));
        }
        Ok(found)
    }

    /// The next match, if there is one.
    fn next(&self, work: &mut Work, input: &Input<'_>) -> Result<Option<Match>, Exhausted> {
        if let Ok(next) = self.fast.try_search(&mut work.fast, input) {
            return Ok(next);
        }
        work.bytes = work.bytes.checked_sub(input.get_span().len()).ok_or(Exhausted)?;
        let mut slots = self.slow.create_captures();
        self.slow.search(&mut work.slow, input, &mut slots);
        Ok(slots.get_match())
    }

    /// What a match holds, by number and by name; null for a group that took no part.
    fn groups(&self, work: &mut Work, text: &str, found: Match) -> Map<String, Value> {
        let all = self.slow.get_nfa().group_info();
        if all.group_len(PatternID::ZERO) == 1 {
            return Map::from_iter([("0".to_owned(), text[found.range()].into())]);
        }
        let input = Input::new(text).span(found.span()).anchored(Anchored::Yes);
        let mut captures: Captures = self.slow.create_captures();
        self.slow.search(&mut work.slow, &input, &mut captures);
        let mut groups = Map::new();
        for (number, name) in all.pattern_names(PatternID::ZERO).enumerate() {
            let value: Value = captures.get_group(number).map(|span| &text[span]).into();
            if let Some(name) = name {
                groups.insert(name.to_owned(), value.clone());
            }
            groups.insert(number.to_string(), value);
        }
        groups
    }
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

fn pattern(payload: &Value) -> Result<Pattern, Problem> {
    let written = text(payload, "pattern")?;
    if written.len() > MAX_PATTERN_BYTES {
        let expected = format!("a pattern of at most {MAX_PATTERN_BYTES} bytes");
        return Err(wrong("pattern", &expected, &payload["pattern"]));
    }
    Pattern::compile(written).map_err(|fault| {
        let message = match fault {
            Fault::Syntax(reason) => format!("it is no pattern: {reason}"),
            Fault::Size => {
                "it is too large when its repetitions are written out: repeat less".to_owned()
            }
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
