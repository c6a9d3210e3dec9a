//! `code-transform`: JavaScript of authors, in processes that have nothing and may do nothing.
//!
//! `transform` is the action. It asks a worker what `question` says. On the other side, in a process
//! of its own, a `script` is run for each question.

mod question;
mod script;
mod transform;

pub use script::serve;
pub(super) use transform::CodeTransform;
