//! What the author of a schedule writes, read.

use engine::{PayloadProblem, Schedule, ScheduleError};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::CatchUp;

/// The fields that may hold the pattern, of which one is given.
const PATTERNS: [&str; 3] = ["schedule", "cron", "rrule"];
/// The most that a run may be put off at random: an hour.
const MAX_JITTER_MS: u64 = 3_600_000;
/// What the trigger tells a run by itself.
pub(super) const TOLD: [&str; 3] = ["scheduledAt", "firedAt", "missed"];

/// When a workflow comes round, and with what.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The pattern as it was written.
    pub pattern: String,
    /// The pattern, read.
    pub schedule: Schedule,
    /// What becomes of times at which nobody watched.
    pub catch_up: CatchUp,
    /// By how much a run is put off at most.
    pub jitter_ms: u64,
    /// Nothing is due before.
    pub starts_at: Option<OffsetDateTime>,
    /// Nothing is due after.
    pub ends_at: Option<OffsetDateTime>,
    /// What every run is given besides.
    pub inputs: Map<String, Value>,
}

fn wrong(field: &str, message: impl Into<String>) -> PayloadProblem {
    PayloadProblem { path: format!("/{field}"), message: message.into() }
}

impl Settings {
    /// What a run is told: the inputs of the schedule, which time was due, when it was fired, and how
    /// many times before it were passed over.
    pub fn told(&self, due: OffsetDateTime, fired: OffsetDateTime, missed: usize) -> Value {
        let text = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_else(|_| at.to_string());
        let mut body = self.inputs.clone();
        let [scheduled_at, fired_at, passed_over] = TOLD;
        body.insert(scheduled_at.to_owned(), text(due).into());
        body.insert(fired_at.to_owned(), text(fired).into());
        body.insert(passed_over.to_owned(), missed.into());
        Value::Object(body)
    }

    /// Reads them.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with the cure.
    pub fn read(payload: &Value) -> Result<Self, PayloadProblem> {
        let given: Vec<_> = PATTERNS.into_iter().filter(|it| payload.get(it).is_some()).collect();
        let [field] = given[..] else {
            let message = "a schedule has one of `schedule`, `cron` and `rrule`, such as \
                           \"schedule\": \"0 9 * * MON-FRI\"";
            return Err(PayloadProblem { path: String::new(), message: message.to_owned() });
        };
        let text = |name: &str| payload.get(name).and_then(Value::as_str);
        let pattern = text(field).ok_or_else(|| wrong(field, "a pattern is a text"))?.to_owned();
        let schedule = Schedule::read(&pattern, text("timezone")).map_err(|error| {
            let place = match error {
                ScheduleError::Pattern(_) => field,
                ScheduleError::Zone(_) => "timezone",
            };
            wrong(place, error.to_string())
        })?;
        match (field, schedule.is_recurrence()) {
            ("cron", true) => {
                return Err(wrong(field, "this is a recurrence: give it as `rrule`"));
            }
            ("rrule", false) => {
                return Err(wrong(
                    field,
                    "this is no recurrence: give a cron pattern as `schedule`",
                ));
            }
            _ => {}
        }
        let catch_up = match text("catchUp") {
            None => CatchUp::default(),
            Some(word) => CatchUp::read(word)
                .ok_or_else(|| wrong("catchUp", "catchUp is `skip`, `one` or `all`"))?,
        };
        let jitter_ms = payload.get("jitterMs").map_or(Some(0), Value::as_u64);
        let jitter_ms = jitter_ms.filter(|it| *it <= MAX_JITTER_MS).ok_or_else(|| {
            wrong("jitterMs", format!("jitterMs is a whole number of at most {MAX_JITTER_MS}"))
        })?;
        let instant = |field: &str| match payload.get(field) {
            None => Ok(None),
            Some(value) => value
                .as_str()
                .and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok())
                .map(Some)
                .ok_or_else(|| {
                    let cure = "a time of RFC 3339, such as \"2026-12-31T09:00:00Z\"";
                    wrong(field, format!("{field} is {cure}"))
                }),
        };
        let (starts_at, ends_at) = (instant("startAt")?, instant("endAt")?);
        let inputs = payload.get("inputs").and_then(Value::as_object).cloned().unwrap_or_default();
        if let Some(taken) = TOLD.into_iter().find(|name| inputs.contains_key(*name)) {
            let message = format!("the trigger tells {taken} itself: name the input otherwise");
            return Err(wrong(&format!("inputs/{taken}"), message));
        }
        let it = Self { pattern, schedule, catch_up, jitter_ms, starts_at, ends_at, inputs };
        let from = starts_at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        if ends_at.is_some() && it.next_after(from - Duration::seconds(1)).is_none() {
            return Err(wrong("endAt", "it never comes round before that: choose a later end"));
        }
        Ok(it)
    }

    /// The first time after that one at which it is due.
    pub fn next_after(&self, at: OffsetDateTime) -> Option<OffsetDateTime> {
        // A second before the start, so that the start itself counts.
        let start = self.starts_at.and_then(|start| start.checked_sub(Duration::nanoseconds(1)));
        let from = start.map_or(at, |start| start.max(at));
        self.schedule.next_after(from).filter(|next| self.ends_at.is_none_or(|end| *next <= end))
    }

    /// The last time before that one at which it was due.
    pub fn previous(&self, at: OffsetDateTime) -> Option<OffsetDateTime> {
        let end = self.ends_at.and_then(|end| end.checked_add(Duration::nanoseconds(1)));
        let before = end.map_or(at, |end| end.min(at));
        let start = |it: &OffsetDateTime| self.starts_at.is_none_or(|start| *it >= start);
        self.schedule.previous(before).filter(start)
    }

    /// The next times after that one at which it is due.
    pub fn upcoming(&self, at: OffsetDateTime, count: usize) -> Vec<OffsetDateTime> {
        let next = |last: &OffsetDateTime| self.next_after(*last);
        std::iter::successors(self.next_after(at), next).take(count).collect()
    }

    /// When a due time is fired: later by what the workflow's id and the time make, so that it is
    /// the same on every node and after every restart.
    pub fn fires_at(&self, workflow: &str, due: OffsetDateTime) -> OffsetDateTime {
        if self.jitter_ms == 0 {
            return due;
        }
        let hash = Sha256::digest(format!("{workflow} {}", due.unix_timestamp()));
        let drawn = hash.iter().take(8).fold(0_u64, |drawn, byte| drawn << 8 | u64::from(*byte));
        let later = i64::try_from(drawn % (self.jitter_ms + 1)).unwrap_or_default();
        due + Duration::milliseconds(later)
    }
}
