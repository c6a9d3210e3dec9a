//! Given a lane, when something is wanted or seen, then these events or this refusal.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use cqrs_es::Aggregate;
use k256::ecdsa::SigningKey;
use proptest::prelude::*;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use super::{
    Call, Command, Error, Event, IN_FLIGHT, Intent, Lane, Order, Origin, Receipt, Sent, Simulation,
    Stage, Step, Until, Verdict,
};
use crate::primitives::{IntentId, OrganizationId, RunId, WalletId, WorkflowId};
use crate::transactions::{Fees, Signature, Signed, Unsigned};

pub(super) const AT: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);
const FEES: Fees = Fees::Dynamic { max_fee: 100, max_priority_fee: 10 };
const CHAIN: u64 = 31337;

pub(super) const fn allowed() -> Verdict {
    Verdict::Allowed { fee_budget: U256::MAX }
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_slice(&[number; 32]).unwrap()
}

fn address(key: &SigningKey) -> Address {
    let point = key.verifying_key().to_encoded_point(false);
    Address::from_raw_public_key(&point.as_bytes()[1..])
}

pub(super) fn id(number: u64) -> IntentId {
    IntentId::from_uuid(Uuid::from_u128(number.into()))
}

fn intent(number: u64) -> Intent {
    Intent {
        intent_id: id(number),
        organization_id: OrganizationId::DEFAULT,
        wallet_id: WalletId::from_uuid(Uuid::from_u128(1)),
        address: address(&key(1)),
        chain_id: CHAIN,
        origin: Origin {
            run_id: RunId::from_uuid(Uuid::from_u128(2)),
            node_id: format!("pay.{number}"),
            workflow_id: WorkflowId::from_uuid(Uuid::from_u128(3)),
            trigger: "manual".to_owned(),
            started_by: "usr ada".to_owned(),
        },
        call: Call {
            to: Some(Address::repeat_byte(0xbb)),
            value: U256::from(number),
            data: Bytes::new(),
        },
        until: Until::Final,
        gas_limit: None,
        max_fee_total: None,
        expires_at: AT + time::Duration::DAY,
    }
}

fn sign(transaction: Unsigned, key: &SigningKey) -> Box<Signed> {
    let digest = transaction.digest();
    let (pair, recovery) = key.sign_prehash_recoverable(digest.as_slice()).unwrap();
    let number = |bytes: &[u8]| U256::from_be_slice(bytes);
    let (r, s) = pair.split_bytes();
    let signature = Signature { r: number(&r), s: number(&s), is_odd: recovery.is_y_odd() };
    Box::new(transaction.sealed(signature.lowered().0).unwrap())
}

pub(super) fn tell(lane: &mut Lane, order: Order) -> Result<Vec<Event>, Error> {
    let events = lane.decide(Command { by: "lane".to_owned(), at: AT, order })?;
    for event in &events {
        let written = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), *event, "{written}");
        lane.apply(event.clone());
    }
    Ok(events)
}

/// Tells what depends on where the lane stands.
fn next(lane: &mut Lane, order: impl FnOnce(&Lane) -> Order) -> Result<Vec<Event>, Error> {
    let order = order(lane);
    tell(lane, order)
}

pub(super) fn accept(number: u64) -> Order {
    Order::Accept(Box::new(intent(number)))
}

pub(super) fn judge(number: u64, verdict: Verdict) -> Order {
    Order::Judge { intent: id(number), verdict, reasons: json!([]).into() }
}

pub(super) fn pass(number: u64) -> Order {
    Order::Simulate { intent: id(number), outcome: Simulation::Passed { gas_limit: 21_000 } }
}

pub(super) fn number(number: u64, chain_nonce: u64) -> Order {
    Order::Number { intent: id(number), chain_nonce, fees: FEES }
}

fn to_sign(lane: &Lane, number: u64) -> Unsigned {
    lane.find(id(number)).unwrap().attempts.last().unwrap().transaction.clone()
}

fn signed(lane: &Lane, number: u64) -> Order {
    let transaction = sign(to_sign(lane, number), &key(1));
    Order::Sign { intent: id(number), transaction }
}

