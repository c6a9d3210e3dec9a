//! The operators of conditions, and what they mean by equal, greater and among.

use std::cmp::Ordering;

use serde_json::Value;

use crate::number;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    Nin,
    Contains,
    NotContains,
    StartsWith,
    EndsWith,
    Exists,
    NotExists,
}

pub(super) const OPERATORS: [(&str, Operator); 15] = [
    ("$eq", Operator::Eq),
    ("$ne", Operator::Ne),
    ("$gt", Operator::Gt),
    ("$gte", Operator::Gte),
    ("$lt", Operator::Lt),
    ("$lte", Operator::Lte),
    ("$in", Operator::In),
    ("$nin", Operator::Nin),
    ("$notIn", Operator::Nin),
    ("$contains", Operator::Contains),
    ("$notContains", Operator::NotContains),
    ("$startsWith", Operator::StartsWith),
    ("$endsWith", Operator::EndsWith),
    ("$exists", Operator::Exists),
    ("$notExists", Operator::NotExists),
];

impl Operator {
    /// What is wrong with its right side, if anything.
    pub(super) fn objection(self, right: &Value) -> Option<&'static str> {
        match self {
            Self::In | Self::Nin => (!right.is_array()).then_some("needs a list on its right"),
            Self::Exists | Self::NotExists => {
                (!right.is_boolean()).then_some("needs true or false on its right")
            }
            Self::Eq
            | Self::Ne
            | Self::Gt
            | Self::Gte
            | Self::Lt
            | Self::Lte
            | Self::Contains
            | Self::NotContains
            | Self::StartsWith
            | Self::EndsWith => None,
        }
    }

    /// Whether it holds between two values.
    pub(crate) fn holds(self, left: &Value, right: &Value) -> bool {
        match self {
            Self::Eq => equal(left, right),
            Self::Ne => !equal(left, right),
            Self::Gt => order(left, right) == Some(Ordering::Greater),
            Self::Gte => order(left, right).is_some_and(Ordering::is_ge),
            Self::Lt => order(left, right) == Some(Ordering::Less),
            Self::Lte => order(left, right).is_some_and(Ordering::is_le),
            Self::In => is_among(left, right),
            Self::Nin => !is_among(left, right),
            Self::Contains => contains(left, right),
            Self::NotContains => !contains(left, right),
            Self::StartsWith => {
                texts(left, right).is_some_and(|(left, right)| left.starts_with(right))
            }
            Self::EndsWith => texts(left, right).is_some_and(|(left, right)| left.ends_with(right)),
            Self::Exists => right.as_bool() == Some(!left.is_null()),
            Self::NotExists => right.as_bool() == Some(left.is_null()),
        }
    }
}

/// Equality of JSON, where numbers are equal by value, and a number equals the text of it.
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(_), Value::Number(_) | Value::String(_))
        | (Value::String(_), Value::Number(_)) => {
            number::compare(left, right) == Some(Ordering::Equal)
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, left)| right.get(key).is_some_and(|right| equal(left, right)))
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
            _,
        ) => left == right,
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    number::compare(left, right).or_else(|| texts(left, right).map(|(left, right)| left.cmp(right)))
}

fn is_among(left: &Value, right: &Value) -> bool {
    right.as_array().is_some_and(|items| items.iter().any(|item| equal(left, item)))
}

fn contains(left: &Value, right: &Value) -> bool {
    match left {
        Value::String(text) => right.as_str().is_some_and(|part| text.contains(part)),
        Value::Array(_) => is_among(right, left),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn texts<'a>(left: &'a Value, right: &'a Value) -> Option<(&'a str, &'a str)> {
    Some((left.as_str()?, right.as_str()?))
}
