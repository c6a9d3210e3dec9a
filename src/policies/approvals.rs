//! Approvals: so many of so many people, within a time, of one thing and no other. A pure machine.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// What a policy wants of people before a transaction is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Need {
    /// The policy.
    pub policy: String,
    /// Its approval.
    pub approval: String,
    /// Who may approve.
    pub approvers: Vec<String>,
    /// How many of them have to.
    pub needed: usize,
    /// Within how many seconds after they were asked.
    pub within: u64,
}

impl Need {
    /// Whether enough are left when whoever caused it does not count.
    pub fn can_be_met(&self, asked_by: &str) -> bool {
        let others: BTreeSet<_> = self.approvers.iter().filter(|it| *it != asked_by).collect();
        others.len() >= self.needed
    }
}

/// People were asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// About what: the digest of the thing and of nothing else.
    pub digest: B256,
    /// Who caused it, and does not approve it.
    pub asked_by: String,
    /// When they were asked.
    #[serde(with = "time::serde::rfc3339")]
    pub asked_at: OffsetDateTime,
    /// What is wanted of them. All of it has to be met.
    pub needs: Vec<Need>,
    /// Who approved, and when.
    grants: BTreeMap<String, Granted>,
    /// Who said no.
    rejected_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Granted {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// Who was asked, and is waited for no longer: what they were given to answer by is taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Discharged {
    /// When they were asked.
    #[serde(with = "time::serde::rfc3339")]
    pub asked_at: OffsetDateTime,
    /// They: whoever answered among them.
    pub people: Vec<String>,
}

/// How an approval stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Standing {
    /// Some are missing.
    Pending {
        /// How many at least: the same person counts for each need that names them.
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
    /// It is about something else.
    #[error("the answer is about another digest: look at what is asked and answer again")]
    OtherDigest,
    /// They are not among the approvers.
    #[error("only those whom the policy names may answer")]
    NotAsked,
    /// They caused it.
    #[error("whoever caused it does not approve it: somebody else has to")]
    OwnRequest,
    /// They answered before.
    #[error("you approved it before: another of the approvers has to, too")]
    Twice,
    /// It is decided, or its time is over.
    #[error("it is decided, or its time is over")]
    Over,
}

impl Asked {
    /// Asks.
    pub fn new(digest: B256, asked_by: String, needs: Vec<Need>, asked_at: OffsetDateTime) -> Self {
        Self { digest, asked_by, asked_at, needs, grants: BTreeMap::new(), rejected_by: None }
    }

    /// How it stands. What was granted in time stays granted.
    pub fn standing(&self, now: OffsetDateTime) -> Standing {
        if let Some(by) = &self.rejected_by {
            return Standing::Rejected { by: by.clone() };
        }
        let open: Vec<_> = self.needs.iter().filter(|need| self.missing(need) > 0).collect();
        if open.iter().any(|need| now >= self.expires_at(need)) {
            return Standing::Expired;
        }
        match open.iter().map(|need| self.missing(need)).max() {
            None => Standing::Granted,
            Some(missing) => Standing::Pending { missing },
        }
    }

    /// Until before when an approval counts for a need. A time that no calendar holds is over at once.
    pub fn expires_at(&self, need: &Need) -> OffsetDateTime {
        let within = Duration::seconds(i64::try_from(need.within).unwrap_or(i64::MAX));
        self.asked_at.checked_add(within).unwrap_or(self.asked_at)
    }

    /// How many approvals are missing for a need, which may be a stricter one than what was asked.
    pub fn missing(&self, need: &Need) -> usize {
        let until = self.expires_at(need);
        let people: BTreeSet<_> =
            need.approvers.iter().filter(|it| **it != self.asked_by).collect();
        let counts = |it: &&&String| self.grants.get(**it).is_some_and(|grant| grant.at < until);
        need.needed.max(1).saturating_sub(people.iter().filter(counts).count())
    }