fn hash(lane: &Lane, number: u64) -> B256 {
    lane.find(id(number)).unwrap().attempts.last().unwrap().hash().unwrap()
}

fn said(lane: &Lane, number: u64, outcome: Sent) -> Order {
    Order::Broadcast { intent: id(number), hash: hash(lane, number), outcome }
}

fn include(number: u64, hash: B256, is_success: bool) -> Order {
    let (block_number, block_hash) = (7, keccak256("block"));
    let (gas_used, gas_price) = (21_000, 90);
    let receipt = Receipt { block_number, block_hash, is_success, gas_used, gas_price };
    Order::Include { intent: id(number), hash, receipt }
}

/// A lane in which this intent was sent.
fn sent(lane: &mut Lane, intent: u64) {
    for order in [accept(intent), judge(intent, allowed()), pass(intent), number(intent, 0)] {
        tell(lane, order).unwrap();
    }
    next(lane, |lane| signed(lane, intent)).unwrap();
    next(lane, |lane| said(lane, intent, Sent::Accepted)).unwrap();
}

pub(super) fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(Event::name).collect()
}

#[test]
fn an_intent_is_judged_tried_numbered_signed_sent_included_and_final() {
    let mut lane = Lane::default();
    let step = |lane: &Lane| lane.find(id(1)).map(super::Wanted::step);
    tell(&mut lane, accept(1)).unwrap();
    assert_eq!(step(&lane), Some(Step::Judge));
    tell(&mut lane, judge(1, allowed())).unwrap();
    assert_eq!(step(&lane), Some(Step::Simulate));
    tell(&mut lane, pass(1)).unwrap();
    assert_eq!(step(&lane), Some(Step::Number));
    let events = tell(&mut lane, number(1, 4)).unwrap();
    assert_eq!(names(&events), ["nonce_reserved", "sign_requested"]);
    assert_eq!(step(&lane), Some(Step::Sign));
    let transaction = to_sign(&lane, 1);
    assert_eq!(
        (transaction.nonce, transaction.gas_limit, transaction.value),
        (4, 21_000, U256::ONE)
    );
    next(&mut lane, |lane| signed(lane, 1)).unwrap();
    assert_eq!(step(&lane), Some(Step::Broadcast));
    next(&mut lane, |lane| said(lane, 1, Sent::Accepted)).unwrap();
    assert_eq!(step(&lane), Some(Step::Watch));
    next(&mut lane, |lane| include(1, hash(lane, 1), true)).unwrap();
    assert_eq!(step(&lane), Some(Step::Confirm));
    tell(&mut lane, Order::Finalize { intent: id(1) }).unwrap();
    assert_eq!((step(&lane), lane.next_nonce, lane.in_flight()), (None, 5, 0));
}

#[test]
fn what_was_wanted_once_is_not_carried_out_again_also_when_it_is_over() {
    let mut lane = Lane::default();
    sent(&mut lane, 1);
    assert_eq!(tell(&mut lane, accept(1)), Err(Error::Known(id(1))));
    next(&mut lane, |lane| include(1, hash(lane, 1), true)).unwrap();
    tell(&mut lane, Order::Finalize { intent: id(1) }).unwrap();
    assert_eq!(tell(&mut lane, accept(1)), Err(Error::Known(id(1))));
    let elsewhere = Intent { chain_id: 1, ..intent(2) };
    let refused = tell(&mut lane, Order::Accept(Box::new(elsewhere)));
    assert_eq!(refused, Err(Error::Elsewhere(id(2))));
}

#[test]
fn what_the_policy_denies_or_a_trial_reverts_is_over_without_a_nonce() {
    let mut lane = Lane::default();
    tell(&mut lane, accept(1)).unwrap();
    tell(&mut lane, judge(1, Verdict::Denied("unlisted".to_owned()))).unwrap();
    tell(&mut lane, accept(2)).unwrap();
    tell(&mut lane, judge(2, allowed())).unwrap();
    let failed = Simulation::Failed { reason: "reverted".to_owned() };
    tell(&mut lane, Order::Simulate { intent: id(2), outcome: failed }).unwrap();
    assert_eq!((lane.open.len(), lane.next_nonce), (0, 0));
    assert_eq!(tell(&mut lane, pass(2)), Err(Error::NotOpen(id(2))));
}

