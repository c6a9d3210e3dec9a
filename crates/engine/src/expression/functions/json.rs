//! JSON as text.

use serde_json::Value;

use super::call::{Call, made};
use super::table::{Function, Nulls, Outcome, required};
use crate::expression::budget::Complaint;
use crate::json::write_canonical;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "parseJson",
        parameters: &[required("text")],
        about: "The value that a JSON text says; an error when it holds a whole number beyond 64 \
                bits, which would not stay exact: amounts belong into quotes.",
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
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Complaint(format!("text is not JSON; the fault is at {place}"))
    })?;
    match inexact(&text) {
        None => made(value),
        Some(number) => Err(Complaint(format!(
            "text holds the whole number {number:.40}, which is beyond 64 bits and would not stay \
             exact: whoever writes it should put it in quotes"
        ))),
    }
}

/// A whole number in a JSON text that no JSON number of ours says.
fn inexact(text: &str) -> Option<&str> {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '+' | '.');
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => end_of_text(rest),
            sign if is_part(sign) => rest.find(|sign| !is_part(sign)).unwrap_or(rest.len()),
            other => other.len_utf8(),
        };
        let (word, after) = rest.split_at(end);
        let is_whole = word.bytes().all(|sign| sign.is_ascii_digit() || sign == b'-');
        if is_whole
            && !word.is_empty()
            && word.parse::<i64>().is_err()
            && word.parse::<u64>().is_err()
        {
            return Some(word);
        }
        rest = after;
    }
    None
}

/// Where a quoted text ends that begins with its quote, in bytes.
fn end_of_text(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, sign) in text.char_indices().skip(1) {
        match sign {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn to_json<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    call.budget.read(call.value(0))?;
    let mut text = String::new();
    write_canonical(call.value(0), &mut text);
    made(text)
}
