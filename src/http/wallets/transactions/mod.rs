//! What became of the transactions that runs want of wallets; approving them, and calling them off.

mod approve;
mod cancel;
mod export;
mod get;
mod list;
mod order;
mod record;

pub use approve::{__path_approve, __path_reject, approve, reject};
pub use cancel::{__path_cancel, cancel};
pub use export::{__path_export, export};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
