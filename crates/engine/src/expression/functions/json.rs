//! JSON as text.

use super::call::{Call, made};
use super::table::{Function, Nulls, Outcome, required};
use crate::expression::budget::Complaint;
use crate::json::write_canonical;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "parseJson",
        parameters: &[required("text")],
        about: "The value that a JSON text says. Integers beyond 64 bits become the nearest number: \
                amounts belong into quotes.",
        examples: &[("parseJson('{\"a\":[1,2]}').a.1", "2")],
        nulls: Nulls::First,
        body: parse_json,
    },
    Function {
        name: "toJson",
        parameters: &[required("value")],
        about: "The value as JSON text, with sorted keys and without spaces, so that the same value \
                always gives the same text.",
        examples: &[
            ("toJson(object('b', 1, 'a', 'x'))", "\"{\\\"a\\\":\\\"x\\\",\\\"b\\\":1}\""),
            ("toJson(null)", "\"null\""),
        ],
        nulls: Nulls::Seen,
        body: to_json,
    },
];

fn parse_json<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let text = call.text(0)?;
    serde_json::from_str(&text).map_or_else(
        |error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Err(Complaint(format!("text is not JSON; the fault is at {place}")))
        },
        |value: serde_json::Value| made(value),
    )
}

fn to_json<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    call.budget.read(call.value(0))?;
    let mut text = String::new();
    write_canonical(call.value(0), &mut text);
    made(text)
}