#[test]
fn nothing_is_numbered_before_the_policy_and_a_trial_let_it() {
    let mut lane = Lane::default();
    tell(&mut lane, accept(1)).unwrap();
    assert_eq!(tell(&mut lane, number(1, 0)), Err(Error::OutOfPlace(id(1), "get a nonce")));
    tell(&mut lane, judge(1, allowed())).unwrap();
    assert_eq!(tell(&mut lane, number(1, 0)), Err(Error::OutOfPlace(id(1), "get a nonce")));
}

#[test]
fn another_transaction_and_another_key_are_no_signature_of_this_one() {
    let mut lane = Lane::default();
    for order in [accept(1), judge(1, allowed()), pass(1), number(1, 0)] {
        tell(&mut lane, order).unwrap();
    }
    let mine = to_sign(&lane, 1);
    let more = Unsigned { value: U256::from(1_000), ..mine.clone() };
    for transaction in [sign(more, &key(1)), sign(mine, &key(2))] {
        let refused = tell(&mut lane, Order::Sign { intent: id(1), transaction });
        assert!(matches!(refused, Err(Error::Forged { .. })), "{refused:?}");
    }
    assert_eq!(lane.find(id(1)).unwrap().stage, Stage::Signing);
}

#[test]
fn what_nobody_knows_about_a_broadcast_keeps_the_nonce_and_is_noted_once() {
    let mut lane = Lane::default();
    for order in [accept(1), judge(1, allowed()), pass(1), number(1, 0)] {
        tell(&mut lane, order).unwrap();
    }
    next(&mut lane, |lane| signed(lane, 1)).unwrap();
    let unknown = Sent::Unknown { message: "timed out".to_owned() };
    assert_eq!(next(&mut lane, |lane| said(lane, 1, unknown.clone())).unwrap().len(), 1);
    assert_eq!(next(&mut lane, |lane| said(lane, 1, unknown)).unwrap().len(), 0);
    assert_eq!((lane.in_flight(), lane.next_nonce), (1, 1));
    assert_eq!(next(&mut lane, |lane| said(lane, 1, Sent::AlreadyKnown)).unwrap().len(), 1);
}

#[test]
fn a_reorganization_returns_it_to_its_broadcast_under_the_same_nonce() {
    let mut lane = Lane::default();
    sent(&mut lane, 1);
    let first = hash(&lane, 1);
    tell(&mut lane, include(1, first, true)).unwrap();
    tell(&mut lane, Order::Orphan { intent: id(1) }).unwrap();
    let wanted = lane.find(id(1)).unwrap();
    assert_eq!((wanted.step(), wanted.nonce), (Step::Watch, Some(0)));
    tell(&mut lane, include(1, first, false)).unwrap();
    let events = tell(&mut lane, Order::Finalize { intent: id(1) }).unwrap();
    let [Event::Finalized { inclusion, origin: Some(_), .. }] = &events[..] else {
        panic!("{events:?}");
    };
    assert!(!inclusion.is_success);
}

#[test]
fn either_price_may_be_included_when_one_was_to_replace_the_other() {
    let mut lane = Lane::default();
    sent(&mut lane, 1);
    let first = hash(&lane, 1);
    let dearer = Fees::Dynamic { max_fee: 113, max_priority_fee: 12 };
    let cheap = Fees::Dynamic { max_fee: 110, max_priority_fee: 11 };
    let replace = |fees| Order::Replace { intent: id(1), fees };
    assert_eq!(tell(&mut lane, replace(cheap)), Err(Error::TooCheap));
    tell(&mut lane, replace(dearer)).unwrap();
    assert_eq!(to_sign(&lane, 1).nonce, 0);
    // The first one is included before the second one is signed.
    tell(&mut lane, include(1, first, true)).unwrap();
    let refused = next(&mut lane, |lane| signed(lane, 1));
    assert_eq!(refused, Err(Error::OutOfPlace(id(1), "be signed")));
    assert_eq!(tell(&mut lane, include(1, keccak256("x"), true)), Err(Error::Stranger(id(1))));
}

