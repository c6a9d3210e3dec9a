//! Given a user, when an order comes, then these events or this refusal.

use cqrs_es::Aggregate;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{
    Command, Error, Event, FREE_FAILURES, Factor, MAX_SESSIONS, Order, PasswordCause, Proof,
    RESET_LIFE, User,
};
use crate::primitives::{SessionId, UserId};

const AT: OffsetDateTime = datetime!(2026-11-28 08:00 UTC);
const VERIFIER: &str = "password.1";
const FROM: &str = "203.0.113.9";

fn at(at: OffsetDateTime, order: Order) -> Command {
    Command { by: "admin".to_owned(), at, order }
}

fn register() -> Command {
    let id = UserId::from_uuid(Uuid::from_u128(1));
    at(AT, Order::Register { id, email: "ada@example.com".to_owned(), name: None })
}

fn fail() -> Order {
    Order::FailLogin { factor: Factor::Password, from: FROM.to_owned() }
}

fn log_in(proof: Proof) -> Order {
    let session = SessionId::from_uuid(Uuid::from_u128(2));
    Order::LogIn { session, verifier: VERIFIER.to_owned(), proof, from: FROM.to_owned() }
}

fn set(cause: PasswordCause) -> Order {
    Order::SetPassword { verifier: VERIFIER.to_owned(), cause }
}

fn enrolled() -> [Order; 2] {
    [
        Order::EnrolTotp { secret: "totp.1".to_owned() },
        Order::ConfirmTotp { step: 100, recovery: "recovery.1".to_owned() },
    ]
}

/// A user with a password who was given these orders at one moment.
fn given(orders: impl IntoIterator<Item = Order>) -> User {
    let mut user = User::default();
    let orders = [set(PasswordCause::Registered)].into_iter().chain(orders);
    for command in [register()].into_iter().chain(orders.map(|it| at(AT, it))) {
        for event in user.decide(command).unwrap() {
            user.apply(event);
        }
    }
    user
}

#[test]
fn failures_lock_for_longer_and_longer_and_write_nothing_while_locked() {
    let mut user = given((0..FREE_FAILURES).map(|_| fail()));
    let mut now = AT;
    for seconds in [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600] {
        for event in user.decide(at(now, fail())).unwrap() {
            user.apply(event);
        }
        let until = now + Duration::seconds(seconds);
        let locked = Err(Error::Locked { until });
        assert_eq!(user.decide(at(until - Duration::SECOND, fail())), locked);
        assert_eq!(user.decide(at(now, log_in(Proof::PasswordAlone))), locked);
        now = until;
    }
    assert!(user.decide(at(now, log_in(Proof::PasswordAlone))).is_ok(), "the lock has an end");
}

#[test]
fn a_success_or_a_quiet_day_forgives_failures() {
    let failures = || (0..FREE_FAILURES).map(|_| fail());
    let user = given(failures().chain([log_in(Proof::PasswordAlone)]).chain(failures()));
    assert_eq!(user.locks.locked_until(AT), None);
    let user = given(failures());
    let later = AT + Duration::days(2);
    let after = user.locks.failed(later);
    assert_eq!(after.locked_until(later), None);
}

#[test]
fn a_suspended_user_is_not_let_in_and_loses_every_session() {
    let user = given([log_in(Proof::PasswordAlone), Order::Suspend { reason: None }]);
    assert!(user.suspended && user.sessions.is_empty());
    assert_eq!(user.decide(at(AT, log_in(Proof::PasswordAlone))), Err(Error::Suspended));
    let user = given([Order::Suspend { reason: None }, Order::Restore]);
    assert!(user.decide(at(AT, log_in(Proof::PasswordAlone))).is_ok());
    assert_eq!(user.decide(at(AT, Order::Restore)), Err(Error::Already("active")));
}

