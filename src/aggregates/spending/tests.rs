//! Given what was spent, when more is wanted, then it is kept or refused.

use cqrs_es::Aggregate;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use super::{Command, Error, Event, Order, Spending};
use crate::policies::limits::{Claim, Proof, Refused};
use crate::primitives::{IntentId, OrganizationId};

const AT: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);

fn claims(amount: u64) -> Vec<Claim> {
    let claim = serde_json::json!({
        "key": "p/daily/usd/organization", "amount": amount.to_string(), "most": "100",
        "minutes": 1440, "isBinding": true,
    });
    vec![serde_json::from_value(claim).unwrap()]
}

fn tell(spending: &mut Spending, intent: u128, order: Order) -> Result<Option<Event>, Error> {
    let (organization, intent) =
        (OrganizationId::DEFAULT, IntentId::from_uuid(Uuid::from_u128(intent)));
    let event = spending.decide(Command { organization, intent, at: AT, order })?;
    if let Some(event) = &event {
        let written = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), *event, "{written}");
        spending.apply(event.clone());
    }
    Ok(event)
}

#[test]
fn two_that_race_for_the_last_of_a_limit_do_not_both_get_it() {
    let mut spending = Spending::default();
    tell(&mut spending, 1, Order::Reserve(claims(60))).unwrap();
    let refused = tell(&mut spending, 2, Order::Reserve(claims(60)));
    assert!(matches!(refused, Err(Error::Limit(Refused::OverLimit { .. }))));
    tell(&mut spending, 1, Order::Release(Proof::NeverSigned)).unwrap();
    assert!(tell(&mut spending, 2, Order::Reserve(claims(60))).unwrap().is_some());
}

#[test]
fn what_comes_again_changes_nothing() {
    let mut spending = Spending::default();
    tell(&mut spending, 1, Order::Reserve(claims(60))).unwrap();
    assert_eq!(tell(&mut spending, 1, Order::Reserve(claims(60))), Ok(None));
    tell(&mut spending, 1, Order::Settle).unwrap();
    assert_eq!(tell(&mut spending, 1, Order::Settle), Ok(None));
    assert_eq!(tell(&mut spending, 1, Order::Release(Proof::NeverSigned)), Ok(None));
    assert!(tell(&mut spending, 2, Order::Reserve(claims(60))).is_err(), "60 of 100 are used");
}

#[test]
fn a_transaction_of_which_no_limit_speaks_reserves_nothing() {
    assert_eq!(tell(&mut Spending::default(), 1, Order::Reserve(Vec::new())), Ok(None));
}
