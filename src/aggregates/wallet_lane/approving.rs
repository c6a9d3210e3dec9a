//! What a lane answers to those who approve, or do not.

use alloy_primitives::B256;
use time::OffsetDateTime;

use super::error::Error;
use super::event::Event;
use super::state::Lane;
use super::wanted::{Stage, Wanted};
use crate::policies::approvals::{Asked, Refused, Standing};
use crate::primitives::IntentId;

impl Lane {
    /// Somebody approves this digest.
    pub(super) fn granted(
        &self,
        intent_id: IntentId,
        (digest, comment): (B256, Option<String>),
        by: String,
        at: OffsetDateTime,
    ) -> Result<Event, Error> {
        let (_, asked) = self.asked(intent_id)?;
        asked.may_grant(&by, digest, at)?;
        let mut then = asked.clone();
        then.grant(by.clone(), at);
        let is_enough = then.standing(at) == Standing::Granted;
        Ok(Event::ApprovalGranted { intent_id, digest, by, comment, is_enough, at })
    }

    /// Somebody does not approve this digest.
    pub(super) fn rejected(
        &self,
        intent_id: IntentId,
        (digest, comment): (B256, Option<String>),
        by: String,
        at: OffsetDateTime,
    ) -> Result<Event, Error> {
        let (wanted, asked) = self.asked(intent_id)?;
        asked.may_reject(&by, digest, at)?;
        let origin = wanted.intent.origin.clone();
        Ok(Event::ApprovalRejected { intent_id, digest, by, comment, origin, at })
    }

    /// Too few approved it in time.
    pub(super) fn expired(&self, intent_id: IntentId, at: OffsetDateTime) -> Result<Event, Error> {
        let (wanted, asked) = self.asked(intent_id)?;
        match asked.standing(at) {
            Standing::Expired => {
                let origin = wanted.intent.origin.clone();
                Ok(Event::ApprovalExpired { intent_id, origin, at })
            }
            Standing::Pending { .. } | Standing::Granted | Standing::Rejected { .. } => {
                Err(Error::OutOfPlace(intent_id, "expire"))
            }
        }
    }

    /// The intent, and who was asked, while that is open.
    fn asked(&self, intent: IntentId) -> Result<(&Wanted, &Asked), Error> {
        let wanted = self.wanted(intent)?;
        match (&wanted.asked, wanted.stage == Stage::Asked) {
            (Some(asked), true) => Ok((wanted, asked)),
            (Some(_), false) => Err(Refused::Over.into()),
            (None, _) => Err(Error::OutOfPlace(intent, "be approved")),
        }
    }
}