#[test]
fn a_price_beyond_what_an_intent_may_cost_is_not_asked_for() {
    let mut lane = Lane::default();
    let bounded = Intent { max_fee_total: Some(U256::from(21_000 * 112)), ..intent(1) };
    for order in [Order::Accept(Box::new(bounded)), judge(1, allowed()), pass(1)] {
        tell(&mut lane, order).unwrap();
    }
    tell(&mut lane, number(1, 0)).unwrap();
    next(&mut lane, |lane| signed(lane, 1)).unwrap();
    next(&mut lane, |lane| said(lane, 1, Sent::Accepted)).unwrap();
    let fees = Fees::Dynamic { max_fee: 113, max_priority_fee: 12 };
    assert_eq!(tell(&mut lane, Order::Replace { intent: id(1), fees }), Err(Error::TooDear));
}

#[test]
fn a_nonce_that_others_took_is_exchanged_and_never_given_again() {
    let mut lane = Lane::default();
    sent(&mut lane, 1);
    tell(&mut lane, Order::Conflict { intent: id(1) }).unwrap();
    assert_eq!(lane.find(id(1)).unwrap().step(), Step::Number);
    tell(&mut lane, number(1, 1)).unwrap();
    assert_eq!(to_sign(&lane, 1).nonce, 1);
}

fn cancel(number: u64) -> Order {
    Order::Cancel { intent: id(number), reason: "expired".to_owned() }
}

#[test]
fn what_has_no_nonce_is_given_up_at_once() {
    let mut lane = Lane::default();
    tell(&mut lane, accept(1)).unwrap();
    let events = tell(&mut lane, cancel(1)).unwrap();
    assert!(matches!(events[..], [Event::Cancelled { instead: None, origin: Some(_), .. }]));
    assert!(lane.open.is_empty());
}

#[test]
fn what_has_a_nonce_is_called_off_by_what_moves_nothing_under_it() {
    let mut lane = Lane::default();
    sent(&mut lane, 1);
    tell(&mut lane, cancel(1)).unwrap();
    assert_eq!(tell(&mut lane, cancel(1)), Ok(Vec::new()), "it is being called off");
    let fees = Fees::Dynamic { max_fee: 113, max_priority_fee: 12 };
    tell(&mut lane, Order::Replace { intent: id(1), fees }).unwrap();
    let nothing = to_sign(&lane, 1);
    assert_eq!((nothing.nonce, nothing.value, nothing.to), (0, U256::ZERO, Some(address(&key(1)))));
    next(&mut lane, |lane| signed(lane, 1)).unwrap();
    next(&mut lane, |lane| said(lane, 1, Sent::Accepted)).unwrap();
    next(&mut lane, |lane| include(1, hash(lane, 1), true)).unwrap();
    let events = tell(&mut lane, Order::Finalize { intent: id(1) }).unwrap();
    assert!(matches!(events[..], [Event::Cancelled { instead: Some(_), .. }]), "{events:?}");
}

#[test]
fn what_is_called_off_too_late_is_told_as_it_happened() {
    let mut lane = Lane::default();
    sent(&mut lane, 1);
    let first = hash(&lane, 1);
    tell(&mut lane, cancel(1)).unwrap();
    tell(&mut lane, include(1, first, true)).unwrap();
    let events = tell(&mut lane, Order::Finalize { intent: id(1) }).unwrap();
    assert!(matches!(events[..], [Event::Finalized { origin: Some(_), .. }]), "{events:?}");
}

#[test]
fn more_gas_than_its_author_allows_is_a_trial_that_fails() {
    let mut lane = Lane::default();
    let bounded = Intent { gas_limit: Some(20_999), ..intent(1) };
    tell(&mut lane, Order::Accept(Box::new(bounded))).unwrap();
    tell(&mut lane, judge(1, allowed())).unwrap();
    let events = tell(&mut lane, pass(1)).unwrap();
    assert!(matches!(events[..], [Event::SimulationFailed { .. }]), "{events:?}");
}

