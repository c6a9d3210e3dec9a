//! Given what was settled, when a month is old enough, then it is let go, unless somebody holds it.

use std::collections::BTreeSet;
use std::sync::Arc;

use cqrs_es::Aggregate;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{Command, DELAY, Error, Order, Retention, Scope};
use crate::primitives::{HoldId, OrganizationId, RunId, SegmentId, WorkflowId};

const AT: OffsetDateTime = datetime!(2026-12-01 08:00 UTC);
const ENDED: OffsetDateTime = datetime!(2025-02-01 00:00 UTC);

fn at(at: OffsetDateTime, order: Order) -> Command {
    Command { organization: OrganizationId::DEFAULT, by: "usr ada".to_owned(), at, order }
}

fn hold_id(number: u128) -> HoldId {
    HoldId::from_uuid(Uuid::from_u128(number))
}

fn hold(number: u128, scope: Scope) -> Order {
    Order::Hold { hold: hold_id(number), scope, reason: "case 7".to_owned() }
}

fn given(commands: impl IntoIterator<Item = Command>) -> Retention {
    let mut retention = Retention::default();
    for command in commands {
        if let Some(event) = retention.decide(command).unwrap() {
            retention.apply(event);
        }
    }
    retention
}

fn nothing(_: RunId) -> bool {
    false
}

#[test]
fn without_a_word_everything_is_kept() {
    assert_eq!(Retention::default().lets_go(ENDED, AT, nothing), None);
    let kept = given([at(AT, Order::Settle(None))]);
    assert_eq!(kept.lets_go(ENDED, AT + DELAY, nothing), None);
}

#[test]
fn a_shorter_time_waits_before_it_counts_and_a_longer_one_does_not() {
    let shorter = given([at(AT, Order::Settle(Some(400)))]);
    assert_eq!(shorter.lets_go(ENDED, AT + DELAY - Duration::SECOND, nothing), None);
    assert_eq!(shorter.lets_go(ENDED, AT + DELAY, nothing), Some((400, "usr ada")));
    let later = AT + DELAY + Duration::DAY;
    let longer = given([at(AT, Order::Settle(Some(400))), at(later, Order::Settle(Some(4_000)))]);
    assert_eq!(longer.lets_go(ENDED, later, nothing), None);
}

#[test]
fn what_waits_is_no_measure_for_what_comes_after_it() {
    // 400 days wait still: 500 are shorter than what counts, which is for ever.
    let soon = AT + Duration::HOUR;
    let twice = given([at(AT, Order::Settle(Some(400))), at(soon, Order::Settle(Some(500)))]);
    assert_eq!(twice.lets_go(ENDED, AT + DELAY, nothing), None);
    assert_eq!(twice.lets_go(ENDED, soon + DELAY, nothing), Some((500, "usr ada")));
}

#[test]
fn a_month_is_let_go_when_it_is_old_enough_and_not_before() {
    let settled = given([at(AT, Order::Settle(Some(730)))]);
    let old_enough = ENDED + Duration::days(730);
    assert_eq!(settled.lets_go(ENDED, old_enough - Duration::SECOND, nothing), None);
    assert!(settled.lets_go(ENDED, old_enough, nothing).is_some());
}

#[test]
fn a_hold_keeps_what_it_may_be_about_until_it_is_lifted() {
    let run = RunId::from_uuid(Uuid::from_u128(3));
    let workflow_id = WorkflowId::from_uuid(Uuid::from_u128(4));
    let now = AT + DELAY;
    for scope in [Scope::Organization, Scope::Workflow { workflow_id }, Scope::Run { run_id: run }]
    {
        let settle = at(AT, Order::Settle(Some(400)));
        let mut held = given([settle, at(AT, hold(1, scope)), at(AT, hold(2, scope))]);
        for number in [1, 2] {
            assert_eq!(held.lets_go(ENDED, now, |it| it == run), None, "{scope:?}");
            let lift = Order::Lift { hold: hold_id(number), reason: "closed".to_owned() };
            let event = held.decide(at(AT, lift)).unwrap().unwrap();
            held.apply(event);
        }
        assert!(held.lets_go(ENDED, now, |it| it == run).is_some(), "{scope:?}");
    }
    let other =
        given([at(AT, Order::Settle(Some(400))), at(AT, hold(1, Scope::Run { run_id: run }))]);
    assert!(other.lets_go(ENDED, now, nothing).is_some());
}

