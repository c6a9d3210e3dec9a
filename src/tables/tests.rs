//! Tables as JSON Schemas, and rows held against them.

use serde_json::{Map, Value, json};

use super::{Change, Column, Definition, Index, Kind, Unfit};

fn definition() -> Definition {
    let schema = json!({
        "type": "object", "required": ["customer"],
        "properties": {
            "customer": { "type": "string", "maxLength": 5 },
            "amount": { "type": "number", "minimum": 0 },
            "count": { "type": "integer", "default": 1 },
            "paid": { "type": "boolean" },
            "due": { "type": "string", "format": "date-time" },
            "meta": {},
            "state": { "type": "string", "enum": ["open", "done"] },
        },
    });
    let index = json!({ "name": "by_customer", "columns": ["customer", "due"], "unique": true });
    Definition::of_schema(&schema, vec![serde_json::from_value(index).unwrap()]).unwrap()
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

#[test]
fn a_table_is_written_as_a_schema_and_shown_as_the_same() {
    let definition = definition();
    assert_eq!(definition.kind("due"), Some(Kind::DateTime));
    assert_eq!(definition.kind("id"), Some(Kind::Integer));
    let again = Definition::of_schema(&definition.schema(), definition.indexes.clone());
    assert_eq!(again, Ok(definition));
}

#[test]
fn what_describes_no_table_is_refused_with_its_place() {
    for (properties, place) in [
        (json!({}), "/schema/properties"),
        (json!({ "A": {} }), "/schema/properties/A"),
        (json!({ "id": {} }), "/schema/properties/id"),
        (json!({ "ctid": {} }), "/schema/properties/ctid"),
        (json!({ "pg_x": {} }), "/schema/properties/pg_x"),
        (json!({ "a; drop table x": {} }), "/schema/properties/a; drop table x"),
        (json!({ "a": { "type": "null" } }), "/schema/properties/a/type"),
        (json!({ "a": { "type": "string", "pattern": "x" } }), "/schema/properties/a"),
        (json!({ "a": { "type": "integer", "maxLength": 3 } }), "/schema/properties/a/maxLength"),
        (json!({ "a": { "type": "integer", "default": "x" } }), "/schema/properties/a/default"),
        (json!({ "a": { "unique": true } }), "/schema/properties/a/unique"),
    ] {
        let faults = Definition::of_schema(&json!({ "properties": properties }), vec![]);
        assert_eq!(faults.unwrap_err()[0].path, place);
    }
    let index = Index { name: "x".parse().unwrap(), columns: vec!["b".to_owned()], unique: false };
    let schema = json!({ "properties": { "a": {} } });
    assert_eq!(Definition::of_schema(&schema, vec![index]).unwrap_err()[0].path, "/indexes/0");
}

#[test]
fn a_row_is_completed_and_no_digit_of_it_is_lost() {
    let given = json!({
        "customer": "acme", "amount": "12.3456789012345678901", "due": "2026-11-28T15:00:00+01:00",
        "meta": [1], "state": "open",
    });
    let row = definition().row(object(&given)).unwrap();
    assert_eq!(row.0["amount"], "12.3456789012345678901");
    assert_eq!((&row.0["count"], &row.0["paid"]), (&json!(1), &Value::Null));
}

#[test]
fn a_row_that_does_not_fit_is_refused_with_every_fault() {
    let given = json!({
        "customer": "too long", "amount": "-1", "count": 1.5, "paid": "yes", "due": "soon",
        "state": "other", "more": 1, "version": 2, "meta": "\u{0}",
    });
    let faults = definition().row(object(&given)).unwrap_err();
    let mut places: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        ["/amount", "/count", "/customer", "/due", "/meta", "/more", "/paid", "/state", "/version"]
    );
    assert_eq!(definition().row(Map::new()).unwrap_err()[0].path, "/customer");
    for wrong in ["NaN", "Infinity", "1e", "0x1", "", "1.", "1e101", "--1"] {
        let given = json!({ "customer": "a", "amount": wrong });
        assert!(definition().row(object(&given)).is_err(), "{wrong}");
    }
}

#[test]
fn a_change_that_loses_or_breaks_something_has_to_be_meant() {
    let column = |name, schema, required| Column::of_property(name, &schema, required).unwrap();
    let name = |text: &str| text.parse().unwrap();
    let breaking = [
        Change::RemoveColumn(name("amount")),
        Change::RenameColumn { from: name("customer"), to: name("client") },
        Change::AddColumn(column("more", json!({ "type": "string" }), true)),
    ];
    for change in breaking {
        let mut table = definition();
        assert!(matches!(change.apply(&mut table, false), Err(Unfit::Breaking(_))), "{change:?}");
        assert_eq!(table, definition());
        change.apply(&mut table, true).unwrap();
    }
    let mut table = definition();
    let rename = Change::RenameColumn { from: name("customer"), to: name("client") };
    rename.apply(&mut table, true).unwrap();
    assert_eq!(table.indexes[0].columns, ["client", "due"]);
    Change::AddColumn(column("more", json!({ "type": "string" }), false))
        .apply(&mut table, false)
        .unwrap();
    for change in [Change::RemoveColumn(name("none")), Change::RemoveIndex(name("none")), rename] {
        assert!(matches!(change.apply(&mut table, true), Err(Unfit::Impossible(_))));
    }
}
