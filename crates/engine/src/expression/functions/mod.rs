//! The functions of expressions: a closed list, a file a subject.
//!
//! `table` says what an entry is and finds it by name, `call` is what a function sees of the call
//! that it answers. All else are the entries: parsing, the errors and the reference are made of
//! them. Every function is pure, total and bounded.

mod arithmetic;
mod call;
mod digest;
mod encode;
mod json;
mod list;
mod logic;
mod number;
mod object;
mod sequence;
mod table;
mod text;
mod time;
mod unit;

pub(super) use arithmetic::{ADD, DIVIDE, MULTIPLY, REMAINDER, SUBTRACT};
pub(super) use call::call;
pub(super) use table::{Function, Nulls, SUBJECTS, find};

#[cfg(test)]
mod tests;
