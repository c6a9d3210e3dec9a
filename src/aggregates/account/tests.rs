//! Given an account, when an order comes, then these events or this refusal.

use cqrs_es::Aggregate;
use time::OffsetDateTime;
use time::macros::datetime;

use super::{Account, Command, Error, Event, MAX_BALANCE, Month, Order, Plan};

const AT: OffsetDateTime = datetime!(2026-11-21 08:00 UTC);
const PLAN: Plan = Plan { monthly_grant: 100, min_threshold: 10 };

fn at(at: OffsetDateTime, order: Order) -> Command {
    Command { by: "ada".to_owned(), at, order }
}

fn given(commands: impl IntoIterator<Item = Command>) -> Account {
    let mut account = Account::default();
    for command in commands {
        for event in account.decide(command).unwrap() {
            account.apply(event);
        }
    }
    account
}

fn metered() -> Account {
    given([at(AT, Order::Meter(PLAN))])
}

#[test]
fn an_account_without_a_plan_is_never_exhausted_and_is_granted_nothing() {
    let account = given([
        at(AT, Order::TopUp { units: 5, reference: None }),
        at(AT, Order::GrantMonth),
        at(AT, Order::Judge { balance: -7, seen: 1 }),
    ]);
    assert_eq!((account.version, account.credited, account.exhausted), (1, 5, false));
}

#[test]
fn a_plan_begins_with_the_grant_of_the_month_in_which_it_is_made() {
    let account = metered();
    assert_eq!((account.credited, account.version), (100, 2));
    assert_eq!(account.granted_month, Some("2026-11".parse().unwrap()));
}

#[test]
fn a_month_is_granted_once_whoever_asks_and_however_the_plan_changes() {
    let mut account = metered();
    assert_eq!(account.decide(at(AT, Order::GrantMonth)), Ok(vec![]));
    let larger = Plan { monthly_grant: 500, ..PLAN };
    let events = account.decide(at(AT, Order::Meter(larger))).unwrap();
    assert!(matches!(events.as_slice(), [Event::Metered { .. }]), "{events:?}");
    for event in events {
        account.apply(event);
    }
    let december = datetime!(2026-12-01 00:00 UTC);
    let events = account.decide(at(december, Order::GrantMonth)).unwrap();
    assert!(matches!(events.as_slice(), [Event::Granted { units: 500, month: Some(_), .. }]));
    for event in events {
        account.apply(event);
    }
    // A process whose clock is behind does not grant November again.
    for moment in [december, AT] {
        assert_eq!(account.decide(at(moment, Order::GrantMonth)), Ok(vec![]));
    }
}

#[test]
fn the_units_are_used_up_when_the_balance_is_not_above_the_threshold() {
    let mut account = metered();
    let judge = |account: &Account, balance| {
        let seen = account.version;
        account.decide(at(AT, Order::Judge { balance, seen })).unwrap()
    };
    assert_eq!(judge(&account, 11), []);
    let out = judge(&account, 10);
    assert!(
        matches!(out.as_slice(), [Event::Exhausted { balance: 10, threshold: 10, .. }]),
        "{out:?}"
    );
    account.apply(out[0].clone());
    assert_eq!(judge(&account, -3), [], "it is said once");
    let back = judge(&account, 11);
    assert!(matches!(back.as_slice(), [Event::Replenished { balance: 11, .. }]), "{back:?}");
}

#[test]
fn a_balance_that_does_not_know_the_last_top_up_says_nothing() {
    let mut account = metered();
    let seen = account.version;
    for event in account.decide(at(AT, Order::TopUp { units: 5, reference: None })).unwrap() {
        account.apply(event);
    }
    assert_eq!(account.decide(at(AT, Order::Judge { balance: 0, seen })), Ok(vec![]));
}

#[test]
fn without_a_plan_an_exhausted_account_goes_on() {
    let account = given([
        at(AT, Order::Meter(PLAN)),
        at(AT, Order::Judge { balance: 0, seen: 2 }),
        at(AT, Order::Unmeter),
    ]);
    assert_eq!((account.plan, account.exhausted), (None, false));
}

#[test]
fn amounts_and_notes_have_bounds() {
    let account = metered();
    let top_up = |units| account.decide(at(AT, Order::TopUp { units, reference: None })).map(drop);
    assert_eq!(top_up(MAX_BALANCE - 100), Ok(()));
    for units in [0, MAX_BALANCE - 99, u64::MAX] {
        assert_eq!(top_up(units), Err(Error::Units), "{units}");
    }
    let reason = |text: &str| {
        let reason = Some(text.to_owned());
        account.decide(at(AT, Order::Grant { units: 1, reason })).map(drop)
    };
    assert_eq!(reason(&"r".repeat(200)), Ok(()));
    for bad in [&"r".repeat(201), "a\0", "a\nb"] {
        assert_eq!(reason(bad), Err(Error::Note), "{bad:?}");
    }
    let plan = Plan { monthly_grant: MAX_BALANCE + 1, min_threshold: 0 };
    assert_eq!(account.decide(at(AT, Order::Meter(plan))), Err(Error::Plan));
}

#[test]
fn a_grant_that_the_account_cannot_hold_is_left_out_and_keeps_nobody_from_changing_the_plan() {
    let account = given([at(AT, Order::TopUp { units: MAX_BALANCE, reference: None })]);
    let events = account.decide(at(AT, Order::Meter(PLAN))).unwrap();
    assert!(matches!(events.as_slice(), [Event::Metered { .. }]), "{events:?}");
}

#[test]
fn months_read_back_and_follow_one_another() {
    let month: Month = "2026-12".parse().unwrap();
    assert_eq!((month.to_string(), month.next().to_string()), ("2026-12".into(), "2027-01".into()));
    assert!(Month::of(AT) < month);
    assert_eq!(Month::of(datetime!(2026-12-01 00:30 +1)), Month::of(AT), "months are those of UTC");
    for bad in [
        "", "2026", "2026-1", "2026-13", "2026-00", "2026-012", "0000-01", "9999-01", "+026-01",
        "2026-1é",
    ] {
        assert!(bad.parse::<Month>().is_err(), "{bad}");
    }
}
