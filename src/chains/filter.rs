//! Which logs somebody wants.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, Bloom, BloomInput};

use super::receipt::Log;

/// How many topics a log has at most.
pub(super) const MAX_TOPICS: usize = 4;

/// Logs of any of these contracts, with any of these topics in their places; an empty set asks for
/// nothing in particular.
///
/// All filters of a chain are merged into few, so it may hold more than a node takes at once: the
/// reader cuts it into calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// The contracts.
    pub addresses: BTreeSet<Address>,
    /// The topics, by place. The first one is the hash of the signature of an event.
    pub topics: [BTreeSet<B256>; MAX_TOPICS],
}

impl LogFilter {
    /// Whether a log is one of those.
    pub fn matches(&self, log: &Log) -> bool {
        let fits = |(at, wanted): (usize, &BTreeSet<B256>)| {
            wanted.is_empty() || log.topics.get(at).is_some_and(|topic| wanted.contains(topic))
        };
        (self.addresses.is_empty() || self.addresses.contains(&log.address))
            && self.topics.iter().enumerate().all(fits)
    }

    /// Whether a block with this bloom may have such logs. A bloom errs to the side of yes, never
    /// to that of no.
    pub fn may_match(&self, bloom: &Bloom) -> bool {
        fn any<'a>(bloom: &Bloom, mut words: impl Iterator<Item = &'a [u8]>) -> bool {
            words.any(|word| bloom.contains_input(BloomInput::Raw(word)))
        }
        let anything = bloom.iter().any(|byte| *byte != 0);
        let has_topic = |wanted: &BTreeSet<B256>| {
            wanted.is_empty() || any(bloom, wanted.iter().map(|word| &word[..]))
        };
        anything
            && (self.addresses.is_empty()
                || any(bloom, self.addresses.iter().map(|word| &word[..])))
            && self.topics.iter().all(has_topic)
    }

    /// The filter in parts of so many addresses, and topics in one place, at most. No log is in two
    /// of them.
    pub(super) fn parts(&self, most: usize) -> Vec<Self> {
        let with = |addresses| Self { addresses, topics: self.topics.clone() };
        let mut parts: Vec<Self> = cut(&self.addresses, most).into_iter().map(with).collect();
        for at in 0..MAX_TOPICS {
            parts = parts.iter().flat_map(|part| part.by_topics(at, most)).collect();
        }
        parts
    }

    fn by_topics(&self, at: usize, most: usize) -> Vec<Self> {
        let with = |wanted| {
            let mut part = self.clone();
            part.topics[at] = wanted;
            part
        };
        cut(&self.topics[at], most).into_iter().map(with).collect()
    }

    /// The filter in two parts: by addresses, and where there is but one, by the topics of the place
    /// that has most of them.
    pub(super) fn halves(&self) -> Option<Vec<Self>> {
        let half = |length: usize| length.div_ceil(2);
        let addresses = self.addresses.len();
        if addresses > 1 {
            let cut = cut(&self.addresses, half(addresses)).into_iter();
            return Some(cut.map(|addresses| Self { addresses, ..self.clone() }).collect());
        }
        let lengths = self.topics.iter().map(BTreeSet::len).enumerate();
        let (at, length) = lengths.max_by_key(|(at, length)| (*length, MAX_TOPICS - at))?;
        (length > 1).then(|| self.by_topics(at, half(length)))
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
            topics: [
                topics.iter().map(|byte| B256::repeat_byte(*byte)).collect(),
                BTreeSet::new(),
                BTreeSet::new(),
                BTreeSet::new(),
            ],
        }
    }

    #[test]
    fn a_log_matches_by_address_and_topics_in_their_places_and_an_empty_set_takes_all() {
        assert!(filter(&[], &[]).matches(&log(1, &[])));
        assert!(filter(&[1, 2], &[]).matches(&log(2, &[9])));
        assert!(filter(&[1], &[9]).matches(&log(1, &[9, 8])));
        assert!(!filter(&[1], &[8]).matches(&log(1, &[9, 8])), "the second topic does not count");
        assert!(!filter(&[], &[9]).matches(&log(1, &[])), "an anonymous event has no first topic");
        assert!(!filter(&[1], &[9]).matches(&log(2, &[9])));
        let mut party = filter(&[], &[9]);
        party.topics[2] = BTreeSet::from([B256::repeat_byte(7), B256::repeat_byte(8)]);
        assert!(party.matches(&log(1, &[9, 1, 7])) && party.matches(&log(2, &[9, 8, 8])));
        assert!(!party.matches(&log(1, &[9, 7, 1])) && !party.matches(&log(1, &[9, 7])));
        let mut bloom = Bloom::ZERO;
        bloom.accrue_raw_log(Address::ZERO, &log(1, &[9, 7, 1]).topics);
        assert!(party.may_match(&bloom), "a bloom knows no places");
        party.topics[2] = BTreeSet::from([B256::repeat_byte(6)]);
        assert!(!party.may_match(&bloom));
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
        let mut parties = filter(&[], &[1]);
        parties.topics[1] =
            (0..2_500_u64).map(|n| B256::left_padding_from(&n.to_be_bytes())).collect();
        let sizes: Vec<_> = parties.parts(1_000).iter().map(|part| part.topics[1].len()).collect();
        assert_eq!(sizes, [1_000, 1_000, 500]);
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
        let mut parties = filter(&[], &[9]);
        parties.topics[2] = BTreeSet::from([B256::repeat_byte(1), B256::repeat_byte(2)]);
        let of = |part: &LogFilter| (part.topics[0].len(), part.topics[2].len());
        let two = halves(parties).unwrap_or_default();
        assert_eq!(two.iter().map(of).collect::<Vec<_>>(), [(1, 1), (1, 1)]);
    }
}
