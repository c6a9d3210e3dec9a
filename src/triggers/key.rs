//! By what a live trigger is found.

use std::sync::Arc;

use crate::primitives::OrganizationId;

/// One way to a trigger. A trigger may have several, and many triggers may share one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Everything of one kind.
    Kind(&'static str),
    /// Logs of a chain; without an address those of every contract, without a topic every event.
    Log {
        /// The chain's id.
        chain: u64,
        /// The contract.
        address: Option<[u8; 20]>,
        /// The hash of the event's signature.
        topic: Option<[u8; 32]>,
    },
    /// Everything that watches a chain.
    Chain(u64),
    /// The price of an asset, as its source names it.
    Price(Arc<str>),
    /// Events of an organization under a name or a pattern.
    Event {
        /// Whose.
        organization: OrganizationId,
        /// The name or pattern, as it was written.
        pattern: Arc<str>,
    },
}
