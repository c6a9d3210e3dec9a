//! Functions of lists.

use std::collections::BTreeSet;

use serde_json::Value;

use super::call::{Call, made, shown};
use super::table::{Function, Nulls, Outcome, any, optional, required};
use crate::expression::budget::{Complaint, GrowingList};
use crate::expression::eval::walk;
use crate::expression::exact::Exact;
use crate::expression::parser::path;
use crate::json::write_canonical;

/// The furthest place that is asked for, and the ends of ranges: whole numbers that a JSON number
/// says exactly in every language.
const MAX_PLACE: i64 = 9_007_199_254_740_991;

/// How many levels are flattened at most; values are not nested deeper.
const MAX_LEVELS: u32 = 100;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "list",
        parameters: &[any("items")],
        about: "A list of these values.",
        examples: &[("list('a', 1, null)", "[\"a\",1,null]"), ("list()", "[]")],
        nulls: Nulls::Seen,
        body: list,
    },
    Function {
        name: "range",
        parameters: &[required("from"), required("to"), optional("step")],
        about: "The whole numbers from one up to, and without, another.",
        examples: &[("range(0, 3)", "[0,1,2]"), ("range(10, 0, -4)", "[10,6,2]")],
        nulls: Nulls::First,
        body: range,
    },
    Function {
        name: "first",
        parameters: &[required("list")],
        about: "The first item; null for an empty list.",
        examples: &[("first(list(3, 4))", "3")],
        nulls: Nulls::First,
        body: |call| {
            call.list(0)?;
            Ok(call.part(0, |list| list.get(0)))
        },
    },
    Function {
        name: "last",
        parameters: &[required("list")],
        about: "The last item; null for an empty list.",
        examples: &[("last(list(3, 4))", "4")],
        nulls: Nulls::First,
        body: |call| {
            call.list(0)?;
            Ok(call.part(0, |list| list.as_array()?.last()))
        },
    },
    Function {
        name: "at",
        parameters: &[required("list"), required("index")],
        about: "The item at a place, counted from 0, or from the end when it is negative; null when \
                there is none.",
        examples: &[("at(list(3, 4, 5), 1)", "4"), ("at(list(3, 4, 5), -1)", "5")],
        nulls: Nulls::First,
        body: at,
    },
    Function {
        name: "unique",
        parameters: &[required("list")],
        about: "The list without items that stood in it before; a number is never the same as a text.",
        examples: &[("unique(list(1, 2, 1.0, '1'))", "[1,2,\"1\"]")],
        nulls: Nulls::First,
        body: unique,
    },
    Function {
        name: "sort",
        parameters: &[required("list"), optional("path"), optional("order")],
        about: "The list in order, `'ascending'` unless it is `'descending'`; with a path, by what \
                each item has there. Numbers and texts of digits go by value, when there is nothing \
                else; otherwise there must be texts only, which go letter by letter.",
        examples: &[
            ("sort(list(10, 9, '9.5'))", "[9,\"9.5\",10]"),
            ("sort(list('b', 'a'), null, 'descending')", "[\"b\",\"a\"]"),
            ("sort(parseJson('[{\"n\":2},{\"n\":1}]'), 'n')", "[{\"n\":1},{\"n\":2}]"),
        ],
        nulls: Nulls::First,
        body: sort,
    },
    Function {
        name: "flatten",
        parameters: &[required("list"), optional("levels")],
        about: "The list with the items of the lists in it instead of them, one level unless said \
                otherwise.",
        examples: &[("flatten(list(1, list(2, list(3))))", "[1,2,[3]]")],
        nulls: Nulls::First,
        body: flatten,
    },
    Function {
        name: "pluck",
        parameters: &[required("list"), required("path")],
        about: "What each item has at a path; null where it has nothing.",
        examples: &[("pluck(parseJson('[{\"a\":{\"b\":1}},{}]'), 'a.b')", "[1,null]")],
        nulls: Nulls::First,
        body: pluck,
    },
];

fn list<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let mut items = call.growing_list();
    for argument in &call.arguments {
        items.copy(argument)?;
    }
    made(items.done())
}

