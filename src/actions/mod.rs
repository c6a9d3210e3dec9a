//! What nodes do to the outside: one [`Action`] for each node type that has an effect.

mod action;
mod http;
mod registry;

pub use action::{Action, Call, Performing};
pub use registry::Actions;
