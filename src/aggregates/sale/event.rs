//! What happened to a sale. Stored for ever: a changed shape is a new version and an upcaster.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use cqrs_es::DomainEvent;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{OrganizationId, RunId, SaleId, WalletId, WorkflowId};
use crate::x402::{Payment, Resource, Terms};

/// How the money is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Settlement {
    /// Somebody else carries the transfer out.
    Facilitator {
        /// Where he is asked, without a slash at the end.
        url: String,
    },
    /// A wallet of the organization does.
    Wallet {
        /// Which.
        wallet_id: WalletId,
    },
}

/// An authorization to pay, and what it was presented for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reservation {
    /// The sale's id.
    pub sale_id: SaleId,
    /// Who sells.
    pub organization_id: OrganizationId,
    /// What is sold: a run of this workflow.
    pub workflow_id: WorkflowId,
    /// What was asked for it.
    pub terms: Terms,
    /// What it is called.
    pub resource: Resource,
    /// What was presented.
    pub payment: Payment,
    /// How the money is taken.
    pub settlement: Settlement,
    /// What is known of the request, so that another one is told from its repetition: SHA-256 in hexadecimal digits.
    pub fingerprint: String,
    /// With what the run begins.
    pub body: Json,
    /// The harmless headers that came with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The newest block of the chain at that time, where it is read: the transfer is in none before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
}

/// A fact of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// An authorization to pay is good, and kept for one run.
    Reserved {
        /// What is known of it.
        reservation: Box<Reservation>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The run has begun.
    Begun {
        /// Which.
        run_id: RunId,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// No run begins, and no money is asked for.
    Declined {
        /// Why.
        reason: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The money is about to be asked for: from here on it may have moved.
    Asked {
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is not known whether it moved. It is asked for again.
    Doubted {
        /// Why not.
        reason: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The money moved.
    Settled {
        /// By which transaction, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transaction: Option<B256>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The money did not move, and will not by this authorization.
    Refused {
        /// Why not.
        reason: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 7] =
        ["reserved", "begun", "declined", "asked", "doubted", "settled", "refused"];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reserved { .. } => "reserved",
            Self::Begun { .. } => "begun",
            Self::Declined { .. } => "declined",
            Self::Asked { .. } => "asked",
            Self::Doubted { .. } => "doubted",
            Self::Settled { .. } => "settled",
            Self::Refused { .. } => "refused",
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
