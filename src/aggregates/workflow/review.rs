//! Whether somebody else has approved a draft before it goes live.

use engine::Json;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::error::Error;
use crate::primitives::hex;

/// How long a note, a reason or a comment may be, in characters.
const MAX_TEXT: usize = 4_000;
/// How many comments a review may have.
const MAX_COMMENTS: usize = 200;

/// A review of the draft as it is. An edit ends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Of which draft: the SHA-256 of its JSON, in hex.
    pub draft_hash: String,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub requested_at: OffsetDateTime,
    /// What whoever asked has to say.
    pub note: Option<String>,
    /// How it ended, if it has.
    pub verdict: Option<Verdict>,
    /// What people said, in order.
    pub comments: Vec<Comment>,
}

/// How a review ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It may go live.
    Approved {
        /// Who said so.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It may not.
    Rejected {
        /// Who said so.
        by: String,
        /// Why.
        reason: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Who.
    pub by: String,
    /// What.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl Review {
    /// Refuses a judgement by somebody who has a share in the draft, or of another draft.
    pub(super) fn must_be_judged_by(
        &self,
        by: &str,
        edited_by: &str,
        seen: &str,
    ) -> Result<(), Error> {
        match self.verdict {
            None => {}
            Some(Verdict::Approved { .. } | Verdict::Rejected { .. }) => {
                return Err(Error::Judged);
            }
        }
        if seen != self.draft_hash {
            return Err(Error::AnotherDraft);
        }
        if by == self.requested_by || by == edited_by {
            return Err(Error::OwnDraft);
        }
        Ok(())
    }

    /// Refuses more comments than a review may have.
    pub(super) fn must_have_room(&self) -> Result<(), Error> {
        if self.comments.len() < MAX_COMMENTS { Ok(()) } else { Err(Error::Comments(MAX_COMMENTS)) }
    }

    /// Whether somebody approved it.
    pub fn is_approved(&self) -> bool {
        self.approved_at().is_some()
    }

    /// When somebody approved it.
    pub fn approved_at(&self) -> Option<OffsetDateTime> {
        match self.verdict {
            Some(Verdict::Approved { at, .. }) => Some(at),
            Some(Verdict::Rejected { .. }) | None => None,
        }
    }
}

/// What names a draft: the SHA-256 of its JSON, in hex.
pub fn hash_of(draft: &Json) -> String {
    hex(&Sha256::digest(draft.to_string().as_bytes()))
}

/// A text of a review, unless it is empty or too long.
pub(super) fn accept_text(place: &'static str, text: &str) -> Result<String, Error> {
    let text = text.trim();
    let length = text.chars().count();
    if (1..=MAX_TEXT).contains(&length) {
        Ok(text.to_owned())
    } else {
        Err(Error::Text { place, max: MAX_TEXT, actual: length })
    }
}
