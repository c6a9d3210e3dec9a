//! What happened to a payment. Stored for ever: a changed shape is a new version and an upcaster.

use alloy_primitives::{Address, B256};
use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{OrganizationId, PaidEndpointId, PaymentId, RunId, WalletId, WorkflowId};
use crate::transactions::Signature;
use crate::x402::{Authorization, Offer, Version};

/// Who wants the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// As an auditor reads it.
    pub by: String,
    /// The run, where it is a node's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// Where in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_id: Option<String>,
    /// Of which workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<WorkflowId>,
    /// The kind of the trigger that began the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
}

/// A request that may have to be paid for. Its headers and its body stay with whoever wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opening {
    /// The payment's id.
    pub payment_id: PaymentId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// The endpoint of the organization that is meant, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_id: Option<PaidEndpointId>,
    /// The method.
    pub method: String,
    /// The URL without its query, which may hold secrets.
    pub url: String,
    /// What tells the whole request from another one: SHA-256 in hexadecimal digits.
    pub fingerprint: String,
    /// Who wants the answer.
    pub origin: Origin,
}

/// What is to be authorized.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wish {
    /// In which version the seller asks.
    pub version: Version,
    /// What he asks.
    pub offer: Offer,
    /// Who signs.
    pub wallet_id: WalletId,
    /// The wallet's address.
    pub address: Address,
    /// The transfer.
    pub authorization: Authorization,
    /// The newest block of the chain at that time, where it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
}

/// What came of presenting it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Outcome {
    /// No answer: the seller may have carried it out.
    Unknown {
        /// Why.
        message: String,
    },
    /// The seller says that it is on its way.
    Pending,
    /// The seller does not take it. He may all the same carry it out while it counts.
    Refused {
        /// The status of his answer.
        status: u16,
        /// Why, in his words.
        reason: String,
    },
}

/// A fact of a payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A request is made.
    Opened {
        /// What is known of it.
        opening: Box<Opening>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It was answered without a payment.
    Answered {
        /// The answer, as a node tells it.
        answer: Json,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is not paid for.
    Declined {
        /// Why not.
        reason: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is to be paid for.
    Wanted {
        /// By what.
        wish: Box<Wish>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The policies do not let it be signed.
    Denied {
        /// Why.
        reason: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is signed: from here on the seller may get the money.
    Signed {
        /// The signature.
        signature: Signature,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It was presented, and the seller gave nothing yet.
    Presented {
        /// What came of it.
        outcome: Outcome,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The seller gave what was paid for.
    Paid {
        /// What he gave, as a node tells it.
        answer: Json,
        /// The transaction that he names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transaction: Option<B256>,
        /// The nonce of what was signed.
        nonce: B256,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The chain has carried it out, and nothing was given for it.
    Lost {
        /// By which transaction, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transaction: Option<B256>,
        /// The nonce of what was signed.
        nonce: B256,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Its time is over in a final block, and it was not carried out: it is worth nothing any more.
    Expired {
        /// That block.
        block: B256,
        /// Its number.
        number: u64,
        /// The nonce of what was signed.
        nonce: B256,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 10] = [
        "opened",
        "answered",
        "declined",
        "wanted",
        "denied",
        "signed",
        "presented",
        "paid",
        "lost",
        "expired",
    ];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Answered { .. } => "answered",
            Self::Declined { .. } => "declined",
            Self::Wanted { .. } => "wanted",
            Self::Denied { .. } => "denied",
            Self::Signed { .. } => "signed",
            Self::Presented { .. } => "presented",
            Self::Paid { .. } => "paid",
            Self::Lost { .. } => "lost",
            Self::Expired { .. } => "expired",
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
