//! `wait`: goes on when somebody or something resumes it, or when its time is over.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::event_wait::EventWait;
use super::field::{field, text, whole, wrong};
use super::logic::Done;
use crate::expression::{Problem, has_expression};
use crate::schedule::{Schedule, ScheduleError};

pub(super) const RESUMED: &str = "resumed";
pub(crate) const TIMED_OUT: &str = "timed_out";
pub(super) const BRANCHES: [&str; 2] = [RESUMED, TIMED_OUT];

/// The shortest wait: a second.
const MIN_WAIT_MS: u64 = 1_000;
/// The longest wait: seven days.
pub(super) const MAX_WAIT_MS: u64 = 604_800_000;
/// What a wait for a signal waits for.
const SIGNAL: &str = "signal";
/// What a wait for a time of day waits for.
const SCHEDULE: &str = "schedule";

/// What a wait for an event waits for.
const EVENT: &str = "event";

/// What is wrong with the payload of a wait.
pub(super) fn problems(payload: &Value) -> Vec<Problem> {
    let kind = payload.get("triggerType").and_then(Value::as_str);
    if kind.is_some_and(has_expression) {
        // Said of the whole payload: what an expression stands in for is not judged before it has
        // its value, and what a run waits for must be known when it is published.
        let message = "triggerType is written as it is, without an expression";
        return vec![Problem::new("", message)];
    }
    match Wait::settings(payload) {
        Err(problem) => vec![problem],
        Ok(_) if kind == Some(EVENT) => event_problems(payload),
        Ok(_) => Vec::new(),
    }
}

/// The setting of a wait for an event; none when it waits for something else.
fn event_config(payload: &Value) -> Option<&Value> {
    let is_meant = payload.get("triggerType").and_then(Value::as_str) == Some(EVENT);
    is_meant.then(|| payload.get("triggerConfig").unwrap_or(&Value::Null))
}

fn event_problems(payload: &Value) -> Vec<Problem> {
    const PLACE: &str = "/triggerConfig";
    let mut problems = Vec::new();
    let read =
        event_config(payload).and_then(|config| EventWait::read(config, PLACE, &mut problems));
    if read.is_none() && problems.is_empty() {
        let cure = "a wait for an event needs the pattern of its name, written as it is: \
                    triggerConfig {\"pattern\": \"order.paid\"}";
        problems.push(Problem::new("", cure));
    }
    problems
}

/// What a wait node is given, read.
pub(crate) struct Wait {
    /// How long it waits at most.
    pub(crate) timeout_ms: u64,
    /// When it goes on by itself, before that.
    moment: Option<Moment>,
}

/// The time that a wait for a schedule waits for.
enum Moment {
    At(OffsetDateTime),
    /// The next one after the wait has begun.
    Next(Box<Schedule>),
}

impl Wait {
    /// Reads what a wait that begins is given.
    pub(crate) fn read(payload: &Value) -> Result<Self, Problem> {
        let wait = Self::settings(payload)?;
        let is_for_event = event_config(payload).is_some();
        let problem = is_for_event.then(|| event_problems(payload).into_iter().next()).flatten();
        problem.map_or(Ok(wait), Err)
    }

    fn settings(payload: &Value) -> Result<Self, Problem> {
        let timeout_ms = whole(payload, "timeoutMs", MIN_WAIT_MS, MAX_WAIT_MS)?;
        let kind = text(payload, "triggerType")?;
        let config = match field(payload, "triggerConfig") {
            Ok(config @ Value::Object(_)) => Some(config),
            Err(_) => None,
            Ok(other) => return Err(wrong("triggerConfig", "an object", other)),
        };
        let moment = (kind == SCHEDULE).then(|| moment(config)).transpose()?;
        if kind == SIGNAL && signal(payload).is_none_or(str::is_empty) {
            let cure = "a wait for a signal needs its name: {\"signal\": \"approved\"}";
            return Err(Problem::new("/triggerConfig/signal", cure));
        }
        Ok(Self { timeout_ms, moment })
    }

