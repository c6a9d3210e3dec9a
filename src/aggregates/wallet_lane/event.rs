//! What happened in a lane. Stored for ever: a changed shape is a new version and an upcaster.

use alloy_primitives::{Address, B256, U256};
use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::funding::TopUp;
use super::intent::{Intent, Origin};
use crate::policies::approvals::{Discharged, Need};
use crate::primitives::{IntentId, RunId};
use crate::transactions::{SignedBytes, Unsigned};

/// What a node said when it was sent a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase", tag = "said")]
pub enum Sent {
    /// It has taken it.
    Accepted,
    /// It had it before.
    AlreadyKnown,
    /// It refuses it; the transaction is not in its pool.
    Rejected {
        /// Its words.
        message: String,
    },
    /// Nothing that could be relied on: it may have it or not.
    Unknown {
        /// What was seen instead.
        message: String,
    },
}

/// A transaction in a block, and what that came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inclusion {
    /// The transaction.
    pub hash: B256,
    /// Who sent it.
    pub from: Address,
    /// Its nonce.
    pub nonce: u64,
    /// The block's number.
    pub block_number: u64,
    /// The block's hash.
    pub block_hash: B256,
    /// Whether it was carried out, not reverted.
    pub is_success: bool,
    /// What gas it took.
    pub gas_used: u64,
    /// At which price, in wei a gas, as a decimal text.
    pub gas_price: String,
    /// The contract that it made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Address>,
}

impl Inclusion {
    /// What it cost, in wei.
    pub fn fee(&self) -> U256 {
        let price: U256 = self.gas_price.parse().unwrap_or_default();
        price.saturating_mul(U256::from(self.gas_used))
    }
}

