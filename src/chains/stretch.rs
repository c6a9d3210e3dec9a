//! How many blocks a node is asked for at once: pure.

use std::ops::RangeInclusive;

use super::fault::Advice;

/// Where it begins.
const FIRST: u64 = 2_000;
/// How far it grows.
const LONGEST: u64 = 100_000;

/// Counts of logs at which providers cut answers off without a word.
const SUSPICIOUS: [usize; 3] = [1_000, 10_000, 20_000];

/// Whether an answer of this many logs may be one that was cut off.
pub(super) fn is_suspicious(logs: usize) -> bool {
    SUSPICIOUS.contains(&logs)
}

/// How far one node is asked at once. It learns from what the node refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch(u64);

impl Default for Stretch {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Stretch {
    /// The first part of a range that is not too long for the node.
    pub(super) fn of(self, range: &RangeInclusive<u64>) -> RangeInclusive<u64> {
        let (from, to) = (*range.start(), *range.end());
        from..=to.min(from.saturating_add(self.0 - 1))
    }

    /// A part was read: the next may be a quarter longer.
    pub(super) fn grow(&mut self) {
        self.0 = (self.0 + (self.0 / 4).max(1)).min(LONGEST);
    }

    /// A part was too much. What the node suggests is taken if it is less, else half of it.
    /// `false` says that one block alone is too much.
    #[must_use]
    pub(super) fn shrink(&mut self, asked: &RangeInclusive<u64>, advice: &Advice) -> bool {
        let length = asked.end() - asked.start() + 1;
        if length == 1 {
            return false;
        }
        let suggested = match advice {
            // Only one that begins where we begin leaves no hole.
            Advice::Range(range) if range.start() == asked.start() => {
                range.end().checked_sub(*range.start()).map(|more| more + 1)
            }
            Advice::None | Advice::Words | Advice::Range(_) => None,
            Advice::Blocks(blocks) => Some(*blocks),
        };
        let fits = |suggested: &u64| *suggested > 0 && *suggested < length;
        self.0 = suggested.filter(fits).unwrap_or(length / 2);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_begins_at_2000_blocks_and_grows_by_a_quarter() {
        let mut stretch = Stretch::default();
        assert_eq!(stretch.of(&(10..=5_000)), 10..=2_009);
        stretch.grow();
        assert_eq!(stretch.of(&(10..=5_000)), 10..=2_509);
        assert_eq!(stretch.of(&(10..=20)), 10..=20);
        (0..100).for_each(|_| stretch.grow());
        assert_eq!(stretch.0, LONGEST);
    }

    #[test]
    fn a_suggestion_counts_only_if_it_shrinks_the_range_and_leaves_no_hole() {
        let asked = 100..=299;
        for (advice, left) in [
            (Advice::Range(100..=149), 50),
            (Advice::Range(100..=299), 100),
            (Advice::Range(100..=900), 100),
            (Advice::Range(150..=160), 100),
            (Advice::Range(RangeInclusive::new(100, 50)), 100),
            (Advice::Blocks(10), 10),
            (Advice::Blocks(200), 100),
            (Advice::Blocks(0), 100),
            (Advice::None, 100),
        ] {
            let mut stretch = Stretch::default();
            assert!(stretch.shrink(&asked, &advice));
            assert_eq!(stretch.0, left, "{advice:?}");
        }
    }

    #[test]
    fn one_block_cannot_be_halved() {
        let mut stretch = Stretch(1);
        assert!(!stretch.shrink(&(7..=7), &Advice::None));
        assert_eq!(stretch.of(&(7..=9)), 7..=7);
    }
}
