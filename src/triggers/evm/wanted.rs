//! What has to be asked of a chain for all its triggers together.

use alloy_primitives::{Address, B256};

/// How many addresses, or topics in one place, one question names at most.
pub const MAX_ADDRESSES: usize = 1_000;

/// What has to be read of each block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Which logs.
    pub queries: Vec<Query>,
    /// Whether its transactions have to be read.
    pub transactions: bool,
}

/// One question for logs: from any of these contracts, with any of these topics in their places.
/// What is empty may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The contracts.
    pub addresses: Vec<Address>,
    /// The topics, by place.
    pub topics: [Vec<B256>; 4],
}

impl Query {
    /// Whether it asks for a log.
    pub fn takes(&self, address: Address, topics: &[B256]) -> bool {
        let place = |at: usize| {
            let asked = &self.topics[at];
            asked.is_empty() || topics.get(at).is_some_and(|topic| asked.contains(topic))
        };
        (self.addresses.is_empty() || self.addresses.contains(&address)) && (0..4).all(place)
    }
}

impl Wanted {
    /// Adds questions for one event of many parties, in chunks.
    pub(super) fn parties(&mut self, topic: B256, place: usize, parties: &[B256]) {
        for chunk in parties.chunks(MAX_ADDRESSES) {
            let mut query = Query::default();
            query.topics[0] = vec![topic];
            query.topics[place] = chunk.to_vec();
            self.queries.push(query);
        }
    }

    /// Adds questions for events of contracts, in chunks.
    pub(super) fn contracts(&mut self, addresses: &[Address], topics: &[B256]) {
        for addresses in addresses.chunks(MAX_ADDRESSES) {
            for topics in topics.chunks(MAX_ADDRESSES) {
                let mut query = Query { addresses: addresses.to_vec(), ..Query::default() };
                query.topics[0] = topics.to_vec();
                self.queries.push(query);
            }
        }
    }

    /// Adds questions for events of any contract, in chunks.
    pub(super) fn anywhere(&mut self, topics: &[B256]) {
        for topics in topics.chunks(MAX_ADDRESSES) {
            let mut query = Query::default();
            query.topics[0] = topics.to_vec();
            self.queries.push(query);
        }
    }
}