    /// Who may approve it: whoever caused it does not.
    pub fn people(&self) -> BTreeSet<&str> {
        let all = self.needs.iter().flat_map(|need| &need.approvers).map(String::as_str);
        all.filter(|it| *it != self.asked_by).collect()
    }

    /// Those who have not answered: they are waited for no longer when it is over.
    pub fn silent(&self) -> Discharged {
        let answered =
            |it: &&str| self.grants.contains_key(*it) || self.rejected_by.as_deref() == Some(*it);
        let people = self.people().into_iter().filter(|it| !answered(it));
        Discharged { asked_at: self.asked_at, people: people.map(str::to_owned).collect() }
    }

    /// Whether it is granted once this one has approved, and who is waited for no longer then.
    ///
    /// # Errors
    /// Why the approval does not count.
    pub fn granted_by_one_more(
        &self,
        by: &str,
        digest: B256,
        at: OffsetDateTime,
    ) -> Result<(bool, Discharged), Refused> {
        self.may_grant(by, digest, at)?;
        let mut then = self.clone();
        then.grant(by.to_owned(), at);
        if then.standing(at) == Standing::Granted {
            return Ok((true, self.silent()));
        }
        Ok((false, Discharged { asked_at: self.asked_at, people: vec![by.to_owned()] }))
    }

    /// Who approved so far.
    pub fn granted_by(&self) -> impl Iterator<Item = &str> {
        self.grants.keys().map(String::as_str)
    }

    /// Whether somebody could approve this digest.
    pub fn may_grant(&self, by: &str, digest: B256, now: OffsetDateTime) -> Result<(), Refused> {
        self.may_answer(by, digest, now)?;
        if by == self.asked_by {
            return Err(Refused::OwnRequest);
        }
        if self.grants.contains_key(by) {
            return Err(Refused::Twice);
        }
        Ok(())
    }

    /// Whether somebody could say no. One is enough.
    pub fn may_reject(&self, by: &str, digest: B256, now: OffsetDateTime) -> Result<(), Refused> {
        self.may_answer(by, digest, now)
    }

    /// Somebody approved.
    pub fn grant(&mut self, by: String, at: OffsetDateTime) {
        self.grants.insert(by, Granted { at });
    }

    /// Somebody said no.
    pub fn reject(&mut self, by: String) {
        self.rejected_by = Some(by);
    }

