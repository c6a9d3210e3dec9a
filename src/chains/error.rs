//! Why nothing is known of a chain at the moment.

use crate::primitives::ChainId;

/// Why a question to a chain has no answer. The texts name hosts, never URLs: those hold keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No endpoint may be asked, or none answered.
    #[error("no endpoint of chain {chain} answers: {problem}")]
    Unreachable {
        /// The chain.
        chain: ChainId,
        /// What the endpoints said, by host.
        problem: String,
    },
    /// Endpoints contradict each other, and none of them is believed.
    #[error("the endpoints of chain {chain} disagree about {subject}")]
    Disputed {
        /// The chain.
        chain: ChainId,
        /// What they disagree about.
        subject: String,
    },
    /// One block is more than any endpoint hands out.
    #[error("block {block} of chain {chain} is larger than its endpoints hand out")]
    TooLarge {
        /// The chain.
        chain: ChainId,
        /// The block: its height or hash.
        block: String,
    },
    /// The block is there, and what stood in the accounts at that time is not kept any more.
    #[error("no endpoint of chain {chain} keeps the state of block {block} any more")]
    Pruned {
        /// The chain.
        chain: ChainId,
        /// The block: its height or hash.
        block: String,
    },
    /// The call was undone, or refused by the rules of the chain: no fault of a node.
    #[error("chain {chain} refuses the call: {problem}")]
    Refused {
        /// The chain.
        chain: ChainId,
        /// The node's words.
        problem: String,
    },
}
