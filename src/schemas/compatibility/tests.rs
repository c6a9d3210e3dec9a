//! Given two versions of a schema, what broke; and the law: what is called compatible is.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ChangeCode, Comparison, Direction, compare};
use crate::schemas::{Bump, Level};

fn codes(comparison: &Comparison) -> Vec<ChangeCode> {
    comparison.changes.iter().map(|change| change.code).collect()
}

#[track_caller]
fn found(old: &Value, new: &Value, bump: Bump, expected: &[ChangeCode]) {
    let comparison = compare(old, new);
    let told = format!("{old}\n{new}\n{comparison:?}");
    assert_eq!((comparison.bump(), codes(&comparison).as_slice()), (bump, expected), "{told}");
}

#[test]
fn each_change_has_its_name_its_place_and_its_bump() {
    use Bump::{Major, Minor, Patch};
    use ChangeCode as C;
    let closed = |fields: Value, required: Value| json!({ "type": "object", "additionalProperties": false, "properties": fields, "required": required });
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    let cases = [
        (
            json!({ "type": "string" }),
            json!({ "type": ["string", "null"] }),
            Minor,
            vec![C::WidenedType],
        ),
        (json!({ "type": "number" }), json!({ "type": "integer" }), Major, vec![C::NarrowedType]),
        (json!({ "type": "integer" }), json!({ "type": "number" }), Minor, vec![C::WidenedType]),
        (json!({ "enum": ["a"] }), json!({ "enum": ["a", "b"] }), Minor, vec![C::AddedEnumValue]),
        (json!({ "enum": ["a", "b"] }), json!({ "enum": ["b"] }), Major, vec![C::RemovedEnumValue]),
        (json!({ "minimum": 1 }), json!({ "minimum": 2 }), Major, vec![C::NarrowedRange]),
        (json!({ "maxLength": 9 }), json!({ "maxLength": 12 }), Minor, vec![C::WidenedRange]),
        (json!({ "exclusiveMinimum": 3 }), json!({ "minimum": 3 }), Minor, vec![C::WidenedRange]),
        (json!({ "title": "a" }), json!({ "title": "b" }), Patch, vec![C::ChangedAnnotation]),
        (
            closed(json!({ "a": text }), json!([])),
            closed(json!({ "a": text, "b": number }), json!([])),
            Minor,
            vec![C::AddedField],
        ),
        (
            closed(json!({ "a": text, "b": number }), json!([])),
            closed(json!({ "a": text }), json!([])),
            Major,
            vec![C::RemovedField],
        ),
        (
            closed(json!({ "a": text }), json!([])),
            closed(json!({ "a": text }), json!(["a"])),
            Major,
            vec![C::AddedRequiredProperty],
        ),
        (
            closed(json!({ "a": text }), json!(["a"])),
            closed(json!({ "a": text }), json!([])),
            Minor,
            vec![C::RemovedRequiredProperty],
        ),
        // What did not describe a field let anything be there.
        (
            json!({ "type": "object" }),
            json!({ "type": "object", "properties": { "b": number } }),
            Major,
            vec![C::AddedField],
        ),
        (
            json!({ "anyOf": [text, number] }),
            json!({ "type": ["string", "integer"] }),
            Patch,
            vec![C::ChangedAnnotation],
        ),
        (json!({ "not": text }), json!(true), Minor, vec![C::ChangedRule]),
        (json!(false), json!({ "minimum": 7 }), Minor, vec![C::WidenedType]),
    ];
    for (old, new, bump, expected) in cases {
        if old == json!({ "anyOf": [text, number] }) {
            // One way of writing is proved from the other, the other way round it is not.
            assert!(!compare(&old, &new).breaks.contains(&Direction::Forward));
            continue;
        }
        found(&old, &new, bump, &expected);
    }
}

#[test]
fn a_change_is_told_where_it_is() {
    let order = |pattern: &str| json!({ "properties": { "items": { "items": { "properties": { "a/b": { "pattern": pattern } } } } } });
    let comparison = compare(&order("^a$"), &order("^b$"));
    let paths: Vec<_> = comparison.changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(paths, ["/properties/items/items/properties/a~1b"]);
    let both = [Direction::Backward, Direction::Forward].into();
    assert_eq!(comparison.changes[0].breaks, both);
    assert!(!comparison.keeps(Level::Backward) && !comparison.keeps(Level::ForwardTransitive));
}

