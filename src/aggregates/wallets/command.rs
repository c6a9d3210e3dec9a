//! What the wallets of an organization can be told.

use alloy_primitives::Address;
use time::OffsetDateTime;

use super::event::Provenance;
use crate::primitives::{OrganizationId, WalletId};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// The wallet that is meant.
    pub wallet: WalletId,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Take up a wallet whose key stands in a backend already.
    Add {
        /// Whose it is.
        organization: OrganizationId,
        /// What people call it.
        name: String,
        /// Its address.
        address: Address,
        /// The backend that keeps its key, as `pkcs11`.
        backend: String,
        /// Under which name the backend keeps it.
        key: String,
        /// Where the key comes from.
        provenance: Provenance,
    },
    /// Call it otherwise.
    Rename {
        /// What people call it from here on.
        name: String,
    },
    /// Use it where nobody says which.
    MakeDefault,
    /// Sign nothing with it any more. Its history and its key stay.
    Archive,
    /// Let it sign again.
    Restore,
}
