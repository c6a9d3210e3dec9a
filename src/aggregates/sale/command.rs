//! What a sale can be told.

use alloy_primitives::B256;
use time::OffsetDateTime;

use super::event::Reservation;
use crate::primitives::RunId;

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
    /// Keep the authorization for this run.
    Reserve(Box<Reservation>),
    /// Note that the run has begun.
    Begin(RunId),
    /// Note that no run begins: nothing is asked for.
    Decline(String),
    /// Note that the money is about to be asked for.
    Ask,
    /// Note that it is not known whether it moved.
    Doubt(String),
    /// Note that it moved.
    Settle {
        /// By which transaction, where that is known.
        transaction: Option<B256>,
    },
    /// Note that it did not move, and never will by this.
    Refuse(String),
}
