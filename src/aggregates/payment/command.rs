//! What a payment can be told.

use alloy_primitives::B256;
use engine::Json;
use time::OffsetDateTime;

use super::event::{Opening, Outcome, Wish};
use crate::transactions::Signature;

/// An order, and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Take up a request that may have to be paid for.
    Open(Box<Opening>),
    /// Note that it was answered without a payment.
    Answer(Json),
    /// Note that it is not paid for: what is asked is too much, or cannot be paid.
    Decline(String),
    /// Note what is to be authorized.
    Want(Box<Wish>),
    /// Note that the policies do not let it be signed.
    Deny(String),
    /// Note the signature.
    Sign(Signature),
    /// Note what came of presenting it.
    Present(Outcome),
    /// Note that the seller gave what was paid for.
    Pay {
        /// What he gave, as a node tells it.
        answer: Json,
        /// The transaction that he names.
        transaction: Option<B256>,
    },
    /// Note that the chain has carried it out, though no seller gave anything for it.
    Lose {
        /// By which transaction, where that is known.
        transaction: Option<B256>,
    },
    /// Note that its time is over in a final block, and that it was not carried out.
    Expire {
        /// That block.
        block: B256,
        /// Its number.
        number: u64,
    },
}