#[test]
fn what_was_let_go_is_not_held_any_more_and_what_was_held_before_is_not_let_go() {
    let (run, now) = (RunId::from_uuid(Uuid::from_u128(3)), AT + DELAY);
    let let_go = |number: u128| Order::LetGo {
        segment: SegmentId::from_uuid(Uuid::from_u128(number)),
        ended_at: ENDED,
        runs: Arc::new(BTreeSet::from([run])),
    };
    let settle = at(AT, Order::Settle(Some(400)));
    let after = given([settle.clone(), at(now, let_go(1)), at(now, hold(1, Scope::Organization))]);
    assert_eq!(after.let_go.len(), 1);
    assert_eq!(after.decide(at(now, let_go(1))), Ok(None));
    assert_eq!(after.decide(at(now, let_go(2))), Err(Error::Kept));
    let before = given([settle, at(AT, hold(1, Scope::Run { run_id: run }))]);
    assert_eq!(before.decide(at(now, let_go(1))), Err(Error::Kept));
    assert_eq!(Retention::default().decide(at(now, let_go(1))), Err(Error::Kept));
}

#[test]
fn what_cannot_be_is_refused() {
    let none = Retention::default();
    let lift = Order::Lift { hold: hold_id(1), reason: "closed".to_owned() };
    assert_eq!(none.decide(at(AT, lift)), Err(Error::UnknownHold));
    assert_eq!(none.decide(at(AT, Order::Settle(Some(364)))), Err(Error::TooSoon));
    for reason in [" ".to_owned(), "x".repeat(1_001)] {
        let hold = Order::Hold { hold: hold_id(1), scope: Scope::Organization, reason };
        assert_eq!(none.decide(at(AT, hold)), Err(Error::Reason));
    }
    let placed = given([at(AT, hold(1, Scope::Organization))]);
    assert_eq!(placed.decide(at(AT, hold(1, Scope::Organization))), Ok(None));
}

#[test]
fn a_subject_is_given_up_once_and_never_while_one_of_its_runs_is_held() {
    let run = RunId::from_uuid(Uuid::from_u128(3));
    let shred = |version: i32| Order::Shred {
        subject: "5e".repeat(32),
        version,
        runs: Arc::new(BTreeSet::from([run])),
        reason: "erasure request 12".to_owned(),
    };
    let other = RunId::from_uuid(Uuid::from_u128(4));
    let beside = given([at(AT, hold(1, Scope::Run { run_id: other }))]);
    assert!(beside.decide(at(AT, shred(1))).unwrap().is_some());
    let workflow_id = WorkflowId::from_uuid(Uuid::from_u128(5));
    for scope in [Scope::Organization, Scope::Workflow { workflow_id }, Scope::Run { run_id: run }]
    {
        let held = given([at(AT, hold(1, scope))]);
        assert_eq!(held.decide(at(AT, shred(1))), Err(Error::Held), "{scope:?}");
    }
    let gone = || at(AT, Order::Shredded { subject: "5e".repeat(32) });
    assert_eq!(Retention::default().decide(gone()), Err(Error::NotOrdered));
    let after = given([at(AT, shred(1)), at(AT, hold(1, Scope::Organization))]);
    // What was given up before the hold is gone on with.
    assert_eq!(after.decide(at(AT, shred(1))), Ok(None));
    assert!(after.decide(gone()).unwrap().is_some());
    assert_eq!(after.decide(at(AT, shred(2))), Err(Error::Held));
    let done = given([at(AT, shred(1)), gone()]);
    assert_eq!(done.decide(gone()), Ok(None));
    assert!(done.decide(at(AT, shred(2))).unwrap().is_some());
}
