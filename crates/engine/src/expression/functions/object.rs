//! Functions of objects.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::call::{Call, made};
use super::table::{Function, Nulls, Outcome, any, optional, required, rest};
use crate::expression::budget::Complaint;
use crate::expression::eval::walk;
use crate::expression::parser::path;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "object",
        parameters: &[any("namesAndValues")],
        about: "An object of these fields: a name, its value, a name, its value and so on.",
        examples: &[("object('to', 'ada', 'amount', 5)", "{\"amount\":5,\"to\":\"ada\"}")],
        nulls: Nulls::Seen,
        body: object,
    },
    Function {
        name: "keys",
        parameters: &[required("object")],
        about: "The names of the fields, sorted.",
        examples: &[("keys(object('b', 1, 'a', 2))", "[\"a\",\"b\"]")],
        nulls: Nulls::First,
        body: |call| entries(call, |name, _| name.into()),
    },
    Function {
        name: "values",
        parameters: &[required("object")],
        about: "The values of the fields, sorted by their names.",
        examples: &[("values(object('b', 1, 'a', 2))", "[2,1]")],
        nulls: Nulls::First,
        body: |call| entries(call, |_, value| value.clone()),
    },
    Function {
        name: "entries",
        parameters: &[required("object")],
        about: "The fields as a list of objects with key and value, sorted by their names.",
        examples: &[("entries(object('a', 2))", "[{\"key\":\"a\",\"value\":2}]")],
        nulls: Nulls::First,
        body: |call| entries(call, |name, value| json!({ "key": name, "value": value })),
    },
    Function {
        name: "get",
        parameters: &[required("value"), required("path"), optional("otherwise")],
        about: "What an object or list has at a path; null, or the third argument, when it has \
                nothing there.",
        examples: &[
            ("get(object('a', list(5, 6)), 'a.1')", "6"),
            ("get(object('a', 1), 'b', 'none')", "\"none\""),
        ],
        nulls: Nulls::Seen,
        body: get,
    },
    Function {
        name: "has",
        parameters: &[required("value"), required("path")],
        about: "Whether an object or list has something at a path, be it null.",
        examples: &[("has(object('a', null), 'a')", "true"), ("has(null, 'a')", "false")],
        nulls: Nulls::Seen,
        body: |call| made(walk(call.value(0), &path(&call.text(1)?)).is_some()),
    },
    Function {
        name: "merge",
        parameters: &[rest("objects")],
        about: "One object with the fields of all; of the same field the last one counts, and null \
                adds none.",
        examples: &[("merge(object('a', 1, 'b', 1), object('b', 2))", "{\"a\":1,\"b\":2}")],
        nulls: Nulls::Seen,
        body: merge,
    },
    Function {
        name: "pick",
        parameters: &[required("object"), rest("names")],
        about: "The object with these fields only; a list of names does as well.",
        examples: &[("pick(object('a', 1, 'b', 2), 'a', 'c')", "{\"a\":1}")],
        nulls: Nulls::First,
        body: |call| keep(call, |is_named| is_named),
    },
    Function {
        name: "omit",
        parameters: &[required("object"), rest("names")],
        about: "The object without these fields; a list of names does as well.",
        examples: &[("omit(object('a', 1, 'b', 2), list('a'))", "{\"b\":2}")],
        nulls: Nulls::First,
        body: |call| keep(call, |is_named| !is_named),
    },
];

fn object<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    if !call.arguments.len().is_multiple_of(2) {
        let cure = "every name needs a value behind it: object('name', value)";
        return Err(Complaint(cure.to_owned()));
    }
    let mut room = call.growing_list();
    let mut fields = Map::new();
    for index in (0..call.arguments.len()).step_by(2) {
        room.weigh(call.value(index + 1))?;
        fields.insert(call.text(index)?.into_owned(), call.value(index + 1).clone());
    }
    made(Value::Object(fields))
}

fn entries<'a>(call: &Call<'a, '_>, entry: impl Fn(&str, &Value) -> Value) -> Outcome<'a> {
    let mut fields: Vec<_> = call.object(0)?.iter().collect();
    fields.sort_unstable_by_key(|(name, _)| *name);
    let mut entries = call.growing_list();
    for (name, value) in fields {
        entries.push(entry(name, value))?;
    }
    made(entries.done())
}

fn get<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let steps = path(&call.text(1)?);
    let found = call.part(0, |value| walk(value, &steps));
    Ok(if found.is_null() { call.pass(2) } else { found })
}

fn merge<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let mut room = call.growing_list();
    let mut fields = Map::new();
    for index in (0..call.arguments.len()).filter(|index| call.has(*index)) {
        let object = call.object(index)?;
        room.weigh(call.value(index))?;
        fields.extend(object.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    made(Value::Object(fields))
}

fn keep<'a>(call: &Call<'a, '_>, is_kept: impl Fn(bool) -> bool) -> Outcome<'a> {
    let fields = call.object(0)?;
    let names = names(call)?;
    call.budget.read(call.value(0))?;
    call.budget.steps(fields.len().saturating_mul(names.len()))?;
    let is_named = |name: &str| names.iter().any(|known| known == name);
    let kept = fields.iter().filter(|(name, _)| is_kept(is_named(name)));
    made(Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect()))
}

/// The names that a call is given behind its first argument, one by one or as a list.
fn names<'c>(call: &'c Call<'_, '_>) -> Result<Vec<Cow<'c, str>>, Complaint> {
    let mut names = Vec::new();
    for index in 1..call.arguments.len() {
        if let Value::Array(items) = call.value(index) {
            for item in items {
                let name = item.as_str().ok_or_else(|| call.wrong(index, "a list of texts"))?;
                names.push(Cow::Borrowed(name));
            }
        } else {
            names.push(call.text(index)?);
        }
    }
    Ok(names)
}
