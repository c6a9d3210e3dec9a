//! Given an entry, when an order comes, then these events or this refusal.

use cqrs_es::Aggregate;
use serde_json::{Value, json};
use time::macros::datetime;

use super::{Command, Entry, Error, Event, MAX_KEY_BYTES, MAX_STORE_BYTES, Order, Place, Scope};
use crate::primitives::{OrganizationId, WorkflowId};

fn command(order: Order) -> Command {
    Command {
        place: Place::new(Scope::Organization, "default", "rate").unwrap(),
        by: "ada".to_owned(),
        at: datetime!(2026-11-21 08:00 UTC),
        effect: None,
        order,
    }
}

fn set(value: Value, expected: Option<u64>) -> Command {
    command(Order::Set { value: value.into(), expected })
}

fn remove(expected: Option<u64>) -> Command {
    command(Order::Remove { expected })
}

fn given(commands: impl IntoIterator<Item = Command>) -> Entry {
    let mut entry = Entry::default();
    for command in commands {
        let event = entry.decide(command).unwrap().unwrap();
        entry.apply(event);
    }
    entry
}

#[test]
fn a_value_is_kept_until_another_one_replaces_it() {
    let entry = given([set(json!(1), None), set(json!(null), None)]);
    assert_eq!((entry.version(), entry.value()), (2, Some(&json!(null).into())));
    assert_eq!(entry.changed().unwrap().by, "ada");
}

#[test]
fn a_removed_entry_does_not_exist_and_its_versions_are_not_used_again() {
    let entry = given([set(json!(1), None), remove(Some(1))]);
    assert_eq!((entry.version(), entry.value(), entry.changed()), (0, None, None));
    assert_eq!(entry.decide(remove(None)), Ok(None));
    let again = given([set(json!(1), None), remove(None), set(json!(2), Some(0))]);
    assert_eq!(again.version(), 3);
}

#[test]
fn who_expects_another_version_is_told_the_one_there_is() {
    let entry = given([set(json!(1), Some(0)), set(json!(2), Some(1))]);
    let conflict = |expected| Err(Error::Conflict { expected, actual: 2 });
    assert_eq!(entry.decide(set(json!(3), Some(1))), conflict(1));
    assert_eq!(entry.decide(set(json!(3), Some(0))), conflict(0));
    assert_eq!(entry.decide(remove(Some(3))), conflict(3));
    let none = Err(Error::Conflict { expected: 1, actual: 0 });
    assert_eq!(Entry::default().decide(set(json!(1), Some(1))), none);
}

#[test]
fn what_is_too_large_is_refused() {
    let large = Entry::default().decide(set(json!("x".repeat(262_144)), None));
    assert!(matches!(large, Err(Error::Value(engine::Excess::Size))));
    let deep = (0..100).fold(json!(1), |inside, _| json!([inside]));
    let deep = Entry::default().decide(set(deep, None));
    assert!(matches!(deep, Err(Error::Value(engine::Excess::Depth))));
}

#[test]
fn names_have_bounds() {
    let key = |key: &str| Place::new(Scope::Organization, "default", key).map(drop);
    let store = |store: &str| Place::new(Scope::Organization, store, "a").map(drop);
    assert_eq!(key(&"é".repeat(MAX_KEY_BYTES / 2)), Ok(()));
    for bad in ["", &"k".repeat(MAX_KEY_BYTES + 1), "a\0b", "a\nb"] {
        assert_eq!(key(bad), Err(Error::Key), "{bad:?}");
    }
    assert_eq!(store(&"s".repeat(MAX_STORE_BYTES)), Ok(()));
    for bad in ["", &"s".repeat(MAX_STORE_BYTES + 1), "a b", "a/b", "é"] {
        assert_eq!(store(bad), Err(Error::Store), "{bad:?}");
    }
}

#[test]
fn every_place_has_an_entry_of_its_own_and_always_the_same() {
    let workflow = Scope::Workflow(WorkflowId::generate());
    let ids = |scope, store, key| {
        Place::new(scope, store, key).unwrap().entry(OrganizationId::DEFAULT).to_string()
    };
    let places = [
        ids(Scope::Organization, "a", "bc"),
        ids(Scope::Organization, "ab", "c"),
        ids(workflow, "a", "bc"),
        ids(Scope::Workflow(WorkflowId::generate()), "a", "bc"),
    ];
    let different: std::collections::BTreeSet<_> = places.iter().collect();
    assert_eq!(different.len(), places.len());
    // Written on ledgers: it must never become another one.
    assert_eq!(places[0], "entry_6far6e6gmfrr6wxjz9fb0f0590");
}

#[test]
fn the_last_event_alone_makes_the_same_entry_as_all_of_them() {
    let mut whole = Entry::default();
    for (number, order) in
        [set(json!(1), None), remove(None), set(json!(2), None)].into_iter().enumerate()
    {
        let event: Event = whole.decide(order).unwrap().unwrap();
        whole.apply(event.clone());
        assert_eq!(Entry::after(number as u64 + 1, event), whole);
    }
}
