//! Given a lane whose wallet cannot pay, when money is wanted, comes or does not, then one run gets it.

use alloy_primitives::U256;
use time::Duration;
use uuid::Uuid;

use super::tests::{AT, accept, allowed, id, judge, names, number, pass, tell};
use super::{Error, Event, Hook, Lane, Order, Simulation, Stage, Step};
use crate::primitives::{RunId, WorkflowId};

const ONE: U256 = U256::ONE;

fn lack(intent: u64, needed: u64) -> Order {
    let hook = Hook {
        workflow: WorkflowId::from_uuid(Uuid::from_u128(9)),
        within: Duration::HOUR,
        floor: U256::ZERO,
        waiting: U256::ZERO,
    };
    Order::Lack { intent: id(intent), balance: ONE, needed: U256::from(needed), hook }
}

fn fund(intent: u64) -> Order {
    Order::Fund { intent: id(intent), balance: U256::from(9), needed: ONE }
}

fn fail(intent: u64) -> Order {
    let outcome = Simulation::Failed { reason: "insufficient funds".to_owned() };
    Order::Simulate { intent: id(intent), outcome }
}

/// A lane in which so many intents may be signed.
fn lane(count: u64) -> Lane {
    let mut lane = Lane::default();
    for intent in 1..=count {
        tell(&mut lane, accept(intent)).unwrap();
        tell(&mut lane, judge(intent, allowed())).unwrap();
    }
    lane
}

fn run_of(lane: &Lane) -> RunId {
    lane.funding.under_way.as_ref().unwrap().top_up.run_id
}

#[test]
fn what_cannot_be_paid_keeps_its_place_and_goes_on_when_it_can() {
    let mut lane = lane(1);
    let events = tell(&mut lane, lack(1, 7)).unwrap();
    assert_eq!(names(&events), ["funds_lacking", "top_up_wanted"]);
    let wanted = lane.find(id(1)).unwrap();
    assert_eq!((wanted.step(), wanted.nonce), (Step::Fund, None));
    assert_eq!(tell(&mut lane, pass(1)), Err(Error::OutOfPlace(id(1), "be tried")));
    assert!(tell(&mut lane, number(1, 0)).is_err());
    assert_eq!(names(&tell(&mut lane, fund(1)).unwrap()), ["funds_arrived"]);
    assert_eq!(lane.find(id(1)).unwrap().stage, Stage::Allowed);
    assert!(tell(&mut lane, fund(1)).is_err(), "it is there already");
    tell(&mut lane, pass(1)).unwrap();
    tell(&mut lane, number(1, 0)).unwrap();
}

#[test]
fn one_run_at_a_time_gets_money_and_each_has_an_id_of_its_own() {
    let mut lane = lane(3);
    tell(&mut lane, lack(1, 7)).unwrap();
    let first = run_of(&lane);
    assert_eq!(names(&tell(&mut lane, lack(2, 9)).unwrap()), ["funds_lacking"]);
    assert_eq!(lane.find(id(2)).unwrap().lacking.as_ref().unwrap().run_id, first);
    assert_eq!(tell(&mut lane, lack(2, 9)).unwrap(), [], "it waits for this one already");
    // What somebody else's run is told is no matter of this lane.
    let other = Order::EndTopUp { run: RunId::generate(), failure: None };
    assert_eq!(tell(&mut lane, other).unwrap(), []);
    let over = || Order::EndTopUp { run: first, failure: None };
    assert_eq!(names(&tell(&mut lane, over()).unwrap()), ["top_up_ended"]);
    assert_eq!(tell(&mut lane, over()).unwrap(), []);
    let events = tell(&mut lane, lack(2, 9)).unwrap();
    assert_eq!(names(&events), ["funds_lacking", "top_up_wanted"]);
    assert_ne!(run_of(&lane), first);
    let told = |intent| lane.find(id(intent)).unwrap().lacking.as_ref().unwrap().told;
    assert_eq!((told(1), told(2)), (Some(U256::from(7)), Some(U256::from(9))));
}

#[test]
fn a_run_that_takes_too_long_is_called_off_once_and_blocks_the_next_until_it_is_over() {
    let mut lane = lane(2);
    tell(&mut lane, lack(1, 7)).unwrap();
    let run = run_of(&lane);
    assert_eq!(tell(&mut lane, Order::CallOffTopUp).unwrap(), [], "its time is not over");
    let overdue = |lane: &mut Lane| {
        let at = AT + Duration::HOUR;
        let command = super::Command { by: "lane".to_owned(), at, order: Order::CallOffTopUp };
        let events = lane.decide(command).unwrap();
        for event in &events {
            cqrs_es::Aggregate::apply(lane, event.clone());
        }
        names(&events)
    };
    assert_eq!(overdue(&mut lane), ["top_up_called_off"]);
    assert!(overdue(&mut lane).is_empty());
    assert_eq!(names(&tell(&mut lane, fail(1)).unwrap()), ["simulation_failed"]);
    assert_eq!(names(&tell(&mut lane, lack(2, 7)).unwrap()), ["funds_lacking"]);
    let failure = Some("it was cancelled".to_owned());
    tell(&mut lane, Order::EndTopUp { run, failure: failure.clone() }).unwrap();
    let last = lane.funding.last.as_ref().unwrap();
    assert_eq!((last.run_id, &last.failure), (run, &failure));
}

#[test]
fn who_waits_for_money_can_be_called_off() {
    let mut lane = lane(1);
    tell(&mut lane, lack(1, 7)).unwrap();
    let cancel = Order::Cancel { intent: id(1), reason: "its run has ended".to_owned() };
    let events = tell(&mut lane, cancel).unwrap();
    assert!(matches!(&events[..], [Event::Cancelled { instead: None, .. }]));
    assert!(lane.funding.under_way.is_some(), "the run goes on");
}