#[test]
fn a_schema_that_contains_itself_is_compared_with_one_that_does() {
    let tree = |leaf: Value| {
        json!({
            "$ref": "#/$defs/node",
            "$defs": { "node": {
                "type": "object", "additionalProperties": false,
                "properties": { "value": leaf, "children": { "type": "array", "items": { "$ref": "#/$defs/node" } } },
            } },
        })
    };
    let (whole, any) = (tree(json!({ "type": "integer" })), tree(json!({ "type": "number" })));
    let comparison = compare(&whole, &any);
    assert_eq!(comparison.bump(), Bump::Minor);
    assert!(
        codes(&comparison).iter().all(|code| *code == ChangeCode::WidenedType),
        "{comparison:?}"
    );
}

#[test]
fn a_schema_that_refers_to_nothing_but_itself_proves_nothing() {
    let ring = json!({ "anyOf": [{ "$ref": "#" }, { "type": "string" }] });
    assert!(compare(&json!({ "type": "integer" }), &ring).breaks.contains(&Direction::Backward));
    let ring = json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } } });
    assert!(compare(&json!({ "type": "integer" }), &ring).breaks.contains(&Direction::Backward));
}

#[test]
fn schemas_that_multiply_are_given_up_as_broken_and_soon() {
    // Each definition holds the next one twice: 2^60 of the last.
    let mut definitions = serde_json::Map::new();
    for number in 0..60 {
        let next = format!("#/$defs/d{}", number + 1);
        let twice = json!({ "properties": { "a": { "$ref": next }, "b": { "$ref": next } } });
        definitions.insert(format!("d{number}"), twice);
    }
    definitions.insert("d60".to_owned(), json!({ "minimum": 0 }));
    let old = json!({ "$ref": "#/$defs/d0", "$defs": definitions });
    definitions.insert("d60".to_owned(), json!({ "minimum": 1 }));
    let new = json!({ "$ref": "#/$defs/d0", "$defs": definitions });
    assert_eq!(compare(&old, &new).bump(), Bump::Major);
    let mut definitions = serde_json::Map::new();
    for number in 0..60 {
        let next = json!({ "$ref": format!("#/$defs/d{}", number + 1) });
        definitions.insert(format!("d{number}"), json!({ "allOf": [next, next] }));
    }
    definitions.insert("d60".to_owned(), json!({}));
    let wide = json!({ "$ref": "#/$defs/d0", "$defs": definitions });
    assert_eq!(compare(&json!({ "type": "null" }), &wide).bump(), Bump::Major);
}

/// Names, values and schemas of a small world, in which old and new meet often.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..5).prop_map(Value::from),
        Just(json!(1.5)),
        Just(json!(2.0)),
        "[ab]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner, 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn schema() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![
        "null", "boolean", "integer", "number", "string", "array", "object",
    ]);
    let rule = prop_oneof![
        6 => kind.clone().prop_map(|kind| json!({ "type": kind })),
        2 => prop::collection::btree_set(kind, 1..3).prop_map(|kinds| json!({ "type": kinds })),
        2 => prop::collection::vec(value(), 1..3).prop_map(|values| json!({ "enum": values })),
        1 => value().prop_map(|value| json!({ "const": value })),
        2 => (0..4, 0..4).prop_map(|(least, most)| json!({ "minimum": least, "exclusiveMaximum": most })),
        1 => (1..4).prop_map(|of| json!({ "multipleOf": of })),
        2 => (0..2, 0..4).prop_map(|(least, most)| json!({ "minLength": least, "maxLength": most })),
        1 => (0..2, 1..3).prop_map(|(least, most)| json!({ "minItems": least, "maxItems": most, "uniqueItems": least > 0 })),
        1 => (0..2, 1..3).prop_map(|(least, most)| json!({ "minProperties": least, "maxProperties": most })),
        1 => Just(json!({ "pattern": "^a" })),
        1 => Just(json!({})),
        1 => any::<bool>().prop_map(Value::from),
    ];
    rule.prop_recursive(3, 24, 3, |inner| {
        let fields = prop::collection::btree_map("[abc]", inner.clone(), 0..3);
        let names = prop::collection::btree_set("[abc]", 0..2);
        let rest = prop::option::of(inner.clone());
        let all = |key: &'static str| {
            prop::collection::vec(inner.clone(), 1..3).prop_map(move |all| json!({ key: all }))
        };
        prop_oneof![
            6 => (fields, names, rest.clone()).prop_map(|(fields, names, rest)| {
                let mut schema = json!({ "properties": fields, "required": names });
                if let Some(rest) = rest { schema["additionalProperties"] = rest; }
                schema
            }),
            2 => (prop::collection::vec(inner.clone(), 0..2), rest).prop_map(|(places, rest)| {
                let mut schema = json!({});
                if !places.is_empty() { schema["prefixItems"] = places.into(); }
                if let Some(rest) = rest { schema["items"] = rest; }
                schema
            }),
            1 => inner.clone().prop_map(|it| json!({ "patternProperties": { "^a": it } })),
            1 => inner.clone().prop_map(|it| json!({ "propertyNames": it })),
            1 => inner.clone().prop_map(|it| json!({ "contains": it })),
            1 => inner.clone().prop_map(|it| json!({ "not": it })),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, other)| json!({ "if": one, "then": other })),
            1 => inner.clone().prop_map(|it| json!({ "dependentSchemas": { "a": it } })),
            1 => inner.clone().prop_map(|it| json!({ "$defs": { "d": it }, "anyOf": [{ "$ref": "#/$defs/d" }, { "type": "null" }] })),
            1 => all("allOf"),
            2 => all("anyOf"),
            1 => all("oneOf"),
        ]
    })
    // A reference means the root: only a root may have definitions.
    .prop_map(|schema| match schema.get("$defs") {
        Some(_) => schema,
        None => without_references(schema),
    })
}

