//! What the floor of a wallet on a chain can be told.

use alloy_primitives::{Address, U256};
use time::OffsetDateTime;

use super::event::TopUp;
use crate::primitives::{OrganizationId, WalletId};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order: a person, or the part of the house.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done, or was seen.
#[derive(Debug, Clone)]
pub enum Order {
    /// Hold the wallet to this.
    Set {
        /// Whose it is.
        organization: OrganizationId,
        /// The wallet.
        wallet: WalletId,
        /// Its address.
        address: Address,
        /// The chain.
        chain: u64,
        /// How much of the coin there should be at least, in wei.
        floor: U256,
        /// Who gets more when the wallet cannot pay.
        top_up: Option<TopUp>,
    },
    /// Hold the wallet to nothing any more.
    Remove,
    /// Note what the wallet has, where that says something new.
    See {
        /// How much of the coin, in wei.
        balance: U256,
        /// At which block.
        block: u64,
    },
}
