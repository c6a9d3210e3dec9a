//! Conditions of `if` and `filter`: `{"$and": [{left: {"$gt": right}}, …]}`.
//!
//! Every entry and every operator inside it must hold. Numbers compare by value, also where one
//! side is a text that is a number (amounts are); other texts compare letter by letter. What does
//! not exist is null, and null equals null only.

mod operator;
mod pattern;
mod read;

pub(crate) use operator::{Operator, equal};
pub(crate) use read::Condition;

#[cfg(test)]
mod tests;
