//! Files that come as they are read: the ledger of an organization, and rows of views.

pub(in crate::http) mod column;
pub(in crate::http) mod csv;
mod ledger;
mod line;
mod parquet;
mod reading;
pub(in crate::http) mod rows;

pub use ledger::{__path_ledger, ledger};
