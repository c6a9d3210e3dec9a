//! Given a schema, when an order comes, then these events or this refusal.

use cqrs_es::Aggregate;
use engine::Json;
use serde_json::{Value, json};
use time::macros::datetime;

use super::{Command, Compared, Details, Error, Event, MAX_VERSIONS, Order, Schema};
use crate::primitives::OrganizationId;
use crate::schemas::{Bump, Name, Version};

fn command(order: Order) -> Command {
    Command { by: "ada".to_owned(), at: datetime!(2026-11-24 08:00 UTC), order }
}

fn done(schema: &mut Schema, order: Order) -> Result<Vec<Event>, Error> {
    let events = schema.decide(command(order))?;
    for event in &events {
        schema.apply(event.clone());
    }
    Ok(events)
}

fn registered() -> Schema {
    let name = Name::new("payments", "order").unwrap();
    let mut schema = Schema::default();
    let order = Order::Register {
        id: name.schema(OrganizationId::DEFAULT),
        organization: OrganizationId::DEFAULT,
        name,
        details: Details::default(),
        schema: json!({ "type": "string" }).into(),
        version: None,
    };
    done(&mut schema, order).unwrap();
    schema
}

fn add(schema: &Schema, value: Value, version: Option<&str>, bump: Bump) -> Order {
    Order::Add {
        schema: Json::from(value),
        version: version.map(|it| it.parse().unwrap()),
        compared: Compared { at_version: schema.version, bump, changes: Vec::new() },
        details: None,
    }
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

#[test]
fn a_version_gets_the_number_that_its_changes_ask_for() {
    let mut schema = registered();
    for (value, bump, number) in [
        (json!({ "type": "string", "title": "a" }), Bump::Patch, "1.0.1"),
        (json!({ "type": ["string", "null"] }), Bump::Minor, "1.1.0"),
        (json!({ "type": "null" }), Bump::Major, "2.0.0"),
    ] {
        let order = add(&schema, value, None, bump);
        done(&mut schema, order).unwrap();
        assert_eq!(schema.latest().unwrap().0, version(number));
    }
}

#[test]
fn a_number_that_promises_more_than_the_changes_keep_is_refused() {
    let schema = registered();
    let refused = |wanted, bump| {
        let order = add(&schema, json!({ "type": "null" }), Some(wanted), bump);
        schema.decide(command(order)).map(drop)
    };
    for (wanted, bump) in [
        ("1.1.0", Bump::Major),
        ("1.0.9", Bump::Minor),
        ("1.0.0", Bump::Patch),
        ("0.9.0", Bump::Patch),
    ] {
        assert!(matches!(refused(wanted, bump), Err(Error::Number { .. })), "{wanted} {bump:?}");
    }
    assert_eq!(refused("3.0.0", Bump::Patch), Ok(()), "more than is asked for is nobody's harm");
}

#[test]
fn a_version_that_was_compared_with_an_older_record_is_refused() {
    let mut schema = registered();
    let stale = add(&schema, json!({ "type": "null" }), None, Bump::Major);
    let order = add(&schema, json!({ "type": "string", "title": "a" }), None, Bump::Patch);
    done(&mut schema, order).unwrap();
    assert_eq!(schema.decide(command(stale)), Err(Error::Changed));
}

#[test]
fn the_same_again_is_no_version_and_there_is_an_end_to_versions() {
    let mut schema = registered();
    let same = add(&schema, json!({ "type": "string" }), None, Bump::Patch);
    assert_eq!(schema.decide(command(same)), Err(Error::Same(Version::FIRST)));
    for number in 1..=MAX_VERSIONS {
        let order = add(
            &schema,
            json!({ "type": "string", "title": number.to_string() }),
            None,
            Bump::Patch,
        );
        let added = done(&mut schema, order);
        assert_eq!(added.is_err(), number == MAX_VERSIONS, "{number}");
    }
}

#[test]
fn a_name_is_registered_once() {
    let schema = registered();
    let name = schema.name.clone().unwrap();
    let again = Order::Register {
        id: schema.id.unwrap(),
        organization: OrganizationId::DEFAULT,
        name,
        details: Details::default(),
        schema: json!(true).into(),
        version: None,
    };
    assert_eq!(schema.decide(command(again)), Err(Error::Exists));
    let unknown = Schema::default().decide(command(Order::Deprecate(None)));
    assert_eq!(unknown, Err(Error::Unknown));
}

#[test]
fn what_is_deprecated_can_be_reinstated_and_neither_happens_twice() {
    let mut schema = registered();
    let first = Some(Version::FIRST);
    for which in [None, first] {
        assert_eq!(done(&mut schema, Order::Deprecate(which)).unwrap().len(), 1);
        assert_eq!(done(&mut schema, Order::Deprecate(which)).unwrap().len(), 0);
    }
    assert!(schema.deprecated && schema.latest().unwrap().1.deprecated);
    assert_eq!(done(&mut schema, Order::Reinstate(first)).unwrap().len(), 1);
    assert!(schema.deprecated && !schema.latest().unwrap().1.deprecated);
    let missing = version("9.0.0");
    let refused = schema.decide(command(Order::Deprecate(Some(missing))));
    assert_eq!(refused, Err(Error::NoSuchVersion(missing)));
}

#[test]
fn what_is_said_of_a_schema_is_bounded() {
    let schema = registered();
    let described = |details| schema.decide(command(Order::Describe(details))).map(drop);
    let owner = |text: &str| Details { owner: Some(text.to_owned()), ..Details::default() };
    assert_eq!(described(owner(&"o".repeat(64))), Ok(()));
    for bad in [&"o".repeat(65), "a\0"] {
        assert_eq!(described(owner(bad)), Err(Error::Details));
    }
    let tags = (0..21).map(|number| number.to_string()).collect();
    assert_eq!(described(Details { tags, ..Details::default() }), Err(Error::Details));
}
