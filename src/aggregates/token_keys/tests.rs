//! Given keys, when one is added, then those before it retire.

use cqrs_es::Aggregate;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::{Command, Error, NewKey, Order, Retire, TokenKeys};

const AT: OffsetDateTime = datetime!(2026-11-28 08:00 UTC);

fn key(kid: &str) -> NewKey {
    NewKey { kid: kid.to_owned(), x: "x".to_owned(), y: "y".to_owned() }
}

fn at(at: OffsetDateTime, order: Order) -> Command {
    Command { by: "admin".to_owned(), at, order }
}

fn given(commands: impl IntoIterator<Item = Command>) -> TokenKeys {
    let mut keys = TokenKeys::default();
    for command in commands {
        for event in keys.decide(command).unwrap() {
            keys.apply(event);
        }
    }
    keys
}

#[test]
fn the_first_of_two_who_begin_wins() {
    let keys = given([at(AT, Order::Begin(key("a"))), at(AT, Order::Begin(key("b")))]);
    assert_eq!(keys.signing().unwrap().kid, "a");
    assert_eq!(keys.keys.len(), 1);
}

#[test]
fn a_key_that_is_rotated_is_believed_until_its_last_token_is_over() {
    let life = Duration::minutes(10);
    let rotate = Order::Rotate { key: key("b"), retire: Retire::After(life) };
    let keys = given([at(AT, Order::Begin(key("a"))), at(AT, rotate)]);
    assert_eq!(keys.signing().unwrap().kid, "b");
    assert!(keys.believed("a", AT + life - Duration::SECOND).is_some());
    assert!(keys.believed("a", AT + life).is_none());
}

#[test]
fn after_an_incident_nothing_older_is_believed_at_once() {
    let gently = Order::Rotate { key: key("b"), retire: Retire::After(Duration::minutes(10)) };
    let now = Order::Rotate { key: key("c"), retire: Retire::Now };
    let keys = given([at(AT, Order::Begin(key("a"))), at(AT, gently), at(AT, now)]);
    for (kid, is_believed) in [("a", false), ("b", false), ("c", true)] {
        assert_eq!(keys.believed(kid, AT).is_some(), is_believed, "{kid}");
    }
}

#[test]
fn a_key_is_used_once_and_few_are_remembered() {
    let keys = given([at(AT, Order::Begin(key("a")))]);
    let again = Order::Rotate { key: key("a"), retire: Retire::Now };
    assert_eq!(keys.decide(at(AT, again)), Err(Error::Used));
    let rotate = |number| Order::Rotate { key: key(&format!("k{number}")), retire: Retire::Now };
    let keys = given((0..40).map(|number| at(AT, rotate(number))));
    assert_eq!((keys.keys.len(), keys.signing().unwrap().kid.as_str()), (16, "k39"));
}