    fn may_answer(&self, by: &str, digest: B256, now: OffsetDateTime) -> Result<(), Refused> {
        if digest != self.digest {
            return Err(Refused::OtherDigest);
        }
        if !self.needs.iter().any(|need| need.approvers.iter().any(|it| it == by)) {
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

    fn need(approval: &str, people: &[&str], needed: usize, within: u64) -> Need {
        Need {
            policy: "treasury".to_owned(),
            approval: approval.to_owned(),
            approvers: people.iter().map(|it| (*it).to_owned()).collect(),
            needed,
            within,
        }
    }

    fn asked(needs: Vec<Need>) -> Asked {
        Asked::new(DIGEST, "cyd".to_owned(), needs, AT)
    }

    fn two_of_three() -> Asked {
        asked(vec![need("large", &["ada", "bob", "cyd"], 2, 3_600)])
    }

    fn grant(asked: &mut Asked, by: &str, digest: B256, at: OffsetDateTime) -> Result<(), Refused> {
        asked.may_grant(by, digest, at).map(|()| asked.grant(by.to_owned(), at))
    }

    #[test]
    fn two_of_three_grant_it_and_nobody_counts_twice_or_for_themselves() {
        let mut asked = two_of_three();
        grant(&mut asked, "ada", DIGEST, AT).unwrap();
        assert_eq!(grant(&mut asked, "ada", DIGEST, AT), Err(Refused::Twice));
        assert_eq!(grant(&mut asked, "cyd", DIGEST, AT), Err(Refused::OwnRequest));
        assert_eq!(grant(&mut asked, "eve", DIGEST, AT), Err(Refused::NotAsked));
        assert_eq!(grant(&mut asked, "bob", B256::ZERO, AT), Err(Refused::OtherDigest));
        assert_eq!(asked.standing(AT), Standing::Pending { missing: 1 });
        grant(&mut asked, "bob", DIGEST, AT).unwrap();
        assert_eq!(asked.standing(AT + Duration::days(1)), Standing::Granted);
    }

    #[test]
    fn an_approval_expires_and_one_no_is_enough() {
        let mut asked = two_of_three();
        grant(&mut asked, "ada", DIGEST, AT).unwrap();
        let late = AT + Duration::hours(1);
        assert_eq!(grant(&mut asked, "bob", DIGEST, late), Err(Refused::Over));
        assert_eq!(asked.standing(late), Standing::Expired);
        let mut asked = two_of_three();
        asked.may_reject("bob", DIGEST, AT).unwrap();
        asked.reject("bob".to_owned());
        assert_eq!(asked.standing(AT), Standing::Rejected { by: "bob".to_owned() });
        assert_eq!(grant(&mut asked, "ada", DIGEST, AT), Err(Refused::Over));
    }

    #[test]
    fn one_answer_counts_for_every_approval_that_names_its_giver() {
        let mut asked = asked(vec![
            need("large", &["ada", "bob"], 1, 3_600),
            need("new-supplier", &["ada", "eve"], 2, 60),
        ]);
        grant(&mut asked, "ada", DIGEST, AT).unwrap();
        assert_eq!(asked.standing(AT), Standing::Pending { missing: 1 });
        // The one that is met has all the time; the other has not.
        assert_eq!(asked.standing(AT + Duration::minutes(1)), Standing::Expired);
        grant(&mut asked, "eve", DIGEST, AT).unwrap();
        assert_eq!(asked.standing(AT + Duration::days(1)), Standing::Granted);
    }

    #[test]
    fn what_was_granted_does_not_meet_a_need_that_became_stricter() {
        let mut asked = asked(vec![need("large", &["ada", "bob"], 1, 3_600)]);
        grant(&mut asked, "ada", DIGEST, AT).unwrap();
        assert_eq!(asked.missing(&need("large", &["ada", "bob"], 2, 3_600)), 1);
        assert_eq!(asked.missing(&need("large", &["bob", "eve"], 1, 3_600)), 1);
        assert_eq!(asked.missing(&need("another", &["ada"], 1, 60)), 0);
    }

    #[test]
    fn whoever_is_waited_for_no_longer_is_named_once_and_its_causer_never() {
        let mut asked = asked(vec![
            need("large", &["ada", "bob", "cyd"], 2, 3_600),
            need("new-supplier", &["ada", "eve"], 1, 3_600),
        ]);
        let names = |discharged: &Discharged| discharged.people.join(" ");
        assert_eq!(names(&asked.silent()), "ada bob eve");
        let (is_enough, one) = asked.granted_by_one_more("ada", DIGEST, AT).unwrap();
        assert_eq!((is_enough, names(&one).as_str()), (false, "ada"));
        asked.grant("ada".to_owned(), AT);
        assert_eq!(names(&asked.silent()), "bob eve");
        let (is_enough, all) = asked.granted_by_one_more("bob", DIGEST, AT).unwrap();
        assert_eq!((is_enough, names(&all).as_str()), (true, "bob eve"));
        assert_eq!(asked.granted_by_one_more("ada", DIGEST, AT), Err(Refused::Twice));
    }

    #[test]
    fn a_need_that_only_its_causer_could_meet_cannot_be_met() {
        let one_of = |people: &[&str]| need("large", people, 1, 60).can_be_met("cyd");
        assert!(!one_of(&["cyd"]));
        assert!(one_of(&["cyd", "ada"]));
    }
}
