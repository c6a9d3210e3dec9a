//! Which due times are fired: the next one in its time, or a decision about those that were missed.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::Settings;

/// How late a time may be fired without having been missed: so long a restart may take.
const GRACE: Duration = Duration::seconds(60);
/// How many missed times are made up for at most; the last ones are.
pub const MAX_MADE_UP: usize = 100;
/// How many missed times are counted; of more it is said that there were at least so many.
pub const MAX_MISSED: usize = 10_000;

/// What becomes of times at which nobody watched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// They are passed over.
    Skip,
    /// The last of them is made up for.
    #[default]
    One,
    /// All of them are, the last hundred at most.
    All,
}

impl CatchUp {
    /// The one of that word.
    pub fn read(word: &str) -> Option<Self> {
        [Self::Skip, Self::One, Self::All].into_iter().find(|it| it.as_str() == word)
    }

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::One => "one",
            Self::All => "all",
        }
    }

    const fn made_up(self) -> usize {
        match self {
            Self::Skip => 0,
            Self::One => 1,
            Self::All => MAX_MADE_UP,
        }
    }
}

/// Times that are not made up for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Passed {
    /// How many they are, or at least so many when that is [`MAX_MISSED`].
    pub count: usize,
    /// The first of them.
    #[serde(with = "time::serde::rfc3339")]
    pub first: OffsetDateTime,
    /// The last of them.
    #[serde(with = "time::serde::rfc3339")]
    pub last: OffsetDateTime,
}

/// What is done about times that were missed. It is written down before it is carried out, so that
/// it is decided once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Up to when times are dealt with by this.
    #[serde(with = "time::serde::rfc3339")]
    pub through: OffsetDateTime,
    /// The times that are made up for, in order, in seconds since 1970.
    pub made_up: Vec<i64>,
    /// Those that are not.
    pub passed: Option<Passed>,
}

/// What is to be done about a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing before then.
    Wait(OffsetDateTime),
    /// It never comes round again.
    Over,
    /// This time is fired.
    Fire(OffsetDateTime),
    /// Times were missed.
    CatchUp(Plan),
}

impl Step {
    /// The step of a workflow's schedule whose times are dealt with up to an instant.
    pub fn of(
        settings: &Settings,
        workflow: &str,
        done_through: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Self {
        let Some(due) = settings.next_after(done_through) else { return Self::Over };
        let fires_at = settings.fires_at(workflow, due);
        if fires_at > now {
            return Self::Wait(fires_at);
        }
        if now - fires_at <= GRACE {
            return Self::Fire(due);
        }
        // What jitter may still put off is not late.
        let jitter = i64::try_from(settings.jitter_ms).unwrap_or_default();
        let through = (now - Duration::milliseconds(jitter)).max(due);
        Self::CatchUp(Plan::about(settings, done_through, due, through))
    }
}

impl Plan {
    fn about(
        settings: &Settings,
        done_through: OffsetDateTime,
        first: OffsetDateTime,
        through: OffsetDateTime,
    ) -> Self {
        let back =
            |before: OffsetDateTime| settings.previous(before).filter(|due| *due > done_through);
        let last = through + Duration::nanoseconds(1);
        let mut made_up: Vec<_> = std::iter::successors(back(last), |due| back(*due))
            .take(settings.catch_up.made_up())
            .collect();
        made_up.reverse();
        let before = made_up.first().copied().unwrap_or(last);
        let passed = back(before).map(|last| {
            let next = |due: &OffsetDateTime| settings.next_after(*due);
            let missed = std::iter::successors(Some(first), next).take_while(|due| *due <= last);
            Passed { count: missed.take(MAX_MISSED).count(), first, last }
        });
        let made_up = made_up.into_iter().map(OffsetDateTime::unix_timestamp).collect();
        Self { through, made_up, passed }
    }

    /// How many times a run of it stands for besides its own: the first for those that are passed
    /// over.
    pub fn missed_before(&self, due: i64) -> usize {
        let passed = self.passed.as_ref().map_or(0, |passed| passed.count);
        if self.made_up.first() == Some(&due) { passed } else { 0 }
    }
}

/// What identifies the firing of a due time, whichever version of the workflow is live.
pub fn firing_id(workflow: &str, due: OffsetDateTime) -> String {
    format!("schedule:{workflow}:{}", due.unix_timestamp())
}
