//! The end of the ledger, as it grows: one reader a process, and everybody in it who wants to know.

mod audience;
mod end;
mod seen;
mod subscription;

pub use end::{Batch, Tail, TailReader};
pub use subscription::Subscription;
