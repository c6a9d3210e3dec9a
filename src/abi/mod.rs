//! What calls of contracts look like in bytes, and what the bytes mean: types, functions, errors and
//! events, read strictly and without any I/O.

mod canonical;
mod contract;
mod decode;
mod encode;
mod event;
mod function;
mod kind;
mod reason;
mod render;
mod written;

#[cfg(test)]
mod tests;

pub use canonical::Signature;
pub use contract::Contract;
pub use decode::{Value, decode};
pub use encode::{Misfit, address, encode};
pub use event::{EventShape, MAX_SIGNATURE_BYTES};
pub use function::{Function, Shape};
pub use kind::{Kind, Part};
pub use reason::Reason;
pub use render::{many, render};
