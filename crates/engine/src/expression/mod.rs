//! Expressions: `{{ … }}` in the texts of a payload.
//!
//! `lexer` cuts the text between the braces into tokens, `parser` makes an `ast` of them,
//! `template` finds expressions in a payload and puts values in their places, and `eval` looks
//! the values up in a run. A value that was put in place is never read for expressions again.

mod ast;
mod eval;
mod lexer;
mod parser;
mod template;

pub(crate) use ast::{Expression, Reference, Source, Step};
pub(crate) use eval::{Scope, walk};
pub(crate) use parser::{Fault, FaultKind, path};
pub use template::has_expression;
pub(crate) use template::{Piece, Placeholders, Problem, Template};

#[cfg(test)]
mod tests;
