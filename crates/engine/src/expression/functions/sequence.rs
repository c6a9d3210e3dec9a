//! What texts and lists have in common: characters or items, one after another.

use serde_json::Value;

use super::call::{Call, made};
use super::table::{Function, Nulls, Outcome, optional, required, rest};
use crate::condition::Operator;
use crate::expression::budget::Complaint;

/// The furthest place that is asked for: beyond everything that can be made.
const MAX_PLACE: i64 = 1_000_000;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "length",
        parameters: &[required("of")],
        about: "How many characters a text, items a list or fields an object has.",
        examples: &[("length('héllo')", "5"), ("length(list(1, 2))", "2")],
        nulls: Nulls::First,
        body: length,
    },
    Function {
        name: "isEmpty",
        parameters: &[required("of")],
        about: "Whether there is nothing in a text, list or object; true for null.",
        examples: &[
            ("isEmpty('')", "true"),
            ("isEmpty(null)", "true"),
            ("isEmpty(list(0))", "false"),
        ],
        nulls: Nulls::Seen,
        body: is_empty,
    },
    Function {
        name: "contains",
        parameters: &[required("of"), required("part")],
        about: "Whether a text holds another, or a list an item that is equal as conditions see it.",
        examples: &[("contains('transfer', 'fer')", "true"), ("contains(list(1, 2), '2')", "true")],
        nulls: Nulls::First,
        body: contains,
    },
    Function {
        name: "indexOf",
        parameters: &[required("of"), required("part")],
        about: "Where the part stands first, counted from 0; -1 when it does not.",
        examples: &[("indexOf('abc', 'c')", "2"), ("indexOf(list('a'), 'b')", "-1")],
        nulls: Nulls::First,
        body: index_of,
    },
    Function {
        name: "slice",
        parameters: &[required("of"), required("from"), optional("to")],
        about: "The characters or items from one place up to, and without, another; negative places \
                are counted from the end.",
        examples: &[("slice('abcdef', -2)", "\"ef\""), ("slice(list(1, 2, 3), 0, -1)", "[1,2]")],
        nulls: Nulls::First,
        body: slice,
    },
    Function {
        name: "concat",
        parameters: &[rest("parts")],
        about: "Texts, or lists, one after another; null leaves nothing.",
        examples: &[
            ("concat('a', 1, null, 'b')", "\"a1b\""),
            ("concat(list(1), list(2, 3))", "[1,2,3]"),
        ],
        nulls: Nulls::Seen,
        body: concat,
    },
    Function {
        name: "reverse",
        parameters: &[required("of")],
        about: "The characters or items from the last to the first.",
        examples: &[("reverse('abc')", "\"cba\""), ("reverse(list(1, 2))", "[2,1]")],
        nulls: Nulls::First,
        body: reverse,
    },
];

fn length<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    made(match call.value(0) {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            call.text(0)?.chars().count()
        }
    })
}

fn is_empty<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    made(match call.value(0) {
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    })
}

fn contains<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    if let Value::Array(_) = call.value(0) {
        call.budget.read(call.value(0))?;
        return made(Operator::Contains.holds(call.value(0), call.value(1)));
    }
    made(call.text(0)?.contains(&*call.text(1)?))
}

fn index_of<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let place = if let Value::Array(items) = call.value(0) {
        call.budget.read(call.value(0))?;
        items.iter().position(|item| Operator::Eq.holds(item, call.value(1)))
    } else {
        let text = call.text(0)?;
        text.find(&*call.text(1)?).map(|place| text[..place].chars().count())
    };
    made(place.map_or(Value::from(-1), Value::from))
}

/// Which places a slice means, of so many.
fn places(call: &Call<'_, '_>, count: usize) -> Result<(usize, usize), Complaint> {
    let place = |index: usize| -> Result<usize, Complaint> {
        let place = call.whole(index, -MAX_PLACE, MAX_PLACE)?;
        let distance = usize::try_from(place.unsigned_abs()).unwrap_or(usize::MAX);
        Ok(if place < 0 { count.saturating_sub(distance) } else { distance.min(count) })
    };
    let from = place(1)?;
    let to = if call.has(2) { place(2)? } else { count };
    Ok((from, to.max(from)))
}

fn slice<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    if let Value::Array(items) = call.value(0) {
        let (from, to) = places(call, items.len())?;
        let mut part = call.growing_list();
        for item in &items[from..to] {
            part.copy(item)?;
        }
        return made(part.done());
    }
    let text = call.text(0)?;
    let (from, to) = places(call, text.chars().count())?;
    made(text.chars().skip(from).take(to - from).collect::<String>())
}

fn concat<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let parts = (0..call.arguments.len()).filter(|index| call.has(*index));
    if call.arguments.iter().any(|argument| argument.is_array()) {
        let mut list = call.growing_list();
        for index in parts {
            for item in call.list(index)? {
                list.copy(item)?;
            }
        }
        return made(list.done());
    }
    let mut text = call.growing_text();
    for index in parts {
        text.push(&call.text(index)?)?;
    }
    made(text.done())
}

fn reverse<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    if let Value::Array(items) = call.value(0) {
        let mut reversed = call.growing_list();
        for item in items.iter().rev() {
            reversed.copy(item)?;
        }
        return made(reversed.done());
    }
    made(call.text(0)?.chars().rev().collect::<String>())
}
