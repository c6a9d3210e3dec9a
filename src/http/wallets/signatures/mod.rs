//! What became of the documents that wallets were to sign.

mod approve;
mod get;
mod list;
mod order;
mod record;

pub use approve::{__path_approve, __path_reject, approve, reject};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
