//! What lies behind an instant, and between two of them, asked of what comes next.

use time::{Duration, OffsetDateTime};

use super::Schedule;

/// How often a span is doubled on the way back: 136 years.
const DOUBLINGS: u32 = 32;
const SECOND: Duration = Duration::seconds(1);

impl Schedule {
    /// The last instant before that one at which it came round; none more than 136 years before.
    ///
    /// It takes some 60 times as long as [`next_after`](Self::next_after).
    pub fn previous(&self, at: OffsetDateTime) -> Option<OffsetDateTime> {
        let comes_before = |from: OffsetDateTime| self.next_after(from).filter(|next| *next < at);
        let mut late = at;
        let mut early = (0..DOUBLINGS).find_map(|doubling| {
            let from = at.checked_sub(SECOND.checked_mul(1_i32.checked_shl(doubling)?)?)?;
            if comes_before(from).is_some() {
                return Some(from);
            }
            late = from;
            None
        })?;
        // It comes round after `early`, and not any more after `late`.
        while late - early > SECOND {
            let middle = early + (late - early) / 2;
            if comes_before(middle).is_some() {
                early = middle;
            } else {
                late = middle;
            }
        }
        comes_before(early)
    }

    /// The instants after the first and up to the second one at which it comes round, in order:
    /// the first `limit` of them.
    pub fn between(
        &self,
        after: OffsetDateTime,
        until: OffsetDateTime,
        limit: usize,
    ) -> impl Iterator<Item = OffsetDateTime> + '_ {
        let next = move |from: OffsetDateTime| self.next_after(from).filter(|next| *next <= until);
        std::iter::successors(next(after), move |last| next(*last)).take(limit)
    }

    /// The instants before the second and after the first one at which it came round, the latest
    /// first: the last `limit` of them.
    pub fn backwards(
        &self,
        after: OffsetDateTime,
        before: OffsetDateTime,
        limit: usize,
    ) -> impl Iterator<Item = OffsetDateTime> + '_ {
        let previous = move |from: OffsetDateTime| self.previous(from).filter(|it| *it > after);
        std::iter::successors(previous(before), move |last| previous(*last)).take(limit)
    }
}
