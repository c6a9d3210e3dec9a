//! Given an address, when it is claimed, then by one only.

use cqrs_es::Aggregate;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use super::{CLAIM_STANDS, Command, Error, Event, LoginName};
use crate::primitives::UserId;

const AT: OffsetDateTime = datetime!(2026-11-28 08:00 UTC);
const ADA: UserId = UserId::from_uuid(Uuid::from_u128(1));
const BOB: UserId = UserId::from_uuid(Uuid::from_u128(2));

fn claim(user: UserId, nobody: Option<UserId>, at: OffsetDateTime) -> Command {
    Command { user, nobody, by: "admin".to_owned(), at }
}

fn claimed_by_ada() -> LoginName {
    let mut name = LoginName::default();
    let claimed = Event::Claimed { user_id: ADA, by: "admin".to_owned(), at: AT };
    assert_eq!(name.decide(claim(ADA, None, AT)), Ok(vec![claimed.clone()]));
    name.apply(claimed);
    name
}

#[test]
fn an_address_belongs_to_the_first_who_claims_it() {
    let name = claimed_by_ada();
    assert_eq!(name.decide(claim(ADA, None, AT)), Ok(vec![]));
    assert_eq!(name.decide(claim(BOB, None, AT)), Err(Error::Taken));
}

#[test]
fn a_claim_that_came_to_nothing_is_taken_over_after_a_while() {
    let name = claimed_by_ada();
    assert_eq!(name.decide(claim(BOB, Some(ADA), AT + CLAIM_STANDS)), Err(Error::Taken));
    let later = AT + CLAIM_STANDS * 2;
    assert_eq!(name.decide(claim(BOB, Some(BOB), later)), Err(Error::Taken));
    assert!(name.decide(claim(BOB, Some(ADA), later)).is_ok());
}
