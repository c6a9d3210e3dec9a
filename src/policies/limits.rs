//! What was used of limits: reserved before a transaction is signed, settled or released after. A pure
//! machine; whoever holds it writes one stream, so that of two who race for the last one gets it.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::amounts::Units;

/// The longest window, in minutes: what was settled before it counts nowhere any more.
const LONGEST: i64 = 7 * 24 * 60;

/// The most reservations that are open at once: as many as lanes of an organization may hold in flight.
pub const MAX_RESERVATIONS: usize = 4_096;

/// What a transaction wants of one limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// Which limit of which policy, counted in what, of whom.
    pub key: String,
    /// How much.
    pub amount: Units,
    /// The most.
    pub most: Units,
    /// Within how many minutes.
    pub minutes: i64,
    /// Whether it stops; one of a policy that only watches is counted and stops nothing.
    pub is_binding: bool,
    /// Whether it is spent even where the transaction came to nothing on the chain: fees are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_sunk: bool,
}

/// Why nothing came of a reservation that was not used: only what is proven gives its amount back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Proof {
    /// It was never signed, and never will be.
    NeverSigned,
    /// Another transaction of the same nonce is final.
    AnotherFinal {
        /// Its hash.
        hash: String,
    },
    /// It is final, and was reverted.
    RevertedFinal {
        /// Its hash.
        hash: String,
    },
    /// It is a document whose time was over in a final block, and nobody had used it by then.
    Lapsed {
        /// The number of that block.
        block: u64,
        /// Its hash.
        hash: String,
    },
}

/// Why a reservation, its settling or its release is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A limit leaves less than is wanted.
    #[error("the limit {key} leaves {left} of {most}, and {wanted} is wanted")]
    OverLimit {
        /// Which.
        key: String,
        /// The most.
        most: U256,
        /// What is left.
        left: U256,
        /// What is wanted.
        wanted: U256,
    },
    /// Too many are open.
    #[error("{MAX_RESERVATIONS} reservations are open: wait until some of them are settled")]
    Full,
    /// There is no such reservation.
    #[error("there is no open reservation of that id")]
    Unknown,
}

/// An open reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reservation {
    claims: Vec<Claim>,
}

/// What was used, and what is reserved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// Open reservations by their id.
    open: BTreeMap<String, Reservation>,
    /// What was settled: by key, by the minute of the epoch in which it was.
    settled: BTreeMap<String, BTreeMap<i64, Units>>,
    /// The latest minute that was seen: a clock that goes back opens no window anew.
    latest: i64,
}

impl Book {
    /// What counts against a limit: all that is reserved, however long ago, and what was settled within
    /// the window.
    pub fn used(&self, key: &str, minutes: i64, now: OffsetDateTime) -> U256 {
        let now = minute(now).max(self.latest);
        let reserved = self.open.values().flat_map(|it| &it.claims).filter(|it| it.key == key);
        let reserved = reserved.map(|it| it.amount.0);
        // The whole minute in which something was settled counts until the window has left it.
        let after = now.saturating_sub(minutes).saturating_sub(1)..;
        let settled = self.settled.get(key).into_iter().flat_map(|it| it.range(after.clone()));
        reserved.chain(settled.map(|(_, it)| it.0)).fold(U256::ZERO, U256::saturating_add)
    }

    /// The same without what is reserved under this id.
    #[must_use]
    pub fn without(&self, id: &str) -> Self {
        let mut book = self.clone();
        book.open.remove(id);
        book
    }

    /// Whether something is reserved under this id.
    pub fn is_open(&self, id: &str) -> bool {
        self.open.contains_key(id)
    }

    /// Whether all of these can be reserved. Nothing is, where one of them cannot. Once more under the
    /// same id is no second reservation.
    pub fn check(&self, id: &str, claims: &[Claim], now: OffsetDateTime) -> Result<(), Refused> {
        if self.open.contains_key(id) {
            return Ok(());
        }
        if self.open.len() >= MAX_RESERVATIONS {
            return Err(Refused::Full);
        }
        for claim in claims.iter().filter(|it| it.is_binding) {
            let of_same = claims.iter().filter(|it| it.key == claim.key).map(|it| it.amount.0);
            let wanted = of_same.fold(U256::ZERO, U256::saturating_add);
            let (used, most) = (self.used(&claim.key, claim.minutes, now), claim.most.0);
            let left = most.saturating_sub(used);
            if wanted > left {
                return Err(Refused::OverLimit { key: claim.key.clone(), most, left, wanted });
            }
        }
        Ok(())
    }

    /// Reserves, as [`Self::check`] found it possible.
    pub fn reserve(
        &mut self,
        id: &str,
        claims: Vec<Claim>,
        now: OffsetDateTime,
    ) -> Result<(), Refused> {
        self.check(id, &claims, now)?;
        self.keep(id, claims, now);
        Ok(())
    }

    /// Reserves what was found possible before, as the ledger says.
    pub fn keep(&mut self, id: &str, claims: Vec<Claim>, now: OffsetDateTime) {
        self.pass(now);
        self.open.entry(id.to_owned()).or_insert(Reservation { claims });
    }

