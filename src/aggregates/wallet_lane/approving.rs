//! What a lane answers to those who approve, or do not.

use alloy_primitives::B256;
use time::OffsetDateTime;

use super::error::Error;
use super::event::Event;
use super::state::Lane;
use super::wanted::{Stage, Wanted};
use crate::policies::approvals::{Asked, Discharged, Refused, Standing};
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
        let (is_enough, discharged) = asked.granted_by_one_more(&by, digest, at)?;
        let discharged = Some(discharged);
        Ok(Event::ApprovalGranted { intent_id, digest, by, comment, is_enough, discharged, at })
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
        let (origin, discharged) = (wanted.intent.origin.clone(), Some(asked.silent()));
        Ok(Event::ApprovalRejected { intent_id, digest, by, comment, origin, discharged, at })
    }

    /// Too few approved it in time.
    pub(super) fn expired(&self, intent_id: IntentId, at: OffsetDateTime) -> Result<Event, Error> {
        let (wanted, asked) = self.asked(intent_id)?;
        match asked.standing(at) {
            Standing::Expired => {
                let (origin, discharged) = (wanted.intent.origin.clone(), Some(asked.silent()));
                Ok(Event::ApprovalExpired { intent_id, origin, discharged, at })
            }
            Standing::Pending { .. } | Standing::Granted | Standing::Rejected { .. } => {
                Err(Error::OutOfPlace(intent_id, "expire"))
            }
        }
    }

    /// Who is waited for no longer when an intent is called off.
    pub(super) fn discharged(wanted: &Wanted) -> Option<Discharged> {
        let asked = wanted.asked.as_ref().filter(|_| wanted.stage == Stage::Asked);
        asked.map(Asked::silent)
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
