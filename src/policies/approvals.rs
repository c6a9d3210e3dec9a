//! Approvals: so many of so many people, within a time, of one transaction and no other. A pure machine.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// Somebody was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Of which transaction: what is hashed and signed. Another fee is another digest.
    pub digest: B256,
    /// Who caused it, and does not approve it.
    pub asked_by: String,
    /// Who may approve.
    pub approvers: Vec<String>,
    /// How many of them have to.
    pub needed: usize,
    /// When it was asked.
    #[serde(with = "time::serde::rfc3339")]
    pub asked_at: OffsetDateTime,
    /// Until before when an approval counts.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Who approved, and when.
    grants: BTreeMap<String, Granted>,
    /// Who rejected it.
    rejected_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Granted {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// How an approval stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Standing {
    /// Some are missing.
    Pending {
        /// How many.
        missing: usize,
    },
    /// Enough approved in time.
    Granted,
    /// Somebody said no.
    Rejected {
        /// Who.
        by: String,
    },
    /// The time ran out.
    Expired,
}

/// Why an answer does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is about another transaction.
    #[error("the answer is about another transaction: look at this one and answer again")]
    OtherDigest,
    /// They are not among the approvers.
    #[error("only those whom the policy names may answer")]
    NotAsked,
    /// They caused it.
    #[error("whoever caused a transaction does not approve it: somebody else has to")]
    OwnRequest,
    /// They answered before.
    #[error("you approved it before: another of the approvers has to, too")]
    Twice,
    /// It is decided, or its time is over.
    #[error("it is decided, or its time is over")]
    Over,
}

impl Request {
    /// Asks.
    pub fn new(
        digest: B256,
        asked_by: &str,
        approvers: &[String],
        needed: usize,
        (asked_at, within): (OffsetDateTime, u64),
    ) -> Self {
        let within = Duration::seconds(i64::try_from(within).unwrap_or(i64::MAX));
        Self {
            digest,
            asked_by: asked_by.to_owned(),
            approvers: approvers.to_vec(),
            needed: needed.max(1),
            asked_at,
            // A time that no calendar holds is over at once.
            expires_at: asked_at.checked_add(within).unwrap_or(asked_at),
            grants: BTreeMap::new(),
            rejected_by: None,
        }
    }

    /// How it stands. What was granted in time stays granted.
    pub fn standing(&self, now: OffsetDateTime) -> Standing {
        if let Some(by) = &self.rejected_by {
            return Standing::Rejected { by: by.clone() };
        }
        let missing = self.needed.saturating_sub(self.grants.len());
        match missing {
            0 => Standing::Granted,
            _ if now >= self.expires_at => Standing::Expired,
            missing => Standing::Pending { missing },
        }
    }

    /// Somebody approves this digest.
    pub fn grant(&mut self, by: &str, digest: B256, now: OffsetDateTime) -> Result<(), Refused> {
        self.may_answer(by, digest, now)?;
        if by == self.asked_by {
            return Err(Refused::OwnRequest);
        }
        if self.grants.contains_key(by) {
            return Err(Refused::Twice);
        }
        self.grants.insert(by.to_owned(), Granted { at: now });
        Ok(())
    }

    /// Somebody says no. One is enough.
    pub fn reject(&mut self, by: &str, digest: B256, now: OffsetDateTime) -> Result<(), Refused> {
        self.may_answer(by, digest, now)?;
        self.rejected_by = Some(by.to_owned());
        Ok(())
    }

    fn may_answer(&self, by: &str, digest: B256, now: OffsetDateTime) -> Result<(), Refused> {
        if digest != self.digest {
            return Err(Refused::OtherDigest);
        }
        if !self.approvers.iter().any(|it| it == by) {
            return Err(Refused::NotAsked);
        }
        match self.standing(now) {
            Standing::Pending { .. } => Ok(()),
            Standing::Granted | Standing::Rejected { .. } | Standing::Expired => Err(Refused::Over),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const AT: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);
    const DIGEST: B256 = B256::repeat_byte(7);

    fn asked() -> Request {
        let people = ["ada", "bob", "cyd"].map(str::to_owned);
        Request::new(DIGEST, "cyd", &people, 2, (AT, 3_600))
    }

    #[test]
    fn two_of_three_grant_it_and_nobody_counts_twice_or_for_themselves() {
        let mut request = asked();
        request.grant("ada", DIGEST, AT).unwrap();
        assert_eq!(request.grant("ada", DIGEST, AT), Err(Refused::Twice));
        assert_eq!(request.grant("cyd", DIGEST, AT), Err(Refused::OwnRequest));
        assert_eq!(request.grant("eve", DIGEST, AT), Err(Refused::NotAsked));
        assert_eq!(request.grant("bob", B256::ZERO, AT), Err(Refused::OtherDigest));
        assert_eq!(request.standing(AT), Standing::Pending { missing: 1 });
        request.grant("bob", DIGEST, AT).unwrap();
        assert_eq!(request.standing(AT + Duration::days(1)), Standing::Granted);
    }

    #[test]
    fn an_approval_expires_and_one_no_is_enough() {
        let mut request = asked();
        request.grant("ada", DIGEST, AT).unwrap();
        let late = AT + Duration::hours(1);
        assert_eq!(request.grant("bob", DIGEST, late), Err(Refused::Over));
        assert_eq!(request.standing(late), Standing::Expired);
        let mut request = asked();
        request.reject("bob", DIGEST, AT).unwrap();
        assert_eq!(request.standing(AT), Standing::Rejected { by: "bob".to_owned() });
        assert_eq!(request.grant("ada", DIGEST, AT), Err(Refused::Over));
    }
}
