//! Triggers by contract and first topic, laid out so that looking one up touches one line of memory: with
//! a hundred thousand of them it is the memory, not the work, that takes the time.

use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher;
use std::sync::Arc;

use alloy_primitives::{Address, B256};
use foldhash::fast::RandomState;

use super::matcher::Armed;

/// A contract with a topic, and which of all triggers look for them. Two fill a line of memory, and none
/// lies across two lines.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(32))]
struct Slot {
    address: Address,
    /// The topic's number.
    topic: u32,
    /// From which of all triggers on.
    start: u32,
    /// Up to which; as many as `start` where the slot is free.
    end: u32,
}

impl Slot {
    const fn is_free(&self) -> bool {
        self.start == self.end
    }
}

/// Triggers by contract and first topic; none is added later.
#[derive(Debug)]
pub(super) struct ByContract<S> {
    /// The few topics, numbered.
    topics: HashMap<B256, u32, RandomState>,
    /// Each in the first free slot from its hash on; half of them stay free, and their number is a power
    /// of two.
    slots: Box<[Slot]>,
    /// Seeded anew by each process: nobody outside can choose contracts that collide.
    hashes: RandomState,
    all: Vec<Arc<Armed<S>>>,
}

impl<S> ByContract<S> {
    /// Those, each under every contract that it is about.
    pub(super) fn new(by: HashMap<(Address, B256), Vec<Arc<Armed<S>>>, RandomState>) -> Self {
        // There is memory for far fewer than four thousand million.
        let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let free = (by.len() * 2).next_power_of_two();
        let mut table = Self {
            topics: HashMap::default(),
            slots: vec![Slot::default(); free].into_boxed_slice(),
            hashes: RandomState::default(),
            all: Vec::new(),
        };
        for ((address, topic), mut some) in by.into_iter().filter(|(_, some)| !some.is_empty()) {
            let next = place(table.topics.len());
            let topic = *table.topics.entry(topic).or_insert(next);
            let start = place(table.all.len());
            table.all.append(&mut some);
            let end = place(table.all.len());
            let at = table.find(address, topic);
            table.slots[at] = Slot { address, topic, start, end };
        }
        table
    }

    /// Where a contract with a topic stands, or would.
    fn find(&self, address: Address, topic: u32) -> usize {
        let last = self.slots.len() - 1;
        let hash = self.hashes.hash_one((address.0.0, topic));
        // Only the lowest bits count.
        #[expect(clippy::cast_possible_truncation, reason = "the table is no longer than memory")]
        let mut at = hash as usize & last;
        loop {
            let slot = &self.slots[at];
            if slot.is_free() || (slot.address == address && slot.topic == topic) {
                return at;
            }
            at = (at + 1) & last;
        }
    }

    /// Those of a contract and a first topic.
    pub(super) fn get(&self, address: Address, topic: B256) -> Option<&[Arc<Armed<S>>]> {
        let topic = *self.topics.get(&topic)?;
        let slot = self.slots[self.find(address, topic)];
        self.all.get(slot.start as usize..slot.end as usize).filter(|some| !some.is_empty())
    }

    /// All of them; those of several contracts several times.
    pub(super) fn all(&self) -> &[Arc<Armed<S>>] {
        &self.all
    }

    /// The contracts, in order.
    pub(super) fn contracts(&self) -> BTreeSet<Address> {
        self.slots.iter().filter(|slot| !slot.is_free()).map(|slot| slot.address).collect()
    }

    /// The topics, in order.
    pub(super) fn topics(&self) -> BTreeSet<B256> {
        self.topics.keys().copied().collect()
    }
}
