//! Types, null, and true and false.

use std::borrow::Cow;

use serde_json::Value;

use super::call::{Call, made, written};
use super::table::{Function, Nulls, Outcome, required, rest};
use crate::expression::budget::Complaint;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "type",
        parameters: &[required("value")],
        about: "What it is: `text`, `number`, `boolean`, `list`, `object` or `null`.",
        examples: &[("type('1')", "\"text\""), ("type(null)", "\"null\"")],
        nulls: Nulls::Seen,
        body: kind,
    },
    Function {
        name: "isNull",
        parameters: &[required("value")],
        about: "Whether it is null, or does not exist.",
        examples: &[("isNull(null)", "true"), ("isNull('')", "false")],
        nulls: Nulls::Seen,
        body: |call| made(!call.has(0)),
    },
    Function {
        name: "default",
        parameters: &[required("value"), required("otherwise")],
        about: "The value, or the second argument when it is null; also written \
                `value || otherwise`.",
        examples: &[("default(null, 5)", "5"), ("default(false, true)", "false")],
        nulls: Nulls::Seen,
        body: coalesce,
    },
    Function {
        name: "coalesce",
        parameters: &[rest("values")],
        about: "The first that is not null.",
        examples: &[("coalesce(null, null, 'c')", "\"c\"")],
        nulls: Nulls::Seen,
        body: coalesce,
    },
    Function {
        name: "and",
        parameters: &[rest("conditions")],
        about: "Whether all are true; null counts as false. Also written `a && b`, which stops at \
                the first that is false.",
        examples: &[("and(1 < 2, 'a' == 'a')", "true"), ("and(true, null)", "false")],
        nulls: Nulls::Seen,
        body: |call| Ok(Cow::Owned(truths(call)?.into_iter().all(|flag| flag).into())),
    },
    Function {
        name: "or",
        parameters: &[rest("conditions")],
        about: "Whether any is true; null counts as false.",
        examples: &[("or(1 > 2, 'a' == 'a')", "true"), ("or(false, null)", "false")],
        nulls: Nulls::Seen,
        body: |call| Ok(Cow::Owned(truths(call)?.into_iter().any(|flag| flag).into())),
    },
    Function {
        name: "not",
        parameters: &[required("condition")],
        about: "Whether it is not true; null counts as false. Also written `!a`.",
        examples: &[("not(1 > 2)", "true"), ("not(null)", "true")],
        nulls: Nulls::Seen,
        body: |call| made(!truth(call, 0)?),
    },
    Function {
        name: "toBoolean",
        parameters: &[required("value")],
        about: "True for `true`, the text `true` and 1; false for `false`, the text `false` and 0; \
                an error for anything else.",
        examples: &[("toBoolean('true')", "true"), ("toBoolean(0)", "false")],
        nulls: Nulls::First,
        body: to_boolean,
    },
    Function {
        name: "toText",
        parameters: &[required("value")],
        about: "The value as it stands inside a text: texts as they are, all else as JSON.",
        examples: &[("toText(12.5)", "\"12.5\""), ("toText(list(1, 'a'))", "\"[1,\\\"a\\\"]\"")],
        nulls: Nulls::First,
        body: to_text,
    },
];

fn kind<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    made(match call.value(0) {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    })
}

#[expect(clippy::unnecessary_wraps, reason = "every function may fail")]
fn coalesce<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let first = (0..call.arguments.len()).find(|index| call.has(*index));
    Ok(first.map_or(Cow::Owned(Value::Null), |index| call.pass(index)))
}

fn truth(call: &Call<'_, '_>, index: usize) -> Result<bool, Complaint> {
    match call.value(index) {
        Value::Null => Ok(false),
        Value::Bool(flag) => Ok(*flag),
        Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            Err(call.wrong(index, "true or false (compare it, or use toBoolean)"))
        }
    }
}

fn truths(call: &Call<'_, '_>) -> Result<Vec<bool>, Complaint> {
    (0..call.arguments.len()).map(|index| truth(call, index)).collect()
}

fn to_boolean<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let value = call.value(0);
    match value.as_str().map_or_else(|| written(value), str::to_owned).as_str() {
        "true" | "1" => made(true),
        "false" | "0" => made(false),
        _ => Err(call.wrong(0, "true or false, or one of 'true', 'false', 1 and 0")),
    }
}

fn to_text<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    if call.value(0).is_string() {
        return Ok(call.pass(0));
    }
    call.budget.read(call.value(0))?;
    made(written(call.value(0)))
}
