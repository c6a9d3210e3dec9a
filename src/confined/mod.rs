//! Processes that have nothing and may do nothing but answer: for what outsiders wrote, and what
//! therefore may take for ever, eat all memory, or break out.
//!
//! The house asks one of the `pool`'s workers, over the pipes that `worker` holds, in the frames of
//! `frame`. On the other side, in a process of its own, `serve` answers: it first gives away all
//! rights (`confine`).

mod confine;
mod frame;
mod pool;
mod serve;
mod trade;
mod worker;

pub use pool::{Error, Pool};
pub use serve::serve;
pub use trade::Trade;
