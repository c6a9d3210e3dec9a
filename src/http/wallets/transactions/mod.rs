//! What became of the transactions that runs want of wallets, and calling them off.

mod cancel;
mod get;
mod list;
mod record;

pub use cancel::{__path_cancel, cancel};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
