//! Given a schema and a value, what a worker answers.

use std::borrow::Cow;

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::desk::Desk;
use super::question::{Answer, Checked, Options, Question, Rigour, Types};

fn options(types: Types, rigour: Rigour) -> Options {
    Options { types, rigour }
}

fn asked(desk: &mut Desk, schema: &Value, data: &Value, options: Options) -> Answer {
    let data: Box<RawValue> = to_raw_value(data).unwrap();
    desk.answer(Question::Check {
        key: schema.to_string().into(),
        bundle: schema.to_string().into(),
        data: Cow::Owned(data),
        options,
    })
}

fn checked(schema: &Value, data: &Value, options: Options) -> Checked {
    let answer = asked(&mut Desk::default(), schema, data, options);
    let Answer::Checked(checked) = answer else { panic!("{answer:?}") };
    checked
}

const USUAL: Options = Options { types: Types::Coerced, rigour: Rigour::Usual };

#[test]
fn a_fault_names_its_rule_its_places_and_its_numbers_but_never_the_value() {
    let schema = json!({ "properties": { "a": { "maxLength": 3 } }, "required": ["b"] });
    let found = checked(&schema, &json!({ "a": "secret" }), USUAL);
    let [missing, length] = found.faults.as_slice() else { panic!("{found:?}") };
    assert_eq!((length.keyword.as_str(), length.path.as_str()), ("maxLength", "/a"));
    assert_eq!(
        (length.schema_path.as_str(), &length.params),
        ("/properties/a/maxLength", &json!({ "limit": 3 }))
    );
    assert_eq!(
        (missing.keyword.as_str(), &missing.params),
        ("required", &json!({ "missingProperty": "b" }))
    );
    assert!(!format!("{found:?}").contains("secret"), "{found:?}");
}

#[test]
fn at_most_a_hundred_faults_are_told() {
    let schema = json!({ "items": { "type": "integer" } });
    let data: Vec<bool> = vec![true; 300];
    assert_eq!(checked(&schema, &json!(data), USUAL).faults.len(), 100);
}

#[test]
fn values_are_turned_where_nothing_is_lost_by_it() {
    let schema = json!({
        "type": "object",
        "properties": {
            "count": { "type": "integer" }, "price": { "type": "number" }, "on": { "type": "boolean" },
            "none": { "type": ["null", "integer"] }, "name": { "type": "string" },
            "list": { "prefixItems": [{ "type": "string" }], "items": { "$ref": "#/$defs/whole" } },
        },
        "additionalProperties": { "type": "integer" },
        "$defs": { "whole": { "allOf": [{ "type": "integer" }] } },
    });
    let data = json!({ "count": "7", "price": "1.5", "on": "true", "none": "", "name": 7, "list": [1, "2"], "more": "3" });
    let turned = json!({ "count": 7, "price": 1.5, "on": true, "none": null, "name": "7", "list": ["1", 2], "more": 3 });
    let found = checked(&schema, &data, USUAL);
    assert_eq!((found.faults.as_slice(), found.coerced), (&[][..], Some(turned)));
    for kept in ["7.5", "007", " 7", "0x7", "7e400", "", "99999999999999999999999999"] {
        let found = checked(&schema, &json!({ "count": kept }), USUAL);
        assert_eq!((found.faults.len(), found.coerced), (1, None), "{kept:?}");
    }
    let kept = options(Types::Kept, Rigour::Usual);
    assert_eq!(checked(&schema, &json!({ "count": "7" }), kept).faults.len(), 1);
}

#[test]
fn strictly_formats_are_asserted_and_slips_of_the_pen_refused() {
    let strict = options(Types::Kept, Rigour::Strict);
    let mail = json!({ "type": "string", "format": "email" });
    assert_eq!(checked(&mail, &json!("nobody"), USUAL).faults, []);
    assert_eq!(checked(&mail, &json!("nobody"), strict).faults[0].keyword, "format");
    let slip = json!({ "properties": { "a": { "maxLenght": 3 } } });
    assert_eq!(checked(&slip, &json!({ "a": "long" }), USUAL).faults, []);
    let answer = asked(&mut Desk::default(), &slip, &json!({}), strict);
    let Answer::Unusable { path, .. } = answer else { panic!("{answer:?}") };
    assert_eq!(path, "/properties/a/maxLenght");
    // A field may be called as no keyword is.
    let field = json!({ "properties": { "maxLenght": { "type": "string" } } });
    assert_eq!(checked(&field, &json!({}), strict).faults, []);
}

#[test]
fn what_is_no_schema_is_told_with_its_place() {
    for (schema, place) in [
        (json!({ "properties": { "a": { "type": "text" } } }), "/properties/a/type"),
        (json!({ "pattern": "(" }), ""),
        (json!({ "$ref": "https://example.com/x" }), ""),
        (json!({ "$ref": "#/$defs/none" }), ""),
    ] {
        match Desk::default().answer(Question::Compile { bundle: schema.to_string().into() }) {
            Answer::Unusable { path, problem } => {
                assert!(
                    path.starts_with(place) && !problem.is_empty(),
                    "{schema}: {path} {problem}"
                );
            }
            other @ (Answer::Compiled | Answer::Checked(_) | Answer::Compared(_)) => {
                panic!("{schema}: {other:?}")
            }
        }
    }
}

#[test]
fn patterns_that_hold_other_engines_up_take_linear_time() {
    let schema = json!({ "pattern": "^(a+)+$" });
    let data = json!(format!("{}!", "a".repeat(100_000)));
    assert_eq!(checked(&schema, &data, USUAL).faults.len(), 1);
    let bomb = json!({ "pattern": "((((a{1,200}){1,200}){1,200}){1,200})" });
    let answer = Desk::default().answer(Question::Compile { bundle: bomb.to_string().into() });
    assert!(matches!(answer, Answer::Unusable { .. }), "{answer:?}");
}
