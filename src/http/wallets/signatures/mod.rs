//! What became of the documents that wallets were to sign.

mod get;
mod list;
mod record;

pub use get::{__path_get, get};
pub use list::{__path_list, list};