    /// Counts a reservation as used from now on: the transaction is final and did what it says.
    pub fn settle(&mut self, id: &str, now: OffsetDateTime) -> Result<(), Refused> {
        let Reservation { claims } = self.open.remove(id).ok_or(Refused::Unknown)?;
        self.spend(claims, now);
        Ok(())
    }

    fn spend(&mut self, claims: Vec<Claim>, now: OffsetDateTime) {
        self.pass(now);
        for claim in claims {
            let minutes = self.settled.entry(claim.key).or_default();
            let sum = minutes.entry(self.latest).or_insert(Units(U256::ZERO));
            sum.0 = sum.0.saturating_add(claim.amount.0);
        }
    }

    /// Gives a reservation back, on proof that it will never be used. A time-out is none. What something
    /// that came to nothing on the chain has cost all the same counts as used.
    pub fn release(&mut self, id: &str, proof: &Proof, now: OffsetDateTime) -> Result<(), Refused> {
        let Reservation { mut claims } = self.open.remove(id).ok_or(Refused::Unknown)?;
        match proof {
            Proof::NeverSigned | Proof::Lapsed { .. } => claims.clear(),
            Proof::AnotherFinal { .. } | Proof::RevertedFinal { .. } => {
                claims.retain(|claim| claim.is_sunk);
            }
        }
        self.spend(claims, now);
        Ok(())
    }

    /// Lets time pass, and forgets what counts nowhere any more.
    fn pass(&mut self, now: OffsetDateTime) {
        self.latest = self.latest.max(minute(now));
        let oldest = self.latest.saturating_sub(LONGEST).saturating_sub(1);
        self.settled.retain(|_, minutes| {
            *minutes = minutes.split_off(&oldest);
            !minutes.is_empty()
        });
    }
}

fn minute(at: OffsetDateTime) -> i64 {
    at.unix_timestamp().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    const START: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);

    fn claim(amount: u64) -> Vec<Claim> {
        let (amount, most) = (Units(U256::from(amount)), Units(U256::from(100)));
        vec![Claim {
            key: "p/daily".to_owned(),
            amount,
            most,
            minutes: 1_440,
            is_binding: true,
            is_sunk: false,
        }]
    }

    #[test]
    fn of_two_who_race_for_the_last_of_a_daily_limit_one_gets_it() {
        let mut book = Book::default();
        book.reserve("a", claim(60), START).unwrap();
        let refused = book.reserve("b", claim(60), START).unwrap_err();
        assert!(matches!(refused, Refused::OverLimit { left, .. } if left == U256::from(40)));
        book.reserve("a", claim(60), START).unwrap();
        assert_eq!(book.used("p/daily", 1_440, START), U256::from(60));
        book.release("a", &Proof::NeverSigned, START).unwrap();
        book.reserve("b", claim(60), START).unwrap();
        assert_eq!(book.release("a", &Proof::NeverSigned, START), Err(Refused::Unknown));
    }

    #[test]
    fn what_is_unknown_stays_reserved_however_long_and_what_is_settled_leaves_with_the_window() {
        let mut book = Book::default();
        book.reserve("a", claim(100), START).unwrap();
        let later = START + Duration::days(30);
        assert!(book.reserve("b", claim(1), later).is_err());
        book.settle("a", later).unwrap();
        assert!(book.reserve("b", claim(1), later + Duration::hours(23)).is_err());
        // A clock that goes back opens nothing.
        assert!(book.reserve("b", claim(1), START - Duration::days(1)).is_err());
        book.reserve("b", claim(1), later + Duration::hours(25)).unwrap();
    }

    proptest! {
        #[test]
        fn no_interleaving_passes_a_limit_in_any_window(
            steps in prop::collection::vec((0_u8..4, 0_u8..8, 1_u64..60, 0_i64..600), 1..80),
        ) {
            let (mut book, mut now) = (Book::default(), START);
            let mut amounts = BTreeMap::new();
            // What was really spent, and when: kept apart from the book.
            let mut spent: Vec<(OffsetDateTime, u64)> = Vec::new();
            for (step, id, amount, minutes) in steps {
                let id = id.to_string();
                match step {
                    0 | 1 => {
                        if !amounts.contains_key(&id) && book.reserve(&id, claim(amount), now).is_ok() {
                            amounts.insert(id, amount);
                        }
                    }
                    2 => {
                        if book.settle(&id, now).is_ok() {
                            spent.push((now, amounts.remove(&id).unwrap()));
                        }
                    }
                    _ => {
                        if book.release(&id, &Proof::NeverSigned, now).is_ok() {
                            amounts.remove(&id).unwrap();
                        }
                    }
                }
                let from = now - Duration::days(1);
                let settled = spent.iter().filter(|(at, _)| *at > from).map(|(_, it)| it);
                let all: u64 = settled.chain(amounts.values()).sum();
                prop_assert!(all <= 100, "{all} of 100 at {now}");
                now += Duration::minutes(minutes);
            }
        }
    }
}
