//! A document that should be signed, as it was asked for.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use crate::aggregates::wallet_lane::Origin;
use crate::primitives::{IntentId, OrganizationId, WalletId};
use crate::transactions::TypedData;

/// A document that should be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// Its id, which follows from who wants it. No transaction has the same.
    pub intent_id: IntentId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Who signs it.
    pub wallet_id: WalletId,
    /// The wallet's address.
    pub address: Address,
    /// The node that wants it, or in whose name it is wanted.
    pub origin: Origin,
    /// Who in the house uses the signature, where that is not the node itself: a name of its choice, such
    /// as its stream. The node is not told then; the user is, by this stream, and says what became of what
    /// is reserved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What is to be signed.
    pub document: TypedData,
    /// When nobody waits for it any more. What is not signed by then is given up.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}
