//! What an event about an approval leads to, whatever is to be approved. Pure.

use crate::aggregates::task::Closing;
use crate::aggregates::{signature_request, wallet_lane};
use crate::policies::approvals::{Asked, Discharged};
use crate::primitives::IntentId;

/// What became of a question for approval.
pub(super) enum Turn {
    /// It is put.
    Put(IntentId, Asked),
    /// Some need not answer any more.
    Over(IntentId, Over),
}

/// Who need not answer any more, and why.
pub(super) struct Over {
    pub(super) discharged: Discharged,
    /// Who answered, and what.
    pub(super) answer: Option<(String, Closing)>,
    /// What becomes of the question to the others.
    pub(super) others: Closing,
}

impl Turn {
    /// What follows from an event of a lane; nothing where it is about no approval.
    pub(super) fn of_lane(event: wallet_lane::Event) -> Option<Self> {
        use wallet_lane::Event;
        let intent = event.intent();
        let over = match event {
            Event::ApprovalRequested { digest, asked_by, needs, at, .. } => {
                return Some(Self::Put(intent, Asked::new(digest, asked_by, needs, at)));
            }
            Event::ApprovalGranted { by, comment, discharged, .. } => {
                Over::granted(by, comment, discharged?)
            }
            Event::ApprovalRejected { by, comment, discharged, .. } => {
                Over::rejected(by, comment, discharged?)
            }
            Event::ApprovalExpired { discharged, .. } => Over::expired(discharged?),
            Event::Cancelled { reason, discharged, .. } => Over::called_off(&reason, discharged?),
            Event::IntentAccepted { .. }
            | Event::PolicyDecided { .. }
            | Event::Simulated { .. }
            | Event::SimulationFailed { .. }
            | Event::NonceReserved { .. }
            | Event::SignRequested { .. }
            | Event::Signed { .. }
            | Event::BroadcastAttempted { .. }
            | Event::Included { .. }
            | Event::Orphaned { .. }
            | Event::Finalized { .. }
            | Event::NonceConflict { .. }
            | Event::CancelRequested { .. }
            | Event::FundsLacking { .. }
            | Event::TopUpWanted { .. }
            | Event::TopUpCalledOff { .. }
            | Event::TopUpEnded { .. }
            | Event::FundsArrived { .. } => return None,
        };
        Some(Self::Over(intent, over))
    }

    /// What follows from an event of a document; nothing where it is about no approval.
    pub(super) fn of_document(intent: IntentId, event: signature_request::Event) -> Option<Self> {
        use signature_request::Event;
        let over = match event {
            Event::ApprovalRequested { digest, asked_by, needs, at } => {
                return Some(Self::Put(intent, Asked::new(digest, asked_by, needs, at)));
            }
            Event::ApprovalGranted { by, comment, discharged, .. } => {
                Over::granted(by, comment, discharged)
            }
            Event::ApprovalRejected { by, comment, discharged, .. } => {
                Over::rejected(by, comment, discharged)
            }
            Event::ApprovalExpired { discharged, .. } => Over::expired(discharged),
            Event::Cancelled { reason, discharged, .. } => Over::called_off(&reason, discharged?),
            Event::Accepted { .. }
            | Event::PolicyDecided { .. }
            | Event::SignRequested { .. }
            | Event::Signed { .. }
            | Event::Refused { .. }
            | Event::Settled { .. }
            | Event::Lapsed { .. } => return None,
        };
        Some(Self::Over(intent, over))
    }
}

impl Over {
    pub(super) fn granted(by: String, comment: Option<String>, discharged: Discharged) -> Self {
        let reason = "enough have approved it".to_owned();
        let answer = Some((by, Closing::Approved { comment }));
        Self { discharged, answer, others: Closing::NotNeeded { reason } }
    }

    pub(super) fn rejected(by: String, comment: Option<String>, discharged: Discharged) -> Self {
        let reason = format!("{by} rejected it");
        let answer = Some((by, Closing::Rejected { comment }));
        Self { discharged, answer, others: Closing::NotNeeded { reason } }
    }

    pub(super) const fn expired(discharged: Discharged) -> Self {
        Self { discharged, answer: None, others: Closing::Expired }
    }

    pub(super) fn called_off(reason: &str, discharged: Discharged) -> Self {
        let reason = format!("it was called off: {reason}");
        Self { discharged, answer: None, others: Closing::NotNeeded { reason } }
    }

    /// How the task of one of those ends who need not answer any more, and by whose deed, where it is a
    /// person's.
    pub(super) fn closing(&self, person: &str) -> (Option<&str>, Closing) {
        match &self.answer {
            Some((by, closing)) if by == person => (Some(by), closing.clone()),
            Some(_) | None => (None, self.others.clone()),
        }
    }
}
