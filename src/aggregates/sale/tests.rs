//! Given a sale, when it is told something, then it stands elsewhere, or refuses.

use alloy_primitives::{Address, B256, U256};
use cqrs_es::Aggregate;
use proptest::prelude::*;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use super::{Command, Error, Event, Order, Reservation, Sale, Settlement, Stage};
use crate::primitives::{OrganizationId, RunId, SaleId, WorkflowId};
use crate::transactions::Signature;
use crate::x402::{Authorization, Payment, Resource, Terms, Token, Version};

const AT: OffsetDateTime = datetime!(2026-12-01 12:00 UTC);

fn reservation() -> Box<Reservation> {
    let terms = Terms {
        chain: 8_453,
        asset: Address::repeat_byte(1),
        amount: U256::from(10_000),
        pay_to: Address::repeat_byte(2),
        max_timeout_seconds: 60,
        token: Token { name: "USDC".into(), version: "2".into() },
    };
    let nonce = B256::repeat_byte(4);
    let authorization = Authorization::paying(&terms, Address::repeat_byte(3), 1_000, nonce);
    let signature = Signature { r: U256::from(1), s: U256::from(2), is_odd: false };
    let version = Version::V2;
    Box::new(Reservation {
        sale_id: SaleId::of(8_453, "a", "b", "c"),
        organization_id: OrganizationId::DEFAULT,
        workflow_id: WorkflowId::from_uuid(Uuid::from_u128(1)),
        payment: Payment { version, chain: terms.chain, authorization, signature },
        terms,
        resource: Resource::default(),
        settlement: Settlement::Facilitator { url: "https://example.com".into() },
        fingerprint: "00".into(),
        body: json!({}).into(),
        headers: std::collections::BTreeMap::new(),
        block: None,
    })
}

fn run(number: u128) -> RunId {
    RunId::from_uuid(Uuid::from_u128(number))
}

fn tell(sale: &mut Sale, order: Order) -> Result<Option<Event>, Error> {
    let event = sale.decide(Command { at: AT, order })?;
    if let Some(event) = &event {
        let written = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), *event, "{written}");
        sale.apply(event.clone());
    }
    Ok(event)
}

fn told(orders: Vec<Order>) -> Sale {
    let mut sale = Sale::default();
    for order in orders {
        tell(&mut sale, order).unwrap();
    }
    sale
}

#[test]
fn an_authorization_is_reserved_once_and_starts_one_run() {
    let mut sale = told(vec![Order::Reserve(reservation()), Order::Begin(run(1))]);
    assert_eq!(tell(&mut sale, Order::Reserve(reservation())), Err(Error::Reserved));
    assert_eq!(tell(&mut sale, Order::Begin(run(1))), Ok(None), "the same again");
    assert_eq!(tell(&mut sale, Order::Begin(run(2))), Err(Error::OutOfPlace));
    assert_eq!(tell(&mut sale, Order::Decline("late".into())), Err(Error::OutOfPlace));
}

#[test]
fn money_is_not_said_to_have_moved_before_it_was_asked_for() {
    let begun = || told(vec![Order::Reserve(reservation()), Order::Begin(run(1))]);
    let settle = || Order::Settle { transaction: None };
    assert_eq!(tell(&mut begun(), settle()), Err(Error::OutOfPlace));
    let mut asked = begun();
    tell(&mut asked, Order::Ask).unwrap();
    assert!(asked.stage.was_asked());
    tell(&mut asked, Order::Doubt("it timed out".into())).unwrap();
    assert_eq!(asked.stage.as_str(), "pending");
    assert_eq!(tell(&mut asked, Order::Ask), Ok(None), "asked before");
    tell(&mut asked, settle()).unwrap();
    assert_eq!(tell(&mut asked, Order::Refuse("no".into())), Err(Error::OutOfPlace));
    assert_eq!(tell(&mut asked, Order::Doubt("again".into())), Ok(None));
}

#[test]
fn nothing_is_asked_for_where_no_run_begins() {
    let mut sale = told(vec![Order::Reserve(reservation()), Order::Decline("cooling down".into())]);
    assert!(sale.stage.is_over());
    assert_eq!(tell(&mut sale, Order::Begin(run(1))), Err(Error::OutOfPlace));
    assert_eq!(tell(&mut sale, Order::Settle { transaction: None }), Err(Error::OutOfPlace));
    assert_eq!(tell(&mut Sale::default(), Order::Ask), Err(Error::Unknown));
}

proptest! {
    /// Whatever it is told in whatever order: one run, and one end that stays.
    #[test]
    fn a_sale_has_one_run_and_one_end(orders in proptest::collection::vec(0_u8..8, 0..40)) {
        let (mut sale, mut runs, mut end) = (Sale::default(), Vec::new(), None);
        for order in orders {
            let order = match order {
                0 => Order::Reserve(reservation()),
                1 => Order::Begin(run(1)),
                2 => Order::Begin(run(2)),
                3 => Order::Decline("no".into()),
                4 => Order::Ask,
                5 => Order::Doubt("unknown".into()),
                6 => Order::Settle { transaction: Some(B256::repeat_byte(9)) },
                _ => Order::Refuse("spent".into()),
            };
            if let Ok(Some(Event::Begun { run_id, .. })) = tell(&mut sale, order) {
                runs.push(run_id);
            }
            if let Some(end) = &end {
                prop_assert_eq!(&sale.stage, end);
            } else if sale.stage.is_over() {
                end = Some(sale.stage.clone());
            }
        }
        prop_assert!(runs.len() <= 1);
        let moved = matches!(sale.stage, Stage::Settled { .. } | Stage::Refused { .. });
        prop_assert!(!moved || runs.len() == 1);
    }
}
