//! What happened to the wallets of an organization. Stored for ever: a changed shape is a new version
//! and an upcaster.

use alloy_primitives::Address;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{OrganizationId, WalletId};

/// Where the key of a wallet comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The backend made it, and nobody has seen it.
    Created,
    /// Somebody brought it along, who may still have it.
    Imported,
}

/// A fact of the life of an organization's wallets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// There is a wallet.
    Added {
        /// Whose it is.
        organization_id: OrganizationId,
        /// Its id.
        wallet_id: WalletId,
        /// What people call it.
        name: String,
        /// Its address, the same on every chain.
        address: Address,
        /// The backend that keeps its key.
        backend: String,
        /// Under which name the backend keeps it.
        key: String,
        /// Where the key comes from.
        provenance: Provenance,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is called otherwise.
    Renamed {
        /// The wallet.
        wallet_id: WalletId,
        /// What people call it.
        name: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is used where nobody says which.
    MadeDefault {
        /// The wallet.
        wallet_id: WalletId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It signs nothing any more.
    Archived {
        /// The wallet.
        wallet_id: WalletId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It signs again.
    Restored {
        /// The wallet.
        wallet_id: WalletId,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 5] =
        ["added", "renamed", "made_default", "archived", "restored"];

    /// The wallet that is there by this event, if it is one that adds one.
    pub const fn added(&self) -> Option<WalletId> {
        match self {
            Self::Added { wallet_id, .. } => Some(*wallet_id),
            Self::Renamed { .. }
            | Self::MadeDefault { .. }
            | Self::Archived { .. }
            | Self::Restored { .. } => None,
        }
    }

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Added { .. } => "added",
            Self::Renamed { .. } => "renamed",
            Self::MadeDefault { .. } => "made_default",
            Self::Archived { .. } => "archived",
            Self::Restored { .. } => "restored",
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
