//! Given a floor, when the wallet is looked at, then it is said once a crossing.

use alloy_primitives::{Address, U256};
use cqrs_es::Aggregate;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use super::{Command, Error, Event, Floor, Order, TopUp};
use crate::primitives::{OrganizationId, WalletId, WorkflowId};

const AT: OffsetDateTime = datetime!(2026-11-30 12:00 UTC);

fn tell(floor: &mut Floor, order: Order) -> Result<Option<Event>, Error> {
    let event = floor.decide(Command { by: "usr ada".to_owned(), at: AT, order })?;
    if let Some(event) = &event {
        let written = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), *event, "{written}");
        floor.apply(event.clone());
    }
    Ok(event)
}

fn set(floor: u64, within_ms: u64) -> Order {
    let workflow_id = WorkflowId::from_uuid(Uuid::from_u128(2));
    Order::Set {
        organization: OrganizationId::DEFAULT,
        wallet: WalletId::from_uuid(Uuid::from_u128(1)),
        address: Address::repeat_byte(5),
        chain: 1,
        floor: U256::from(floor),
        top_up: Some(TopUp { workflow_id, within_ms }),
    }
}

fn see(floor: &mut Floor, balance: u64, block: u64) -> Option<&'static str> {
    let order = Order::See { balance: U256::from(balance), block };
    tell(floor, order).unwrap().map(|event| event.name())
}

#[test]
fn a_crossing_is_said_once_and_so_is_its_end() {
    let mut floor = Floor::default();
    assert_eq!(see(&mut floor, 0, 1), None, "nobody holds the wallet to anything");
    tell(&mut floor, set(10, 60_000)).unwrap();
    assert_eq!(see(&mut floor, 10, 1), None, "the floor itself is enough");
    assert_eq!(see(&mut floor, 9, 2), Some("balance_low"));
    assert_eq!(see(&mut floor, 3, 3), None);
    assert_eq!(see(&mut floor, 10, 4), Some("balance_recovered"));
    assert_eq!(see(&mut floor, 11, 5), None);
    assert_eq!(see(&mut floor, 0, 6), Some("balance_low"));
}

#[test]
fn what_was_there_before_the_last_crossing_is_no_news() {
    let mut floor = Floor::default();
    tell(&mut floor, set(10, 60_000)).unwrap();
    assert_eq!(see(&mut floor, 9, 7), Some("balance_low"));
    assert_eq!(see(&mut floor, 12, 6), None, "another process looked at an older block");
    assert_eq!(see(&mut floor, 12, 7), Some("balance_recovered"));
}

#[test]
fn another_floor_counts_from_the_next_look_on() {
    let mut floor = Floor::default();
    tell(&mut floor, set(10, 60_000)).unwrap();
    assert_eq!(see(&mut floor, 9, 1), Some("balance_low"));
    tell(&mut floor, set(5, 60_000)).unwrap();
    assert_eq!(see(&mut floor, 9, 1), Some("balance_recovered"));
    tell(&mut floor, Order::Remove).unwrap();
    assert_eq!(see(&mut floor, 0, 2), None);
    assert_eq!(tell(&mut floor, Order::Remove), Err(Error::Unset));
}

#[test]
fn a_run_that_gets_money_has_its_time() {
    let mut floor = Floor::default();
    for within_ms in [0, 9_999, 604_800_001] {
        assert_eq!(tell(&mut floor, set(1, within_ms)), Err(Error::Within));
    }
    tell(&mut floor, set(1, 10_000)).unwrap();
}
