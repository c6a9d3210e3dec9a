//! `code-transform`: JavaScript of authors, in processes that have nothing and may do nothing.
//!
//! `transform` is the action. It asks one of the `pool`'s workers, over the pipes that `worker`
//! holds, in the frames of `frame`. On the other side, in a process of its own, `serve` answers:
//! it first gives away all rights (`confine`), and then runs a `script` for each question.

mod confine;
mod frame;
mod pool;
mod script;
mod serve;
mod transform;
mod worker;

pub use serve::serve;
pub(super) use transform::CodeTransform;
