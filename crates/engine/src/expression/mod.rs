//! Expressions: `{{ … }}` in the texts of a payload.
//!
//! `lexer` cuts the text between the braces into tokens, `parser` makes an `ast` of them with the
//! `names` that paths begin with, `template` finds expressions in a payload and puts values in
//! their places, and `eval` evaluates them in a run, within a `budget`, with the `functions` and
//! `exact` arithmetic. A value that was put in place is never read for expressions again.

mod ast;
mod budget;
mod eval;
mod exact;
mod functions;
mod lexer;
mod names;
mod parser;
mod reference;
mod template;

pub(crate) use ast::{Expression, Loop, Reference, Source, Step};
pub(crate) use budget::{Budget, Complaint};
pub(crate) use eval::{Scope, walk};
pub(crate) use parser::{Fault, FaultKind, parse_mapping, path};
pub use reference::expression_reference;
pub use template::has_expression;
pub(crate) use template::{Piece, Placeholders, Problem, Template};

#[cfg(test)]
mod tests;
