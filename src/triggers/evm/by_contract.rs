//! Triggers by contract and first topic, laid out so that looking one up touches little memory: with a
//! hundred thousand of them it is the memory, not the work, that takes the time.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use alloy_primitives::{Address, B256};
use foldhash::fast::RandomState;

use super::matcher::Armed;

/// Which of all triggers.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
}

/// Triggers by contract and first topic; none is added later.
#[derive(Debug)]
pub(super) struct ByContract<S> {
    /// Few topics, each with many contracts: the addresses of one lie close together.
    topics: HashMap<B256, HashMap<Address, Span, RandomState>, RandomState>,
    all: Vec<Arc<Armed<S>>>,
}

impl<S> ByContract<S> {
    /// Those, each under every contract that it is about.
    pub(super) fn new(by: HashMap<(Address, B256), Vec<Arc<Armed<S>>>, RandomState>) -> Self {
        let mut topics: HashMap<_, HashMap<_, _, _>, RandomState> = HashMap::default();
        let mut all = Vec::new();
        // There is memory for far fewer than four thousand million.
        let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        for ((address, topic), mut some) in by {
            let start = place(all.len());
            all.append(&mut some);
            let span = Span { start, end: place(all.len()) };
            topics.entry(topic).or_insert_with(HashMap::default).insert(address, span);
        }
        for contracts in topics.values_mut() {
            contracts.shrink_to_fit();
        }
        Self { topics, all }
    }

    /// Those of a contract and a first topic.
    pub(super) fn get(&self, address: Address, topic: B256) -> Option<&[Arc<Armed<S>>]> {
        let Span { start, end } = *self.topics.get(&topic)?.get(&address)?;
        self.all.get(start as usize..end as usize)
    }

    /// All of them; those of several contracts several times.
    pub(super) fn all(&self) -> &[Arc<Armed<S>>] {
        &self.all
    }

    /// The contracts, in order.
    pub(super) fn contracts(&self) -> BTreeSet<Address> {
        self.topics.values().flat_map(HashMap::keys).copied().collect()
    }

    /// The topics, in order.
    pub(super) fn topics(&self) -> BTreeSet<B256> {
        self.topics.keys().copied().collect()
    }
}
