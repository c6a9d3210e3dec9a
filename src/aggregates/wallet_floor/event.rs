//! What happened to the floor of a wallet on a chain. Stored for ever: a changed shape is a new version and an
//! upcaster.

use alloy_primitives::Address;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{OrganizationId, WalletId, WorkflowId};

/// Who gets more of the coin when a wallet cannot pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TopUp {
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// How long a run of it may take, and is waited for, in milliseconds.
    pub within_ms: u64,
}

/// What a wallet has on a chain, seen at a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Balance {
    /// The wallet.
    pub wallet_id: WalletId,
    /// Its address.
    pub address: Address,
    /// The chain.
    pub chain_id: u64,
    /// How much of the coin it has, in wei, in digits.
    pub balance: String,
    /// How much there should be at least, in wei, in digits.
    pub floor: String,
    /// The block.
    pub block_number: u64,
}

/// A fact of a floor's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// The wallet is held to this from here on.
    Set {
        /// Whose it is.
        organization_id: OrganizationId,
        /// The wallet.
        wallet_id: WalletId,
        /// Its address.
        address: Address,
        /// The chain.
        chain_id: u64,
        /// How much of the coin there should be at least, in wei, in digits.
        floor: String,
        /// Who gets more when the wallet cannot pay.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        top_up: Option<TopUp>,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The wallet is held to nothing any more.
    Removed {
        /// The wallet.
        wallet_id: WalletId,
        /// The chain.
        chain_id: u64,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// There is less than there should be. Said once, until there is enough again.
    BalanceLow {
        /// What there is.
        #[serde(flatten)]
        seen: Balance,
        /// When it was seen.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// There is enough again.
    BalanceRecovered {
        /// What there is.
        #[serde(flatten)]
        seen: Balance,
        /// When it was seen.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 4] = ["set", "removed", "balance_low", "balance_recovered"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Set { .. } => "set",
            Self::Removed { .. } => "removed",
            Self::BalanceLow { .. } => "balance_low",
            Self::BalanceRecovered { .. } => "balance_recovered",
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
