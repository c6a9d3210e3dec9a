//! `pluck`: takes one field, or some, out of every item of a list.

use serde_json::{Map, Value};

use super::field::{array, object, optional_text, wrong};
use super::logic::Done;
use crate::expression::{Problem, path, walk};

/// How many fields one node may take out of an item.
const MAX_FIELDS: usize = 100;

/// Which fields are wanted.
enum Wanted<'a> {
    /// One: its values are listed as they are.
    One(&'a str),
    /// Some: every item becomes an object of them.
    Some(Vec<&'a str>),
}

pub(super) fn check(payload: &Value) -> Result<(), Problem> {
    Wanted::read(payload)?;
    array(payload, "array").map(drop)
}

pub(super) fn pluck(input: &Value) -> Result<Done, Problem> {
    let items = array(input, "array")?;
    let values: Vec<Value> = match Wanted::read(input)? {
        Wanted::One(field) => {
            let steps = path(field);
            items.iter().map(|item| walk(item, &steps).cloned().unwrap_or_default()).collect()
        }
        Wanted::Some(fields) => {
            let paths: Vec<_> = fields.into_iter().map(|field| (field, path(field))).collect();
            let object = |item| -> Map<String, Value> {
                let take = |(field, steps): &(&str, Vec<_>)| {
                    ((*field).to_owned(), walk(item, steps).cloned().unwrap_or_default())
                };
                paths.iter().map(take).collect()
            };
            items.iter().map(|item| Value::Object(object(item))).collect()
        }
    };
    Ok(Done::with([("values", values.into())]))
}

impl<'a> Wanted<'a> {
    fn read(payload: &'a Value) -> Result<Self, Problem> {
        let fields = object(payload)?.get("fields");
        match (optional_text(payload, "field")?, fields) {
            (Some(field), None | Some(Value::Null)) => Ok(Self::One(field)),
            (None, Some(Value::Array(names))) if (1..=MAX_FIELDS).contains(&names.len()) => {
                let text = |name: &'a Value| {
                    name.as_str().ok_or_else(|| wrong("fields", "a list of texts", name))
                };
                names.iter().map(text).collect::<Result<_, _>>().map(Self::Some)
            }
            (None, Some(Value::String(field))) => Ok(Self::One(field)),
            (None, None | Some(Value::Null)) => {
                Err(Problem::new("/field", "it is missing: name the field to take, or use fields"))
            }
            (None, Some(other)) => {
                Err(wrong("fields", &format!("a list of 1 to {MAX_FIELDS} names"), other))
            }
            (Some(_), Some(_)) => Err(Problem::new("/fields", "give field or fields, not both")),
        }
    }
}
