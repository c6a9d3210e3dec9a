//! An answer to the question whether something may be signed, by whichever door it comes.

use alloy_primitives::B256;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::aggregates::{signature_request, wallet_lane};
use crate::http::problem::{Code, Problem};
use crate::primitives::IntentId;

/// The longest comment, in characters.
const MAX_COMMENT: usize = 500;

/// An answer of somebody who was asked to approve a transaction or a document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ApprovalAnswer)]
pub struct Answered {
    /// What they looked at: `approval.digest` of what is to be signed. It stands for that, and of a
    /// transaction for the most that its fees may come to as well, so that nothing else is approved by it.
    #[schema(value_type = String)]
    digest: B256,
    /// What they say of it, at most 500 characters. It stays on the ledger.
    comment: Option<String>,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum Decision {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

/// What was said.
#[derive(Debug, Clone)]
pub(in crate::http) struct Said {
    decision: Decision,
    digest: B256,
    comment: Option<String>,
}

impl Said {
    /// What was said of this digest. A comment that is too long is told of at this place of the body.
    pub(in crate::http) fn of(
        decision: Decision,
        digest: B256,
        (comment, place): (Option<String>, &str),
    ) -> Result<Self, Problem> {
        let comment = comment.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
        if comment.as_ref().is_some_and(|it| it.chars().count() > MAX_COMMENT) {
            let message = format_args!("must be {MAX_COMMENT} characters or fewer");
            return Err(Problem::new(Code::InvalidBody).at(place, message));
        }
        Ok(Self { decision, digest, comment })
    }

    /// What a body says.
    pub(super) fn read(decision: Decision, body: Answered) -> Result<Self, Problem> {
        Self::of(decision, body.digest, (body.comment, "/comment"))
    }

    /// Yes or no.
    pub(in crate::http) const fn decision(&self) -> Decision {
        self.decision
    }

    /// What was said of it.
    pub(in crate::http) fn comment(&self) -> Option<String> {
        self.comment.clone()
    }

    /// The order to the lane of a transaction.
    pub(in crate::http) fn to_lane(&self, intent: IntentId) -> wallet_lane::Order {
        let (digest, comment) = (self.digest, self.comment.clone());
        match self.decision {
            Decision::Approve => wallet_lane::Order::Grant { intent, digest, comment },
            Decision::Reject => wallet_lane::Order::Reject { intent, digest, comment },
        }
    }

    /// The order to a document that is to be signed.
    pub(in crate::http) fn to_document(&self) -> signature_request::Order {
        let (digest, comment) = (self.digest, self.comment.clone());
        match self.decision {
            Decision::Approve => signature_request::Order::Grant { digest, comment },
            Decision::Reject => signature_request::Order::Reject { digest, comment },
        }
    }
}