/// A fact of a lane's life.
///
/// Where somebody waits no longer for an intent with a fact, it names him: its `origin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A transaction should happen.
    IntentAccepted {
        /// Which one.
        intent: Box<Intent>,
        /// Who asked for it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The policy was asked.
    PolicyDecided {
        /// About which intent.
        intent_id: IntentId,
        /// Whether it may be signed. Where people have to approve it first, `approval_requested` follows.
        is_allowed: bool,
        /// How much its fees may come to, in wei, where it may be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fee_budget: Option<U256>,
        /// Why not, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refusal: Option<String>,
        /// From which rules and facts that follows.
        reasons: Json,
        /// Who waits no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Origin>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// People are asked whether it may be signed.
    ApprovalRequested {
        /// Which intent.
        intent_id: IntentId,
        /// What they approve: the digest of the call and of what its fees may come to.
        digest: B256,
        /// Who caused it, and does not approve it.
        asked_by: String,
        /// What is wanted of whom.
        needs: Vec<Need>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody approved it.
    ApprovalGranted {
        /// Which intent.
        intent_id: IntentId,
        /// What was approved.
        digest: B256,
        /// Who did it.
        by: String,
        /// What they said of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
        /// Whether nobody else has to.
        is_enough: bool,
        /// Who was asked and is waited for no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        discharged: Option<Discharged>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody said no. It is over.
    ApprovalRejected {
        /// Which intent.
        intent_id: IntentId,
        /// What was rejected.
        digest: B256,
        /// Who did it.
        by: String,
        /// What they said of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
        /// Who waits no longer.
        origin: Origin,
        /// Who was asked and is waited for no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        discharged: Option<Discharged>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Too few approved it in time. It is over.
    ApprovalExpired {
        /// Which intent.
        intent_id: IntentId,
        /// Who waits no longer.
        origin: Origin,
        /// Who was asked and is waited for no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        discharged: Option<Discharged>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It was tried without being sent, and would be carried out.
    Simulated {
        /// Which intent.
        intent_id: IntentId,
        /// The limit for its gas.
        gas_limit: u64,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It was tried without being sent, and would fail. It is over.
    SimulationFailed {
        /// Which intent.
        intent_id: IntentId,
        /// Why.
        reason: String,
        /// Who waits no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Origin>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The wallet cannot pay it: it keeps its place, and waits for a run that gets the money.
    FundsLacking {
        /// Which intent.
        intent_id: IntentId,
        /// How much of the coin the wallet has, in wei.
        balance: U256,
        /// How much is needed for its value and fees and for those of what is on its way, in wei.
        needed: U256,
        /// The run that gets the money.
        run_id: RunId,
        /// Until when it waits, all in all.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
        /// Who waits meanwhile.
        origin: Origin,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A run is to get money for the wallet. No other one begins before it is over.
    TopUpWanted {
        /// For which intent.
        intent_id: IntentId,
        /// The run, and what it is told.
        top_up: Box<TopUp>,
        /// The run that wants the intent.
        for_run: RunId,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The time of the run that gets money is over: it is to end.
    TopUpCalledOff {
        /// For which intent it began.
        intent_id: IntentId,
        /// The run.
        run_id: RunId,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The run that gets money is over, or could not begin.
    TopUpEnded {
        /// For which intent it began.
        intent_id: IntentId,
        /// The run.
        run_id: RunId,
        /// Why it got no money, where it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<String>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The wallet can pay it now: it goes on.
    FundsArrived {
        /// Which intent.
        intent_id: IntentId,
        /// How much of the coin the wallet has, in wei.
        balance: U256,
        /// How much is needed, in wei.
        needed: U256,
        /// Who waits.
        origin: Origin,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It has a nonce, which nothing else of this lane gets.
    NonceReserved {
        /// Which intent.
        intent_id: IntentId,
        /// The nonce.
        nonce: u64,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// This is to be signed. From here on it may have been.
    SignRequested {
        /// Of which intent.
        intent_id: IntentId,
        /// What is to be signed.
        transaction: Unsigned,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is signed. From here on it may be sent, and is these bytes for ever.
    Signed {
        /// Of which intent.
        intent_id: IntentId,
        /// The transaction's hash.
        hash: B256,
        /// The transaction, as the bytes that are sent.
        transaction: SignedBytes,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Nodes were sent it, and said something that they had not said of it before.
    BroadcastAttempted {
        /// Of which intent.
        intent_id: IntentId,
        /// The transaction.
        hash: B256,
        /// What they said.
        outcome: Sent,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It stands in a block.
    Included {
        /// Of which intent.
        intent_id: IntentId,
        /// In which, and what that came to.
        inclusion: Inclusion,
        /// Who waits no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Origin>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Its block is none of the chain's any more.
    Orphaned {
        /// Of which intent.
        intent_id: IntentId,
        /// The transaction.
        hash: B256,
        /// The block that is gone.
        block_hash: B256,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Its block stays. It is over.
    Finalized {
        /// Of which intent.
        intent_id: IntentId,
        /// In which block, and what that came to.
        inclusion: Inclusion,
        /// Who waits no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Origin>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A transaction that is none of ours has its nonce for good. It gets another one.
    NonceConflict {
        /// Of which intent.
        intent_id: IntentId,
        /// The nonce that is lost.
        nonce: u64,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is to be called off, and has a nonce: what moves nothing is sent in its place, and one of the two
    /// is carried out.
    CancelRequested {
        /// Which intent.
        intent_id: IntentId,
        /// Why.
        reason: String,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It was given up before it had a nonce, or something that moves nothing has its nonce for good. It is
    /// over.
    Cancelled {
        /// Which intent.
        intent_id: IntentId,
        /// Why.
        reason: String,
        /// Who did it.
        by: String,
        /// What has its nonce for good, where it had one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<B256>,
        /// Who waits no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<Origin>,
        /// Who was asked and is waited for no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        discharged: Option<Discharged>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 23] = [
        "intent_accepted",
        "policy_decided",
        "approval_requested",
        "approval_granted",
        "approval_rejected",
        "approval_expired",
        "simulated",
        "simulation_failed",
        "funds_lacking",
        "top_up_wanted",
        "top_up_called_off",
        "top_up_ended",
        "funds_arrived",
        "nonce_reserved",
        "sign_requested",
        "signed",
        "broadcast_attempted",
        "included",
        "orphaned",
        "finalized",
        "nonce_conflict",
        "cancel_requested",
        "cancelled",
    ];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::IntentAccepted { .. } => "intent_accepted",
            Self::PolicyDecided { .. } => "policy_decided",
            Self::ApprovalRequested { .. } => "approval_requested",
            Self::ApprovalGranted { .. } => "approval_granted",
            Self::ApprovalRejected { .. } => "approval_rejected",
            Self::ApprovalExpired { .. } => "approval_expired",
            Self::Simulated { .. } => "simulated",
            Self::SimulationFailed { .. } => "simulation_failed",
            Self::FundsLacking { .. } => "funds_lacking",
            Self::TopUpWanted { .. } => "top_up_wanted",
            Self::TopUpCalledOff { .. } => "top_up_called_off",
            Self::TopUpEnded { .. } => "top_up_ended",
            Self::FundsArrived { .. } => "funds_arrived",
            Self::NonceReserved { .. } => "nonce_reserved",
            Self::SignRequested { .. } => "sign_requested",
            Self::Signed { .. } => "signed",
            Self::BroadcastAttempted { .. } => "broadcast_attempted",
            Self::Included { .. } => "included",
            Self::Orphaned { .. } => "orphaned",
            Self::Finalized { .. } => "finalized",
            Self::NonceConflict { .. } => "nonce_conflict",
            Self::CancelRequested { .. } => "cancel_requested",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// The intent that it is about.
    pub fn intent(&self) -> IntentId {
        match self {
            Self::IntentAccepted { intent, .. } => intent.intent_id,
            Self::PolicyDecided { intent_id, .. }
            | Self::ApprovalRequested { intent_id, .. }
            | Self::ApprovalGranted { intent_id, .. }
            | Self::ApprovalRejected { intent_id, .. }
            | Self::ApprovalExpired { intent_id, .. }
            | Self::Simulated { intent_id, .. }
            | Self::SimulationFailed { intent_id, .. }
            | Self::FundsLacking { intent_id, .. }
            | Self::TopUpWanted { intent_id, .. }
            | Self::TopUpCalledOff { intent_id, .. }
            | Self::TopUpEnded { intent_id, .. }
            | Self::FundsArrived { intent_id, .. }
            | Self::NonceReserved { intent_id, .. }
            | Self::SignRequested { intent_id, .. }
            | Self::Signed { intent_id, .. }
            | Self::BroadcastAttempted { intent_id, .. }
            | Self::Included { intent_id, .. }
            | Self::Orphaned { intent_id, .. }
            | Self::Finalized { intent_id, .. }
            | Self::NonceConflict { intent_id, .. }
            | Self::CancelRequested { intent_id, .. }
            | Self::Cancelled { intent_id, .. } => *intent_id,
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
