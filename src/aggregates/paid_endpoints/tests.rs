//! Given endpoints, when one is to be taken up, then it was tried before, or is refused.

use alloy_primitives::{Address, U256};
use cqrs_es::Aggregate;
use serde_json::json;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{Command, Endpoint, Error, Event, Order, PaidEndpoints, Trial};
use crate::primitives::PaidEndpointId;

const AT: OffsetDateTime = datetime!(2026-12-01 12:00 UTC);

fn trial(price: u64) -> Trial {
    Trial {
        method: "GET".into(),
        base_url: "https://example.com/weather".into(),
        chain_id: 8_453,
        token_address: Address::repeat_byte(1),
        pay_to: Address::repeat_byte(2),
        price: U256::from(price),
    }
}

fn add(id: u128, name: &str, price: u64) -> Order {
    let endpoint = Endpoint {
        name: name.into(),
        description: String::new(),
        asked: trial(price),
        max_allowed_price: U256::from(50),
        token_symbol: "USDC".into(),
        token_decimals: 6,
        details: json!({}).into(),
        source: "user_import".into(),
    };
    Order::Add(PaidEndpointId::from_uuid(Uuid::from_u128(id)), Box::new(endpoint))
}

fn tell(all: &mut PaidEndpoints, at: OffsetDateTime, order: Order) -> Result<(), Error> {
    let event = all.decide(Command { by: "usr ada".into(), at, order })?;
    let written = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), event, "{written}");
    all.apply(event);
    Ok(())
}

#[test]
fn an_endpoint_is_taken_up_after_it_was_tried_for_what_it_asks() {
    let mut all = PaidEndpoints::default();
    assert_eq!(tell(&mut all, AT, add(1, "weather", 10)), Err(Error::Untried));
    tell(&mut all, AT, Order::Try(trial(10))).unwrap();
    assert_eq!(tell(&mut all, AT, add(1, "weather", 11)), Err(Error::Untried));
    let late = AT + Duration::hours(25);
    assert_eq!(tell(&mut all, late, add(1, "weather", 10)), Err(Error::Untried));
    tell(&mut all, AT, add(1, "weather", 10)).unwrap();
    assert_eq!(all.all.len(), 1);
}

#[test]
fn a_name_is_taken_once_and_the_bound_is_no_less_than_the_price() {
    let mut all = PaidEndpoints::default();
    for price in [10, 51] {
        tell(&mut all, AT, Order::Try(trial(price))).unwrap();
    }
    tell(&mut all, AT, add(1, "weather", 10)).unwrap();
    let id = PaidEndpointId::from_uuid(Uuid::from_u128(1));
    assert_eq!(tell(&mut all, AT, add(1, "other", 10)), Err(Error::Exists));
    assert_eq!(tell(&mut all, AT, add(2, "weather", 10)), Err(Error::NameTaken(id)));
    assert_eq!(tell(&mut all, AT, add(2, "dear", 51)), Err(Error::Bound));
    tell(&mut all, AT, Order::Remove(id)).unwrap();
    assert_eq!(tell(&mut all, AT, Order::Remove(id)), Err(Error::Unknown));
}