fn range<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let (mut at, to) =
        (call.whole(0, -MAX_PLACE, MAX_PLACE)?, call.whole(1, -MAX_PLACE, MAX_PLACE)?);
    let step = if call.has(2) { call.whole(2, -MAX_PLACE, MAX_PLACE)? } else { 1 };
    if step == 0 {
        return Err(call.wrong(2, "a whole number that is not 0"));
    }
    let mut numbers = call.growing_list();
    while if step > 0 { at < to } else { at > to } {
        numbers.push(at.into())?;
        at += step;
    }
    made(numbers.done())
}

fn at<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let place = call.whole(1, -MAX_PLACE, MAX_PLACE)?;
    let count = call.list(0)?.len();
    let distance = usize::try_from(place.unsigned_abs()).unwrap_or(usize::MAX);
    let place = if place < 0 { count.checked_sub(distance) } else { Some(distance) };
    Ok(call.part(0, |list| list.get(place?)))
}

fn unique<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    call.budget.read(call.value(0))?;
    let mut seen = BTreeSet::new();
    let mut items = call.growing_list();
    for item in call.list(0)? {
        let mut key = String::new();
        match item {
            Value::Number(_) => key.extend(Exact::of(item).map(|number| number.text())),
            Value::Null
            | Value::Bool(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => {
                write_canonical(item, &mut key);
            }
        }
        if seen.insert(key) {
            items.copy(item)?;
        }
    }
    made(items.done())
}

/// Which way a list is sorted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Ascending,
    Descending,
}

const ORDERS: [(&str, Order); 2] =
    [("ascending", Order::Ascending), ("descending", Order::Descending)];

fn sort<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let items = call.list(0)?;
    let steps = path(&call.text_or(1, "")?);
    let order = call.one_of(2, &ORDERS)?;
    let found: Vec<&Value> =
        items.iter().map(|item| walk(item, &steps).unwrap_or(&Value::Null)).collect();
    // Reading a number takes longer than comparing two; there are at most log n comparisons an item.
    call.budget.steps(items.len().saturating_mul(8 + items.len().max(1).ilog2() as usize))?;
    let numbers: Result<Vec<Exact>, _> = found.iter().map(|value| Exact::of(value)).collect();
    let places = match numbers {
        Ok(numbers) => sorted(&numbers, order),
        Err(_) => sorted(&texts(&found)?, order),
    };
    let mut sorted = call.growing_list();
    for place in places {
        sorted.copy(&items[place])?;
    }
    made(sorted.done())
}

fn texts<'v>(values: &[&'v Value]) -> Result<Vec<&'v str>, Complaint> {
    let text = |(place, value): (usize, &&'v Value)| {
        value.as_str().ok_or_else(|| {
            Complaint(format!(
                "a list is sorted when it has numbers only, or texts only; item {place} is {}",
                shown(value)
            ))
        })
    };
    values.iter().enumerate().map(text).collect()
}

/// The places of the items in order; items that are equal stay as they are.
fn sorted<K: Ord>(keys: &[K], order: Order) -> Vec<usize> {
    let mut places: Vec<usize> = (0..keys.len()).collect();
    places.sort_by(|left, right| match order {
        Order::Ascending => keys[*left].cmp(&keys[*right]),
        Order::Descending => keys[*right].cmp(&keys[*left]),
    });
    places
}

fn flatten<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let levels = call.count_or(1, 1, MAX_LEVELS)?;
    let mut flat = call.growing_list();
    for item in call.list(0)? {
        flatten_into(item, levels, &mut flat)?;
    }
    made(flat.done())
}

fn flatten_into(item: &Value, levels: u32, flat: &mut GrowingList) -> Result<(), Complaint> {
    match (item, levels.checked_sub(1)) {
        (Value::Array(items), Some(levels)) => {
            items.iter().try_for_each(|item| flatten_into(item, levels, flat))
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
            _,
        ) => flat.copy(item),
    }
}

fn pluck<'a>(call: &Call<'a, '_>) -> Outcome<'a> {
    let steps = path(&call.text(1)?);
    let items = call.list(0)?;
    call.budget.steps(items.len().saturating_mul(1 + steps.len()))?;
    let mut values = call.growing_list();
    for item in items {
        values.copy(walk(item, &steps).unwrap_or(&Value::Null))?;
    }
    made(values.done())
}
