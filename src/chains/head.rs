//! How far a chain has come, out of what its endpoints say: pure.

use time::Duration;

/// What one endpoint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vote {
    /// Its place in the list of endpoints.
    pub(super) endpoint: usize,
    /// The highest block that it has.
    pub(super) head: u64,
    /// How long that has not risen.
    pub(super) stuck_for: Duration,
}

/// What follows from all votes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The highest block that a majority has, and never less than it was.
    pub(super) head: Option<u64>,
    /// The endpoints that are behind.
    pub(super) lagging: Vec<usize>,
}

/// Whether an endpoint that says this is behind a head by more than it may be.
pub(super) fn is_below(said: u64, head: u64, patience: u64) -> bool {
    said.saturating_add(patience) < head
}

/// Counts votes.
///
/// An endpoint that is more than `patience` blocks behind lags. One that has not risen for `stale`
/// while another is that far ahead is stuck, although it answers: it has no vote, since of two
/// endpoints it would hold the chain up for ever.
pub(super) fn count(
    before: Option<u64>,
    votes: &[Vote],
    patience: u64,
    stale: Duration,
) -> Verdict {
    let best = votes.iter().map(|vote| vote.head).max().unwrap_or(0);
    let is_below = |vote: &Vote, head: u64| is_below(vote.head, head, patience);
    let is_stuck = |vote: &Vote| vote.stuck_for >= stale && is_below(vote, best);
    // Whoever has lost what there was is not live until he has it again.
    let is_lost = |vote: &Vote| before.is_some_and(|before| is_below(vote, before));
    let live = votes.iter().filter(|vote| !is_stuck(vote) && !is_lost(vote));
    let mut heads: Vec<u64> = live.map(|vote| vote.head).collect();
    heads.sort_unstable_by(|one, other| other.cmp(one));
    // More than half of them have this one.
    let head = heads.get(heads.len() / 2).copied().max(before);
    let is_behind = |vote: &&Vote| head.is_some_and(|head| is_below(vote, head));
    let behind = votes.iter().filter(|vote| is_stuck(vote) || is_behind(vote));
    Verdict { head, lagging: behind.map(|vote| vote.endpoint).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STALE: Duration = Duration::seconds(30);

    fn counted(before: Option<u64>, heads: &[(u64, i64)]) -> Verdict {
        let votes: Vec<Vote> = heads
            .iter()
            .enumerate()
            .map(|(endpoint, (head, seconds))| Vote {
                endpoint,
                head: *head,
                stuck_for: Duration::seconds(*seconds),
            })
            .collect();
        count(before, &votes, 2, STALE)
    }

    #[test]
    fn the_head_is_the_highest_block_that_a_majority_has() {
        assert_eq!(counted(None, &[(100, 0)]).head, Some(100));
        assert_eq!(counted(None, &[(100, 0), (101, 0)]).head, Some(100));
        assert_eq!(counted(None, &[(100, 0), (101, 0), (102, 0)]).head, Some(101));
        assert_eq!(counted(None, &[(1_000_000, 0), (101, 0), (102, 0)]).head, Some(102));
        assert_eq!(counted(None, &[]).head, None);
    }

    #[test]
    fn the_head_never_goes_back() {
        let verdict = counted(Some(103), &[(100, 0)]);
        assert_eq!(verdict, Verdict { head: Some(103), lagging: vec![0] });
        assert_eq!(counted(Some(103), &[]).head, Some(103));
    }

    #[test]
    fn a_stuck_endpoint_that_answers_does_not_hold_the_chain_up() {
        assert_eq!(counted(Some(100), &[(100, 29), (140, 0)]).head, Some(100));
        let verdict = counted(Some(100), &[(100, 30), (140, 0)]);
        assert_eq!(verdict, Verdict { head: Some(140), lagging: vec![0] });
        assert_eq!(counted(Some(100), &[(100, 900), (100, 900)]).lagging, [0_usize; 0], "quiet");
    }
}
