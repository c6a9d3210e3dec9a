//! Events in the order of their times, in parts that are recorded at once.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use time::OffsetDateTime;

use crate::journal::bulk::Dated;

/// How many events are recorded at once.
const PART: usize = 2_048;

/// Brings the events of runs that begin one after the other, and overlap, into the order of their times.
#[derive(Debug, Default)]
pub(super) struct Line {
    waiting: BinaryHeap<Waiting>,
    part: Vec<Dated>,
    taken: u64,
}

#[derive(Debug)]
struct Waiting(u64, Dated);

impl Line {
    /// Takes the events of a stream.
    pub(super) fn take(&mut self, events: Vec<Dated>) {
        for event in events {
            self.taken += 1;
            self.waiting.push(Waiting(self.taken, event));
        }
    }

    /// A part that is full, of what lies before `now`; nothing that begins later comes before that.
    pub(super) fn full(&mut self, now: OffsetDateTime) -> Option<Vec<Dated>> {
        while self.part.len() < PART
            && self.waiting.peek().is_some_and(|it| it.1.recorded_at() < now)
        {
            self.part.extend(self.waiting.pop().map(|it| it.1));
        }
        (self.part.len() >= PART).then(|| std::mem::take(&mut self.part))
    }

    /// What is left, in parts; none after the last.
    pub(super) fn rest(&mut self) -> Option<Vec<Dated>> {
        while self.part.len() < PART {
            let Some(Waiting(_, event)) = self.waiting.pop() else { break };
            self.part.push(event);
        }
        (!self.part.is_empty()).then(|| std::mem::take(&mut self.part))
    }
}

impl Ord for Waiting {
    /// The earliest is the greatest; of those of one moment, the first that came.
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |it: &Self| (it.1.recorded_at(), it.0);
        key(other).cmp(&key(self))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}