    /// How long the node sleeps from then on, in milliseconds, unless somebody resumes it.
    pub(crate) fn period(&self, at: OffsetDateTime) -> u64 {
        let resumes_at = self.moment.as_ref().and_then(|moment| match moment {
            Moment::At(instant) => Some(*instant),
            Moment::Next(schedule) => schedule.next_after(at),
        });
        // Never a part of a millisecond too early.
        let until = resumes_at.map(|resumes_at| {
            let nanos = (resumes_at - at).whole_nanoseconds().max(0).unsigned_abs();
            u64::try_from(nanos.div_ceil(1_000_000)).unwrap_or(u64::MAX)
        });
        until.map_or(self.timeout_ms, |until| until.min(self.timeout_ms))
    }
}

/// The signal that a wait is for.
pub(crate) fn signal(payload: &Value) -> Option<&str> {
    let is_meant = payload.get("triggerType").and_then(Value::as_str) == Some(SIGNAL);
    payload.get("triggerConfig").filter(|_| is_meant)?.get("signal")?.as_str()
}

fn moment(config: Option<&Value>) -> Result<Moment, Problem> {
    const PLACE: &str = "/triggerConfig";
    let of = |name: &str| config.and_then(|config| config.get(name));
    let cure = || {
        let cure = "a wait for a schedule needs the time at which it goes on: \
                    {\"at\": \"2026-12-31T09:00:00Z\"}, or a cron pattern: \
                    {\"cron\": \"0 9 * * MON-FRI\", \"timezone\": \"Europe/Zurich\"}, or a \
                    recurrence as rrule";
        Problem::new(PLACE, cure)
    };
    let pattern = match (of("cron"), of("rrule")) {
        (Some(Value::String(cron)), None) => Some(("cron", cron)),
        (None, Some(Value::String(rrule))) => Some(("rrule", rrule)),
        (None, None) => None,
        (_, Some(_)) | (Some(_), None) => return Err(cure()),
    };
    match (of("at"), pattern, of("timezone")) {
        (Some(Value::String(at)), None, None) => {
            OffsetDateTime::parse(at, &Rfc3339).map(Moment::At).map_err(|_| cure())
        }
        (None, Some((name, pattern)), zone @ (None | Some(Value::String(_)))) => {
            let schedule = Schedule::read(pattern, zone.and_then(Value::as_str));
            schedule.map(|schedule| Moment::Next(Box::new(schedule))).map_err(|error| {
                let field = match error {
                    ScheduleError::Pattern(_) => name,
                    ScheduleError::Zone(_) => "timezone",
                };
                Problem::new(format!("{PLACE}/{field}"), error.to_string())
            })
        }
        _ => Err(cure()),
    }
}

/// A wait whose time is over: since when and until when it slept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slept {
    pub(crate) since: Option<OffsetDateTime>,
    pub(crate) until: OffsetDateTime,
}

/// What a wait gives when it goes on by itself; none when its time has not come, or when it waits
/// for something else.
pub(crate) fn scheduled(input: &Value, slept: Slept) -> Option<Done> {
    let wait = Wait::settings(input).ok()?;
    // Timers are kept in whole milliseconds.
    let a_moment = time::Duration::milliseconds(1);
    let is_due = match wait.moment? {
        Moment::At(instant) => slept.until + a_moment > instant,
        // What was decided when the wait began: the pattern is not asked again, since time zones
        // change with the program.
        Moment::Next(_) => slept.since.is_some_and(|since| {
            let whole = (slept.until - since).whole_milliseconds();
            u64::try_from(whole).is_ok_and(|whole| whole < wait.timeout_ms)
        }),
    };
    is_due.then(|| resumed(input, &Value::Null, SCHEDULE))
}

/// What a wait gives when it was resumed.
pub(super) fn resumed(input: &Value, data: &Value, source: &str) -> Done {
    let result = json!({
        "status": RESUMED,
        "triggerResult": data,
        "source": source,
        "timeoutMs": timeout(input),
    });
    Done { result, branch: Some(RESUMED.into()) }
}

/// What a wait gives when nobody resumed it in time.
pub(crate) fn timed_out(input: &Value) -> Done {
    let result = json!({
        "status": TIMED_OUT,
        "triggerResult": null,
        "source": null,
        "timeoutMs": timeout(input),
    });
    Done { result, branch: Some(TIMED_OUT.into()) }
}

fn timeout(input: &Value) -> Option<u64> {
    whole(input, "timeoutMs", MIN_WAIT_MS, MAX_WAIT_MS).ok()
}
