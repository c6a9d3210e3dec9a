//! `delay`: goes on after a while. The run sleeps on the ledger meanwhile, not in memory.

use serde_json::Value;

use super::field::{object, text, whole, wrong};
use super::logic::Done;
use crate::duration::{DAY, duration};
use crate::expression::Problem;

/// The longest delay: 30 days.
const MAX_DELAY_MS: u64 = 30 * DAY;

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
