//! What a document answers to those who approve, or do not.

use alloy_primitives::B256;
use time::OffsetDateTime;

use super::error::Error;
use super::event::Event;
use super::intent::Intent;
use super::state::{SignatureRequest, Stage, told};
use crate::policies::approvals::{Asked, Discharged, Refused, Standing};

impl SignatureRequest {
    /// Somebody approves this digest.
    pub(super) fn granted(
        &self,
        (digest, comment): (B256, Option<String>),
        by: String,
        at: OffsetDateTime,
    ) -> Result<Event, Error> {
        let (_, asked) = self.question()?;
        let (is_enough, discharged) = asked.granted_by_one_more(&by, digest, at)?;
        Ok(Event::ApprovalGranted { digest, by, comment, is_enough, discharged, at })
    }

    /// Somebody does not approve this digest.
    pub(super) fn rejected(
        &self,
        (digest, comment): (B256, Option<String>),
        by: String,
        at: OffsetDateTime,
    ) -> Result<Event, Error> {
        let (intent, asked) = self.question()?;
        asked.may_reject(&by, digest, at)?;
        let (discharged, told) = (asked.silent(), Box::new(told(intent)));
        Ok(Event::ApprovalRejected { digest, by, comment, discharged, told, at })
    }

    /// Too few approved it in time.
    pub(super) fn expired(&self, at: OffsetDateTime) -> Result<Event, Error> {
        let (intent, asked) = self.question()?;
        match asked.standing(at) {
            Standing::Expired => {
                let (discharged, told) = (asked.silent(), Box::new(told(intent)));
                Ok(Event::ApprovalExpired { discharged, told, at })
            }
            Standing::Pending { .. } | Standing::Granted | Standing::Rejected { .. } => {
                Err(Error::OutOfPlace(intent.intent_id, "expire"))
            }
        }
    }

    /// Who is waited for no longer when it is given up.
    pub(super) fn discharged(&self) -> Option<Discharged> {
        self.question().ok().map(|(_, asked)| asked.silent())
    }

    /// The document, and who was asked, while that is open.
    fn question(&self) -> Result<(&Intent, &Asked), Error> {
        let (intent, stage) = self.wanted.as_ref().ok_or(Error::Unknown)?;
        match (&self.asked, stage) {
            (Some(asked), Stage::Asked) => Ok((intent, asked)),
            (
                Some(_),
                Stage::Accepted
                | Stage::Allowed
                | Stage::Signing { .. }
                | Stage::Signed { .. }
                | Stage::Over { .. },
            ) => Err(Refused::Over.into()),
            (None, _) => Err(Error::OutOfPlace(intent.intent_id, "be approved")),
        }
    }
}
