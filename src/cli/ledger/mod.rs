//! `chainkeel ledger`: everything that happened in the organization, taken along. And other files that come
//! as they are read.

mod command;
mod export;
mod kept;
mod retention;
mod rows;

pub(super) use command::Ledger;
pub(super) use retention::Retention;
pub(super) use rows::{RowFormat, export_rows};