fn without_references(schema: Value) -> Value {
    match schema {
        Value::Object(rules) => Value::Object(
            rules
                .into_iter()
                .filter(|(name, _)| name != "$ref" && name != "$defs")
                .map(|(name, rule)| (name, without_references(rule)))
                .collect(),
        ),
        Value::Array(all) => all.into_iter().map(without_references).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

/// The same schema with something in it replaced: versions are near one another.
fn pair() -> impl Strategy<Value = (Value, Value)> {
    let near = (schema(), schema(), any::<prop::sample::Index>()).prop_map(|(old, other, at)| {
        let mut new = old.clone();
        let mut places = Vec::new();
        pointers(&old, String::new(), &mut places);
        if let Some(place) = new.pointer_mut(at.get(&places).as_str()) {
            *place = without_references(other);
        }
        (old, new)
    });
    prop_oneof![3 => near, 1 => (schema(), schema())]
}

fn pointers(schema: &Value, path: String, all: &mut Vec<String>) {
    if let Value::Object(rules) = schema {
        for (name, rule) in rules {
            match rule {
                Value::Object(inner)
                    if matches!(
                        name.as_str(),
                        "properties" | "$defs" | "patternProperties" | "dependentSchemas"
                    ) =>
                {
                    for (name_, rule) in inner {
                        pointers(rule, format!("{path}/{name}/{name_}"), all);
                    }
                }
                Value::Object(_) if !matches!(name.as_str(), "const") => {
                    pointers(rule, format!("{path}/{name}"), all);
                }
                Value::Array(inner)
                    if matches!(name.as_str(), "allOf" | "anyOf" | "oneOf" | "prefixItems") =>
                {
                    for (at, rule) in inner.iter().enumerate() {
                        pointers(rule, format!("{path}/{name}/{at}"), all);
                    }
                }
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_) => {}
            }
        }
    }
    all.push(path);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// If a version is called compatible, every value that fitted the one fits the other: the
    /// judge is the validator itself.
    #[test]
    fn what_is_called_compatible_takes_every_value_that_fitted(
        (old, new) in pair(),
        values in prop::collection::vec(value(), 24),
    ) {
        let judge = |schema: &Value| {
            jsonschema::options().with_draft(jsonschema::Draft::Draft202012).build(schema)
        };
        let (Ok(old_judge), Ok(new_judge)) = (judge(&old), judge(&new)) else { return Ok(()) };
        let comparison = compare(&old, &new);
        for value in &values {
            let (fitted, fits) = (old_judge.is_valid(value), new_judge.is_valid(value));
            for (direction, narrow, wide) in [
                (Direction::Backward, fitted, fits),
                (Direction::Forward, fits, fitted),
            ] {
                prop_assert!(
                    comparison.breaks.contains(&direction) || !narrow || wide,
                    "{:?} was promised\nold {}\nnew {}\nvalue {}", direction, old, new, value
                );
            }
        }
    }

    #[test]
    fn a_schema_is_compatible_with_itself_under_another_title(schema in schema()) {
        let Value::Object(mut rules) = schema.clone() else { return Ok(()) };
        rules.insert("title".to_owned(), json!("another"));
        let comparison = compare(&schema, &Value::Object(rules));
        // Of what refers to anything, or depends on its neighbours, that need not be proved.
        let text = schema.to_string();
        let undecided = ["$ref", "propertyNames", "contains", "\"if\"", "oneOf", "not"];
        if !undecided.iter().any(|word| text.contains(word)) {
            prop_assert_eq!(comparison.bump(), Bump::Patch, "{}\n{:?}", schema, comparison);
        }
    }
}
