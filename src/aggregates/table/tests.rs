//! Given a table, when an order comes, then these events or this refusal.

use cqrs_es::Aggregate;
use serde_json::json;
use time::macros::datetime;

use super::{Command, Error, Event, Order, Table};
use crate::primitives::OrganizationId;
use crate::tables::{Change, Definition, Index, Name};

fn command(order: Order) -> Command {
    Command { by: "ada".to_owned(), at: datetime!(2026-11-28 15:00 UTC), order }
}

fn create() -> Order {
    let name: Name = "payments".parse().unwrap();
    let organization = OrganizationId::DEFAULT;
    let schema = json!({ "properties": { "customer": { "type": "string" } } });
    let definition = Definition::of_schema(&schema, vec![]).unwrap();
    Order::Create { id: name.table(organization), organization, name, definition }
}

fn change(changes: Vec<Change>) -> Order {
    Order::Change { changes, forced: false, expected: None }
}

fn index() -> Change {
    let name = "once".parse().unwrap();
    Change::AddIndex(Index { name, columns: vec!["customer".to_owned()], unique: true })
}

fn given(orders: impl IntoIterator<Item = Order>) -> Table {
    let mut table = Table::default();
    for order in orders {
        for event in table.decide(command(order)).unwrap() {
            table.apply(event);
        }
    }
    table
}

#[test]
fn a_table_is_created_changed_dropped_and_created_again_under_its_name() {
    let table = given([create(), change(vec![index()]), Order::Drop { expected: Some(2) }]);
    assert_eq!((table.version, &table.definition), (3, &None));
    assert_eq!(table.decide(command(Order::Drop { expected: None })), Err(Error::Unknown));
    let mut table = table;
    for event in table.decide(command(create())).unwrap() {
        table.apply(event);
    }
    assert!(table.definition.unwrap().indexes.is_empty());
}

#[test]
fn all_changes_of_an_order_are_made_or_none() {
    let table = given([create()]);
    let none = Change::RemoveIndex("none".parse().unwrap());
    let refused = table.decide(command(change(vec![index(), none])));
    assert!(matches!(refused, Err(Error::Unfit { place: 1, .. })));
    assert_eq!(table.decide(command(create())), Err(Error::Exists));
    let expected = Order::Change { changes: vec![index()], forced: false, expected: Some(7) };
    assert_eq!(table.decide(command(expected)), Err(Error::Conflict { expected: 7, actual: 1 }));
}

#[test]
fn what_the_rows_did_not_allow_is_as_if_it_had_not_been() {
    let column = |name| {
        Change::AddColumn(
            crate::tables::Column::of_property(name, &json!({ "type": "string" }), false).unwrap(),
        )
    };
    let mut table = given([create(), change(vec![index(), column("note")])]);
    let note = |sequence| Order::NoteRefusal { sequence, reason: "two are the same".to_owned() };
    let events = table.decide(command(note(2))).unwrap();
    assert!(matches!(events.as_slice(), [Event::ChangeRefused { sequence: 2, .. }]));
    for event in events {
        table.apply(event);
    }
    let definition = table.definition.clone().unwrap();
    assert!(definition.indexes.is_empty() && definition.column("note").is_some());
    assert_eq!(table.decide(command(note(2))), Ok(vec![]));
    assert_eq!(table.decide(command(note(99))), Ok(vec![]));
}
