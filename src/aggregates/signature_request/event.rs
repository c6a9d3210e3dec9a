//! What happened to a document that should be signed. Stored for ever: a changed shape is a new version and
//! an upcaster.

use alloy_primitives::{Address, B256};
use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::intent::{Intent, Origin};
use crate::policies::approvals::{Discharged, Need};
use crate::policies::limits::Proof;
use crate::primitives::{IntentId, WalletId};
use crate::transactions::Signature;

/// Who is told that a request is over, and what they need to know of it. It stands in the event that ends
/// it, so that nobody has to read the stream for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// The request.
    pub intent_id: IntentId,
    /// By which wallet.
    pub wallet_id: WalletId,
    /// The wallet's address.
    pub signer: Address,
    /// The node that wants it, or in whose name it is wanted.
    pub origin: Origin,
    /// Who uses the signature and is told, where that is not the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// A fact of the life of a document that should be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A document should be signed.
    Accepted {
        /// Which one.
        intent: Box<Intent>,
        /// Who asked for it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The policies were asked. It is over where they do not allow it.
    PolicyDecided {
        /// Whether it may be signed. Where people have to approve it first, `approval_requested` follows.
        is_allowed: bool,
        /// Why not, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refusal: Option<String>,
        /// From which rules and facts that follows.
        reasons: Json,
        /// Who is told, where it is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        told: Option<Box<Told>>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// People are asked whether it may be signed.
    ApprovalRequested {
        /// What they approve: the digest of the document.
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
        discharged: Discharged,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Somebody said no. It is over.
    ApprovalRejected {
        /// What was rejected.
        digest: B256,
        /// Who did it.
        by: String,
        /// What they said of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
        /// Who was asked and is waited for no longer.
        discharged: Discharged,
        /// Who is told.
        told: Box<Told>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Too few approved it in time. It is over.
    ApprovalExpired {
        /// Who was asked and is waited for no longer.
        discharged: Discharged,
        /// Who is told.
        told: Box<Told>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A backend is asked for the signature. From here on there may be one.
    SignRequested {
        /// The digest of the document.
        digest: B256,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is signed, and this is the signature for ever.
    Signed {
        /// The digest of the document.
        digest: B256,
        /// The signature.
        signature: Signature,
        /// Who is told.
        told: Box<Told>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It may not be signed any more. It is over.
    Refused {
        /// Why.
        reason: String,
        /// Whether a backend was asked before: then nobody can prove that it has not signed.
        may_exist: bool,
        /// Who is told.
        told: Box<Told>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It was given up before there was a signature. It is over.
    Cancelled {
        /// Why.
        reason: String,
        /// Who did it.
        by: String,
        /// Whether a backend was asked before: then nobody can prove that it has not signed.
        may_exist: bool,
        /// Who was asked to approve it and is waited for no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        discharged: Option<Discharged>,
        /// Who is told.
        told: Box<Told>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Its user has used the signature, or lets it count as used.
    Settled {
        /// Of which document.
        intent_id: IntentId,
        /// Who says so.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Its time was over, and nobody had used the signature.
    Lapsed {
        /// Of which document.
        intent_id: IntentId,
        /// How that is known.
        proof: Proof,
        /// Who says so.
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
    pub const NAMES: [&'static str; 12] = [
        "accepted",
        "policy_decided",
        "approval_requested",
        "approval_granted",
        "approval_rejected",
        "approval_expired",
        "sign_requested",
        "signed",
        "refused",
        "cancelled",
        "settled",
        "lapsed",
    ];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::PolicyDecided { .. } => "policy_decided",
            Self::ApprovalRequested { .. } => "approval_requested",
            Self::ApprovalGranted { .. } => "approval_granted",
            Self::ApprovalRejected { .. } => "approval_rejected",
            Self::ApprovalExpired { .. } => "approval_expired",
            Self::SignRequested { .. } => "sign_requested",
            Self::Signed { .. } => "signed",
            Self::Refused { .. } => "refused",
            Self::Cancelled { .. } => "cancelled",
            Self::Settled { .. } => "settled",
            Self::Lapsed { .. } => "lapsed",
        }
    }

    /// Who is told that it is over, where this event ends it.
    pub fn told(&self) -> Option<&Told> {
        match self {
            Self::PolicyDecided { told, .. } => told.as_deref(),
            Self::Signed { told, .. }
            | Self::Refused { told, .. }
            | Self::Cancelled { told, .. }
            | Self::ApprovalRejected { told, .. }
            | Self::ApprovalExpired { told, .. } => Some(told),
            Self::Accepted { .. }
            | Self::ApprovalRequested { .. }
            | Self::ApprovalGranted { .. }
            | Self::SignRequested { .. }
            | Self::Settled { .. }
            | Self::Lapsed { .. } => None,
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
