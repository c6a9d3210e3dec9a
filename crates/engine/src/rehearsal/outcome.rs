//! What a rehearsal gives.

use std::fmt;

use time::Duration;

use super::{Call, Gap, Purpose};
use crate::fact::Fact;
use crate::run::Run;

/// How far a rehearsal goes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Answers and timers.
    pub steps: u32,
    /// Virtual time between the run's start and its end.
    pub time: Duration,
}

/// A run that was played.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsal {
    /// What happened, in order: what the ledger would hold.
    pub facts: Vec<Fact>,
    /// The run after that.
    pub run: Run,
    /// Why the rehearsal ended.
    pub end: End,
    /// Virtual time from the start to the end.
    pub elapsed: Duration,
    /// How many answers and timers it took.
    pub steps: u32,
}

/// Why a rehearsal ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// The run is over.
    Over,
    /// A call had no answer.
    Unanswered(Box<Unanswered>),
    /// [`Bounds::steps`] were made, and the run is not over.
    OutOfSteps(u32),
    /// The next thing would happen after [`Bounds::time`].
    OutOfTime(Duration),
    /// The run is not over, and waits for nothing that a rehearsal can give.
    Stalled,
}

/// A call that had no answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Unanswered {
    /// The call.
    pub call: Call,
    /// Why.
    pub gap: Gap,
}

impl Default for Bounds {
    /// 25,000 steps and 400 days: more than runs with loops and waits in them take.
    fn default() -> Self {
        Self { steps: 25_000, time: Duration::days(400) }
    }
}

impl fmt::Display for End {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Over => formatter.write_str("the run is over"),
            Self::Unanswered(unanswered) => unanswered.fmt(formatter),
            Self::OutOfSteps(steps) => {
                write!(formatter, "the run is not over after {steps} steps: is it a loop?")
            }
            Self::OutOfTime(time) => write!(
                formatter,
                "the run is not over after {} s of virtual time: allow it more, or answer sooner",
                time.whole_seconds()
            ),
            Self::Stalled => formatter.write_str(
                "the run is not over, and nothing that a rehearsal knows brings it further",
            ),
        }
    }
}

impl fmt::Display for Unanswered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Call { address, kind, occurrence, .. } = &self.call;
        let node = address.node();
        match (self.gap, self.call.purpose) {
            (Gap::NotMocked, Purpose::Effect { .. }) => write!(
                formatter,
                "node \"{address}\" ({kind}) was called and is not mocked: add \
                 {{\"node\": \"{node}\", \"response\": …}} or {{\"type\": \"{kind}\", \"response\": …}} \
                 to the mocks"
            ),
            (Gap::NotMocked, Purpose::Wait { .. }) => write!(
                formatter,
                "node \"{address}\" waits and is not mocked: add {{\"node\": \"{node}\", \
                 \"response\": …}} with the data that resume it, or {{\"node\": \"{node}\", \
                 \"timesOut\": true}} to the mocks"
            ),
            (Gap::OtherOccurrence, _) => write!(
                formatter,
                "call {occurrence} of node \"{address}\" ({kind}) is not mocked, for its mocks are \
                 for other occurrences: add one without occurrence, or with \"occurrence\": \
                 {occurrence}"
            ),
            (Gap::FailureForWait, _) => write!(
                formatter,
                "node \"{address}\" waits, and a wait does not fail: mock it by a response, the \
                 data that resume it, or by \"timesOut\": true"
            ),
        }
    }
}
