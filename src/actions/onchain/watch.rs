//! What is known of a transaction that is waited for, from look to look: pure.

use alloy_primitives::{Address, B256};

use crate::chains::Heads;
use crate::onchain::Until;

/// What one look showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    /// It is in this block of the chain as it is now.
    In {
        /// The block.
        block: B256,
        /// Whether the block is as sure as was asked for.
        is_settled: bool,
    },
    /// It waits for a block.
    Waiting,
    /// No endpoint has it.
    Nowhere,
    /// No endpoint has it, and a settled transaction of its sender has its number.
    Replaced,
}

/// What is known.
#[derive(Debug)]
pub(super) struct Watch {
    until: Until,
    /// Its sender and its number, once somebody has seen it.
    pub(super) sender: Option<(Address, u64)>,
    /// The block in which it was last seen.
    block: Option<B256>,
    /// How often it left a block that it had been in.
    pub(super) moves: u64,
    was_seen: bool,
}

impl Watch {
    pub(super) fn new(until: Until, sender: Option<(Address, u64)>) -> Self {
        Self { until, sender, block: None, moves: 0, was_seen: false }
    }

    /// Learns from a look, and says whether it was the last one that is needed.
    pub(super) fn is_over(&mut self, look: &Look) -> bool {
        match look {
            Look::In { block, is_settled } => {
                if self.block.is_some_and(|before| before != *block) {
                    self.moves += 1;
                }
                (self.block, self.was_seen) = (Some(*block), true);
                *is_settled
            }
            Look::Waiting | Look::Nowhere => {
                self.moves += u64::from(self.block.take().is_some());
                self.was_seen |= *look == Look::Waiting;
                false
            }
            Look::Replaced => true,
        }
    }

    /// The highest block that is as sure as was asked for.
    pub(super) fn settled(&self, heads: &Heads) -> Option<u64> {
        match self.until {
            Until::Confirmations(blocks) => heads.latest.checked_sub(blocks),
            Until::Safe => heads.safe,
            Until::Finalized => heads.finalized,
        }
    }

    /// What to call a transaction that no endpoint has.
    pub(super) fn absent(&self) -> &'static str {
        if self.was_seen { "dropped" } else { "not_found" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(block: u8, is_settled: bool) -> Look {
        Look::In { block: B256::repeat_byte(block), is_settled }
    }

    #[test]
    fn it_is_over_when_the_block_in_which_it_is_now_is_settled() {
        let mut watch = Watch::new(Until::Confirmations(2), None);
        assert!(!watch.is_over(&Look::Nowhere));
        assert_eq!(watch.absent(), "not_found");
        assert!(!watch.is_over(&at(1, false)));
        assert!(!watch.is_over(&Look::Waiting), "its block was left behind");
        assert!(!watch.is_over(&at(2, false)));
        assert!(watch.is_over(&at(2, true)));
        assert_eq!(watch.moves, 1);
    }

    #[test]
    fn one_that_nobody_has_any_more_was_dropped_and_one_that_was_replaced_is_waited_for_no_longer()
    {
        let mut watch = Watch::new(Until::Safe, None);
        assert!(!watch.is_over(&at(1, false)));
        assert!(!watch.is_over(&at(2, false)), "it only moved");
        assert!(!watch.is_over(&Look::Nowhere));
        assert_eq!((watch.absent(), watch.moves), ("dropped", 2));
        assert!(watch.is_over(&Look::Replaced));
    }

    #[test]
    fn what_is_settled_is_deep_enough_or_what_the_chain_says() {
        let heads = Heads { latest: 100, safe: None, finalized: Some(90) };
        let settled = |until| Watch::new(until, None).settled(&heads);
        assert_eq!(settled(Until::Confirmations(0)), Some(100));
        assert_eq!(settled(Until::Confirmations(12)), Some(88));
        assert_eq!(settled(Until::Confirmations(101)), None);
        assert_eq!(settled(Until::Safe), None, "the chain has no such word");
        assert_eq!(settled(Until::Finalized), Some(90));
    }
}
