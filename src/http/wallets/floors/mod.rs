//! What wallets are held to on chains: how much of the coin there should be, and who gets more.

mod get;
mod list;
mod record;
mod remove;
mod set;

pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use remove::{__path_remove, remove};
pub use set::{__path_set, set};