#[test]
fn whoever_waits_for_a_block_only_is_told_then_and_not_again() {
    let mut lane = Lane::default();
    let hasty = Intent { until: Until::Included, ..intent(1) };
    for order in [Order::Accept(Box::new(hasty)), judge(1, allowed()), pass(1), number(1, 0)] {
        tell(&mut lane, order).unwrap();
    }
    next(&mut lane, |lane| signed(lane, 1)).unwrap();
    next(&mut lane, |lane| said(lane, 1, Sent::Accepted)).unwrap();
    let events = next(&mut lane, |lane| include(1, hash(lane, 1), true)).unwrap();
    assert!(matches!(events[..], [Event::Included { origin: Some(_), .. }]));
    let events = tell(&mut lane, Order::Finalize { intent: id(1) }).unwrap();
    assert!(matches!(events[..], [Event::Finalized { origin: None, .. }]));
}

#[test]
fn whoever_waits_for_a_block_only_is_not_told_of_what_moves_nothing_in_its_place() {
    let mut lane = Lane::default();
    let hasty = Intent { until: Until::Included, ..intent(1) };
    for order in [Order::Accept(Box::new(hasty)), judge(1, allowed()), pass(1), number(1, 0)] {
        tell(&mut lane, order).unwrap();
    }
    let dearer = Fees::Dynamic { max_fee: 200, max_priority_fee: 20 };
    for order in [cancel(1), Order::Replace { intent: id(1), fees: dearer }] {
        tell(&mut lane, order).unwrap();
    }
    next(&mut lane, |lane| signed(lane, 1)).unwrap();
    next(&mut lane, |lane| said(lane, 1, Sent::Accepted)).unwrap();
    let events = next(&mut lane, |lane| include(1, hash(lane, 1), true)).unwrap();
    assert!(matches!(events[..], [Event::Included { origin: None, .. }]));
    let events = tell(&mut lane, Order::Finalize { intent: id(1) }).unwrap();
    assert!(matches!(events[..], [Event::Cancelled { origin: Some(_), .. }]));
}

#[test]
fn so_many_and_no_more_are_in_flight() {
    let mut lane = Lane::default();
    for number in 0..IN_FLIGHT as u64 {
        sent(&mut lane, number);
    }
    for order in [accept(99), judge(99, allowed()), pass(99)] {
        tell(&mut lane, order).unwrap();
    }
    assert_eq!(tell(&mut lane, number(99, 0)), Err(Error::Busy));
    next(&mut lane, |lane| include(3, hash(lane, 3), true)).unwrap();
    tell(&mut lane, number(99, 0)).unwrap();
    assert_eq!(to_sign(&lane, 99).nonce, IN_FLIGHT as u64);
}

proptest! {
    /// Whatever is told in whatever order: no nonce is given twice, and none is left out.
    #[test]
    fn nonces_are_given_once_and_without_a_gap(
        orders in prop::collection::vec((0_u8..10, 0_u64..5), 0..200)
    ) {
        let mut lane = Lane::default();
        let mut given = Vec::new();
        for (what, which) in orders {
            let hash_of = |lane: &Lane| {
                lane.find(id(which)).and_then(|wanted| wanted.attempts.last()?.hash())
            };
            let order = match what {
                0 => accept(which),
                1 => judge(which, allowed()),
                2 => pass(which),
                3 => number(which, 0),
                4 if lane.find(id(which)).is_some_and(|it| it.stage == Stage::Signing) => {
                    signed(&lane, which)
                }
                5 if hash_of(&lane).is_some() => said(&lane, which, Sent::Accepted),
                6 if hash_of(&lane).is_some() => include(which, hash(&lane, which), true),
                7 => Order::Orphan { intent: id(which) },
                8 => Order::Finalize { intent: id(which) },
                _ => Order::Cancel { intent: id(which), reason: String::new() },
            };
            for event in tell(&mut lane, order).unwrap_or_default() {
                if let Event::NonceReserved { nonce, .. } = event {
                    given.push(nonce);
                }
            }
        }
        let expected: Vec<u64> = (0..given.len() as u64).collect();
        prop_assert_eq!(given, expected);
    }
}
