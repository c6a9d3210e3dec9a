//! Making a view again from the ledger, beside the live one: to put it into service, or to see whether the live one
//! is right.

pub mod builder;
mod candidate;
mod compare;
mod effort;
mod growth;
mod pulse;
pub mod rebuild;
mod slices;
mod turns;
pub mod verify;
pub mod wanted;

pub use compare::{Comparison, Difference, Reason};
pub use effort::Effort;
