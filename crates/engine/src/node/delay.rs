//! `delay`: goes on after a while. The run sleeps on the ledger meanwhile, not in memory.

use serde_json::Value;

use super::field::{object, text, whole, wrong};
use super::logic::Done;
use crate::expression::Problem;

/// The longest delay: 30 days.
const MAX_DELAY_MS: u64 = 30 * DAY;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// How long the node delays, in milliseconds.
pub(crate) fn period(payload: &Value) -> Result<u64, Problem> {
    let fields = object(payload)?;
    let given = |name: &str| fields.get(name).is_some_and(|value| !value.is_null());
    match (given("delayMs"), given("duration")) {
        (true, false) => whole(payload, "delayMs", 1, MAX_DELAY_MS),
        (false, true) => {
            let text = text(payload, "duration")?;
            duration(text).filter(|period| (1..=MAX_DELAY_MS).contains(period)).ok_or_else(|| {
                let expected = "a duration of at most 30 days, like 15m, 1h30m or PT15M";
                wrong("duration", expected, &fields["duration"])
            })
        }
        (true, true) => Err(Problem::new("/duration", "give delayMs or duration, not both")),
        (false, false) => {
            Err(Problem::new("/delayMs", "it is missing: give delayMs or duration, like 15m"))
        }
    }
}

/// What a delay gives once it is over.
pub(crate) fn completed(input: &Value) -> Done {
    let delayed = period(input).ok();
    Done::with([("status", "completed".into()), ("delayMs", delayed.into())])
}

/// `15m`, `1h30m`, `250ms`, or ISO 8601 in days, hours, minutes and seconds: `P1DT12H`.
///
/// In milliseconds; nothing where the text is no duration.
pub fn duration(text: &str) -> Option<u64> {
    let text = text.trim();
    match text.strip_prefix('P') {
        Some(rest) => iso(rest),
        None => parts(
            text,
            &[("ms", 1), ("w", WEEK), ("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND)],
        ),
    }
}

fn iso(text: &str) -> Option<u64> {
    let (date, time) = match text.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let days = match (date, time) {
        ("", Some(_)) => 0,
        (date, _) => parts(date, &[("W", WEEK), ("D", DAY)])?,
    };
    let rest = match time {
        Some(time) => parts(time, &[("H", HOUR), ("M", MINUTE), ("S", SECOND)])?,
        None => 0,
    };
    days.checked_add(rest)
}

/// A row of numbers with units, every unit once at most.
fn parts(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let mut rest = text;
    let mut total: u64 = 0;
    let mut used = Vec::new();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let (unit, length) = units.iter().find(|(unit, _)| rest.starts_with(unit))?;
        if used.contains(unit) {
            return None;
        }
        used.push(*unit);
        rest = &rest[unit.len()..];
        total = total.checked_add(number.checked_mul(*length)?)?;
    }
    (!used.is_empty()).then_some(total)
}