#[test]
fn a_second_factor_is_asked_for_once_it_was_shown_to_work() {
    let [enrol, confirm] = enrolled();
    let user = given([enrol.clone()]);
    assert!(user.decide(at(AT, log_in(Proof::PasswordAlone))).is_ok());
    let user = given([enrol.clone(), confirm.clone()]);
    let stale = Err(Error::StaleProof);
    assert_eq!(user.decide(at(AT, log_in(Proof::PasswordAlone))), stale);
    assert_eq!(user.decide(at(AT, enrol)), Err(Error::HasTotp));
    assert_eq!(user.decide(at(AT, confirm)), Err(Error::HasTotp));
    let user = given(enrolled().into_iter().chain([Order::RemoveTotp]));
    assert!(user.decide(at(AT, log_in(Proof::PasswordAlone))).is_ok());
    assert_eq!(user.decide(at(AT, Order::RemoveTotp)), Err(Error::NoTotp));
}

#[test]
fn no_code_opens_twice() {
    let totp = |step| log_in(Proof::Totp { step });
    let code = |index| log_in(Proof::RecoveryCode { index });
    let user = given(enrolled().into_iter().chain([totp(101), code(3)]));
    for used in [totp(100), totp(101), code(3)] {
        assert_eq!(user.decide(at(AT, used)), Err(Error::StaleProof));
    }
    assert!(user.decide(at(AT, totp(102))).is_ok());
    assert!(user.decide(at(AT, code(4))).is_ok());
    assert_eq!(given([]).decide(at(AT, totp(1))), Err(Error::StaleProof));
}

#[test]
fn a_password_ends_every_session_of_the_one_before() {
    let mut user = given([log_in(Proof::PasswordAlone)]);
    let verifier = "password.2".to_owned();
    let change = Order::SetPassword { verifier, cause: PasswordCause::Changed };
    for event in user.decide(at(AT, change)).unwrap() {
        user.apply(event);
    }
    assert!(user.sessions.is_empty());
    // It was right a moment ago.
    assert_eq!(user.decide(at(AT, log_in(Proof::PasswordAlone))), Err(Error::StaleProof));
}

#[test]
fn the_oldest_of_too_many_sessions_gives_way() {
    let sessions = |number| SessionId::from_uuid(Uuid::from_u128(number));
    let log_in = |number| Order::LogIn {
        session: sessions(number),
        verifier: VERIFIER.to_owned(),
        proof: Proof::PasswordAlone,
        from: FROM.to_owned(),
    };
    let user = given((0..51).map(log_in));
    assert_eq!(user.sessions.len(), MAX_SESSIONS);
    assert!(!user.sessions.contains(&sessions(0)) && user.sessions.contains(&sessions(50)));
}

#[test]
fn a_reset_token_is_used_once_and_in_time() {
    let issue = |hash: &str| Order::IssueReset { hash: hash.to_owned() };
    let use_of = |hash: &str| set(PasswordCause::Reset { hash: hash.to_owned() });
    let user = given([issue("a"), issue("b")]);
    assert_eq!(user.decide(at(AT, use_of("a"))), Err(Error::StaleReset), "another replaced it");
    assert_eq!(user.decide(at(AT + RESET_LIFE, use_of("b"))), Err(Error::StaleReset));
    let user = given([issue("b"), use_of("b")]);
    assert_eq!(user.decide(at(AT, use_of("b"))), Err(Error::StaleReset));
}

#[test]
fn a_name_is_bounded_and_a_user_is_registered_once() {
    let named = |name: &str| {
        let id = UserId::from_uuid(Uuid::from_u128(1));
        let (email, name) = ("ada@example.com".to_owned(), Some(name.to_owned()));
        User::default().decide(at(AT, Order::Register { id, email, name }))
    };
    assert!(named("Ada Lovelace").is_ok());
    for name in ["", "a\nb", &"a".repeat(201)] {
        assert_eq!(named(name), Err(Error::Name), "{name:?}");
    }
    assert_eq!(given([]).decide(register()), Err(Error::Exists));
    assert_eq!(User::default().decide(at(AT, fail())), Err(Error::Unknown));
    let events = given([]).decide(at(AT, fail())).unwrap();
    assert_eq!(events.iter().map(Event::name).collect::<Vec<_>>(), ["login_failed"]);
}
