//! The blocks that a watcher has followed, and what it makes of what a chain shows next.
//!
//! A block follows when it names the last one as its parent; a reorganization is decided by hashes
//! alone, by walking from a block that is shown to one that was followed. A head with a lower
//! number is an endpoint that lags. What an endpoint shows once may be a mistake of its: a branch
//! counts when it was shown in several polls. Behind what is final nothing changes: there the
//! watcher stops and calls for a person.

use std::collections::VecDeque;

use alloy_primitives::B256;

/// So many blocks are remembered. More than any chain reorganizes without its people knowing.
pub const MAX_LINKS: usize = 512;
/// In so many polls a branch must be seen before it is believed.
pub const POLLS: u32 = 3;

/// A block's place in its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// The hash of the block before it.
    pub parent: B256,
}

/// What follows from what was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The block is the next one: read it, then [`Tail::extend`].
    Next,
    /// The block was followed before.
    Known,
    /// The block with this hash is needed to decide: walk on to it.
    Walk(B256),
    /// A branch was seen that may replace what was followed; the next polls will tell.
    Doubt,
    /// What was followed behind this number was replaced: take it back, then [`Tail::rewind`].
    Fork {
        /// The last block that both branches have.
        ancestor: u64,
    },
    /// The chain contradicts what was final, or goes back further than is remembered.
    Broken {
        /// Where the branch leaves, as far as it was walked.
        below: u64,
    },
}

/// A branch that may replace what was followed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Doubt {
    /// Its first block, or, where no common block was found, the lowest that was walked.
    first: B256,
    polls: u32,
}

/// The blocks that were followed, up to a limit.
#[derive(Debug, Clone, Default)]
pub struct Tail {
    links: VecDeque<Link>,
    finalized: u64,
    doubt: Option<Doubt>,
}

impl Tail {
    /// A tail that goes on behind these blocks, which follow one another.
    pub fn new(links: impl IntoIterator<Item = Link>, finalized: u64) -> Self {
        Self { links: links.into_iter().collect(), finalized, doubt: None }
    }

    /// The last block that was followed.
    pub fn tip(&self) -> Option<Link> {
        self.links.back().copied()
    }

    /// The first block that is remembered.
    pub fn first(&self) -> Option<Link> {
        self.links.front().copied()
    }

    /// Up to where nothing may change.
    pub const fn finalized(&self) -> u64 {
        self.finalized
    }

    /// The block of this number.
    pub fn at(&self, number: u64) -> Option<Link> {
        let first = self.links.front()?.number;
        let index = usize::try_from(number.checked_sub(first)?).ok()?;
        self.links.get(index).copied()
    }

    /// What was followed behind a number, the last first.
    pub fn behind(&self, number: u64) -> Vec<Link> {
        self.links.iter().rev().take_while(|link| link.number > number).copied().collect()
    }

    /// Takes the next block.
    pub fn extend(&mut self, link: Link) {
        debug_assert!(self.tip().is_none_or(|tip| tip.hash == link.parent));
        self.links.push_back(link);
        self.doubt = None;
        while self.links.len() > MAX_LINKS {
            self.links.pop_front();
        }
    }

    /// Gives back what was followed behind a number.
    pub fn rewind(&mut self, number: u64) {
        while self.links.back().is_some_and(|link| link.number > number) {
            self.links.pop_back();
        }
        self.doubt = None;
    }

    /// Goes on at a block further ahead; what is between is somebody else's to read.
    pub fn jump(&mut self, link: Link) {
        self.links.clear();
        self.links.push_back(link);
        self.doubt = None;
    }

    /// The chain calls this block final. It counts when it is one that was followed, or lies
    /// before all of them.
    pub fn finalize(&mut self, number: u64, hash: B256) -> bool {
        let agrees = match self.at(number) {
            Some(link) => link.hash == hash,
            None => self.first().is_some_and(|first| number < first.number),
        };
        if agrees && number > self.finalized {
            self.finalized = number;
        }
        agrees
    }

    /// Judges what a poll showed: a block, and those before it in the order in which they were
    /// asked for by [`Verdict::Walk`].
    pub fn judge(&mut self, walked: &[Link]) -> Verdict {
        let (Some(top), Some(last)) = (walked.first(), walked.last()) else {
            return Verdict::Known;
        };
        let Some(tip) = self.tip() else { return Verdict::Next };
        if self.at(top.number).is_some_and(|link| link.hash == top.hash) {
            return Verdict::Known;
        }
        if walked.len() == 1 && last.number == tip.number + 1 && last.parent == tip.hash {
            return Verdict::Next;
        }
        let before = last.number.saturating_sub(1);
        match self.at(before) {
            Some(link) if link.hash == last.parent => {
                if !self.believe(last.hash) {
                    return Verdict::Doubt;
                }
                // The branch goes on behind the tip: that is no fork, the blocks between are next.
                if link.number < self.finalized {
                    return Verdict::Broken { below: last.number };
                }
                Verdict::Fork { ancestor: link.number }
            }
            Some(_) if before > self.finalized.max(self.first().map_or(0, |it| it.number)) => {
                Verdict::Walk(last.parent)
            }
            None if before > tip.number => Verdict::Walk(last.parent),
            Some(_) | None => {
                if self.believe(last.hash) {
                    Verdict::Broken { below: last.number }
                } else {
                    Verdict::Doubt
                }
            }
        }
    }

    /// Whether a branch that begins with this block was shown often enough.
    fn believe(&mut self, first: B256) -> bool {
        let polls = match &self.doubt {
            Some(doubt) if doubt.first == first => doubt.polls + 1,
            Some(_) | None => 1,
        };
        self.doubt = Some(Doubt { first, polls });
        polls >= POLLS
    }
}
