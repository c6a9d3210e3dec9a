//! Why the wallets of an organization refuse an order.

use super::state::{MAX_NAME, MAX_WALLETS};
use crate::primitives::WalletId;

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such wallet.
    #[error("there is no such wallet")]
    Unknown,
    /// It was added before.
    #[error("the wallet is there already")]
    Exists,
    /// The name cannot be used.
    #[error("a wallet's name has 1 to {MAX_NAME} characters, without control characters")]
    Name,
    /// Another wallet has the name.
    #[error("wallet {0} has this name already: choose another one")]
    NameTaken(WalletId),
    /// Another wallet has the address.
    #[error("wallet {0} has this address already: one key is one wallet")]
    AddressTaken(WalletId),
    /// There are too many wallets.
    #[error("an organization has at most {MAX_WALLETS} wallets")]
    Full,
    /// It is archived.
    #[error("the wallet is archived: restore it first")]
    Archived,
    /// It is not archived.
    #[error("the wallet is not archived")]
    InUse,
}
