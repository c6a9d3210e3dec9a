//! What the request of a signature can be told.

use alloy_primitives::B256;
use engine::Json;
use time::OffsetDateTime;

use super::intent::Intent;
use crate::policies::approvals::Need;
use crate::policies::limits::Proof;
use crate::transactions::Signature;

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

/// Whether the policies let a document be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They do.
    Allowed,
    /// They do, once these people have approved it.
    Asks(Vec<Need>),
    /// They do not, and why.
    Denied(String),
}

/// What is to be done, or was seen.
#[derive(Debug, Clone)]
pub enum Order {
    /// Take up what should be signed.
    Accept(Box<Intent>),
    /// Note what the policies say.
    Judge {
        /// What they say.
        verdict: Verdict,
        /// From which rules and facts that follows.
        reasons: Json,
    },
    /// Note that whoever gives this order approves it.
    Grant {
        /// What is approved.
        digest: B256,
        /// What they say of it.
        comment: Option<String>,
    },
    /// Note that whoever gives this order does not approve it. It is over.
    Reject {
        /// What is rejected.
        digest: B256,
        /// What they say of it.
        comment: Option<String>,
    },
    /// Note that too few approved it in time.
    Expire,
    /// Note that the backend is asked from here on.
    Request,
    /// Keep the signature.
    Sign(Signature),
    /// Give it up because it may not be signed any more.
    Refuse {
        /// Why.
        reason: String,
    },
    /// Give it up because nobody waits for it any more.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Count what its user's signature lets move as used for good.
    Settle,
    /// Give back what was reserved: its user's signature was never used, and cannot be any more.
    Lapse(Proof),
}
