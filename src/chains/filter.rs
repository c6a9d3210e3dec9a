//! Which logs somebody wants.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, Bloom, BloomInput};

use super::receipt::Log;

/// Logs of any of these contracts whose first topic is any of these; an empty set asks for nothing
/// in particular.
///
/// All filters of a chain are merged into one, so it may hold more than a node takes at once: the
/// reader cuts it into calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// The contracts.
    pub addresses: BTreeSet<Address>,
    /// The first topics: hashes of the signatures of events.
    pub topics0: BTreeSet<B256>,
}

impl LogFilter {
    /// Whether a log is one of those.
    pub fn matches(&self, log: &Log) -> bool {
        let topic = || log.topics.first().is_some_and(|topic| self.topics0.contains(topic));
        (self.addresses.is_empty() || self.addresses.contains(&log.address))
            && (self.topics0.is_empty() || topic())
    }

    /// Whether a block with this bloom may have such logs. A bloom errs to the side of yes, never
    /// to that of no.
    pub fn may_match(&self, bloom: &Bloom) -> bool {
        fn any<'a>(bloom: &Bloom, mut words: impl Iterator<Item = &'a [u8]>) -> bool {
            words.any(|word| bloom.contains_input(BloomInput::Raw(word)))
        }
        let anything = bloom.iter().any(|byte| *byte != 0);
        anything
            && (self.addresses.is_empty()
                || any(bloom, self.addresses.iter().map(|word| &word[..])))
            && (self.topics0.is_empty() || any(bloom, self.topics0.iter().map(|word| &word[..])))
    }

    /// The filter in parts of so many addresses and topics at most. No log is in two of them.
    pub(super) fn parts(&self, most: usize) -> Vec<Self> {
        let addresses = cut(&self.addresses, most);
        let topics0 = cut(&self.topics0, most);
        let with = |addresses: &BTreeSet<Address>| {
            let addresses = addresses.clone();
            let part = move |topics0: &BTreeSet<B256>| Self {
                addresses: addresses.clone(),
                topics0: topics0.clone(),
            };
            topics0.iter().map(part).collect::<Vec<_>>()
        };
        addresses.iter().flat_map(with).collect()
    }

    /// The filter in two parts: by addresses, and where there is but one, by topics.
    pub(super) fn halves(&self) -> Option<Vec<Self>> {
        let half = |length: usize| length.div_ceil(2);
        let (addresses, topics) = (self.addresses.len(), self.topics0.len());
        if addresses > 1 {
            let cut = cut(&self.addresses, half(addresses)).into_iter();
            Some(cut.map(|addresses| Self { addresses, topics0: self.topics0.clone() }).collect())
        } else if topics > 1 {
            let cut = cut(&self.topics0, half(topics)).into_iter();
            let addresses = || self.addresses.clone();
            Some(cut.map(|topics0| Self { addresses: addresses(), topics0 }).collect())
        } else {
            None
        }
    }
}

/// A set in parts; the empty one, which asks for nothing in particular, is a part.
fn cut<T: Ord + Copy>(set: &BTreeSet<T>, most: usize) -> Vec<BTreeSet<T>> {
    if set.is_empty() {
        return vec![BTreeSet::new()];
    }
    let all: Vec<T> = set.iter().copied().collect();
    all.chunks(most.max(1)).map(|part| part.iter().copied().collect()).collect()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Bytes;

    use super::*;

    fn log(address: u8, topics: &[u8]) -> Log {
        Log {
            address: Address::repeat_byte(address),
            topics: topics.iter().map(|byte| B256::repeat_byte(*byte)).collect(),
            data: Bytes::new(),
            block_number: 1,
            block_hash: B256::ZERO,
            transaction_hash: B256::ZERO,
            transaction_index: 0,
            log_index: 0,
        }
    }

    fn filter(addresses: &[u8], topics: &[u8]) -> LogFilter {
        LogFilter {
            addresses: addresses.iter().map(|byte| Address::repeat_byte(*byte)).collect(),
            topics0: topics.iter().map(|byte| B256::repeat_byte(*byte)).collect(),
        }
    }

    #[test]
    fn a_log_matches_by_address_and_first_topic_and_an_empty_set_takes_all() {
        assert!(filter(&[], &[]).matches(&log(1, &[])));
        assert!(filter(&[1, 2], &[]).matches(&log(2, &[9])));
        assert!(filter(&[1], &[9]).matches(&log(1, &[9, 8])));
        assert!(!filter(&[1], &[8]).matches(&log(1, &[9, 8])), "the second topic does not count");
        assert!(!filter(&[], &[9]).matches(&log(1, &[])), "an anonymous event has no first topic");
        assert!(!filter(&[1], &[9]).matches(&log(2, &[9])));
    }

    #[test]
    fn the_bloom_of_a_block_rules_filters_out_and_never_hides_a_log() {
        let found = log(1, &[9]);
        let mut bloom = Bloom::ZERO;
        bloom.accrue_raw_log(found.address, &found.topics);
        for wanted in
            [filter(&[], &[]), filter(&[1, 5], &[]), filter(&[], &[9]), filter(&[1], &[9])]
        {
            assert!(wanted.matches(&found) && wanted.may_match(&bloom), "{wanted:?}");
            assert!(!wanted.may_match(&Bloom::ZERO), "{wanted:?}");
        }
        assert!(!filter(&[2], &[]).may_match(&bloom));
        assert!(!filter(&[1], &[7]).may_match(&bloom));
    }
    #[test]
    fn a_large_filter_is_cut_into_parts_of_which_each_log_is_in_one() {
        let addresses = (0..2_500_u64).map(|n| Address::left_padding_from(&n.to_be_bytes()));
        let large = LogFilter { addresses: addresses.collect(), ..filter(&[], &[1, 2]) };
        let parts = large.parts(1_000);
        let sizes: Vec<_> = parts.iter().map(|part| part.addresses.len()).collect();
        assert_eq!(sizes, [1_000, 1_000, 500]);
        assert_eq!(filter(&[], &[]).parts(1_000), [filter(&[], &[])]);
    }

    #[test]
    fn a_filter_is_halved_by_addresses_then_by_topics_then_not_at_all() {
        let halves = |filter: LogFilter| filter.halves();
        assert_eq!(
            halves(filter(&[1, 2, 3], &[9])),
            Some(vec![filter(&[1, 2], &[9]), filter(&[3], &[9])])
        );
        let topics = Some(vec![filter(&[1], &[8]), filter(&[1], &[9])]);
        assert_eq!(halves(filter(&[1], &[8, 9])), topics);
        assert_eq!(halves(filter(&[1], &[9])), None);
    }
}
