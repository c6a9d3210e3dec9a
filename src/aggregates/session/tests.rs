//! Given a session, when an order comes, then these events or this refusal.

use cqrs_es::Aggregate;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{CloseReason, Command, Error, Event, Opened, Order, SESSION_LIFE, Session};
use crate::primitives::{SessionId, UserId};

const AT: OffsetDateTime = datetime!(2026-11-28 08:00 UTC);

fn hash(letter: &str) -> String {
    letter.repeat(64)
}

fn at(at: OffsetDateTime, order: Order) -> Command {
    Command { by: "user_ada".to_owned(), at, order }
}

fn open() -> Command {
    at(
        AT,
        Order::Open(Opened {
            session: SessionId::from_uuid(Uuid::from_u128(1)),
            user: UserId::from_uuid(Uuid::from_u128(2)),
            refresh_hash: hash("a"),
            from: "203.0.113.9".to_owned(),
            agent: None,
        }),
    )
}

fn refresh(presented: &str, next: &str) -> Order {
    Order::Refresh { presented: hash(presented), next: hash(next), from: "203.0.113.9".to_owned() }
}

fn given(commands: impl IntoIterator<Item = Command>) -> Session {
    let mut session = Session::default();
    for command in commands {
        for event in session.decide(command).unwrap() {
            session.apply(event);
        }
    }
    session
}

#[test]
fn a_session_goes_on_from_secret_to_secret() {
    let session = given([open(), at(AT, refresh("a", "b")), at(AT, refresh("b", "c"))]);
    assert!(session.is_open(AT));
    assert_eq!((session.refresh_hash, session.spent.len()), (hash("c"), 2));
}

#[test]
fn a_secret_that_is_used_twice_ends_the_session_for_whoever_holds_it() {
    let session = given([open(), at(AT, refresh("a", "b")), at(AT, refresh("b", "c"))]);
    for old in ["a", "b"] {
        let events = session.decide(at(AT, refresh(old, "d"))).unwrap();
        let names: Vec<_> = events.iter().map(Event::name).collect();
        assert_eq!(names, ["reused", "closed"]);
        let mut over = session.clone();
        for event in events {
            over.apply(event);
        }
        assert_eq!(over.closed, Some(CloseReason::Reused));
        assert_eq!(over.decide(at(AT, refresh("c", "d"))), Err(Error::Over));
    }
}

#[test]
fn a_secret_that_was_never_of_the_session_changes_nothing() {
    let session = given([open(), at(AT, refresh("a", "b"))]);
    assert_eq!(session.decide(at(AT, refresh("e", "f"))), Err(Error::Foreign));
}

#[test]
fn a_session_ends_after_its_life_however_often_it_is_refreshed() {
    let end = AT + SESSION_LIFE;
    let session = given([open(), at(end - Duration::SECOND, refresh("a", "b"))]);
    assert!(!session.is_open(end));
    assert_eq!(session.decide(at(end, refresh("b", "c"))), Err(Error::Over));
}

#[test]
fn a_session_is_ended_once() {
    let close = |reason| at(AT, Order::Close(reason));
    let session = given([open(), close(CloseReason::LoggedOut), close(CloseReason::Ended)]);
    assert_eq!(session.closed, Some(CloseReason::LoggedOut));
    assert_eq!(Session::default().decide(close(CloseReason::Ended)), Err(Error::Unknown));
}

#[test]
fn a_ticket_is_used_once_and_not_remembered_for_longer_than_it_lives() {
    let use_of = |ticket: &str, when| {
        let expires_at = when + Duration::seconds(30);
        at(when, Order::UseTicket { ticket: ticket.to_owned(), expires_at })
    };
    let session = given([open(), use_of("t1", AT)]);
    assert_eq!(session.decide(use_of("t1", AT)), Err(Error::TicketUsed));
    let late = Order::UseTicket { ticket: "t2".to_owned(), expires_at: AT };
    assert_eq!(session.decide(at(AT, late)), Err(Error::TicketUsed));
    let session = given([open(), use_of("t1", AT), use_of("t2", AT + Duration::minutes(1))]);
    assert_eq!(session.tickets.len(), 1);
}
