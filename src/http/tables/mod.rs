//! `/v1/tables`: the tables of the organization, their rows, and statements on them.

mod alter;
mod create;
mod drop;
mod export;
mod get;
mod import;
mod insert;
mod list;
mod order;
mod query;
mod record;
mod remove;
mod row;
mod rows;
mod update;

pub use alter::{__path_alter, alter};
pub use create::{__path_create, create};
pub use drop::{__path_drop, drop};
pub use export::{__path_export, export};
pub use get::{__path_get, get};
pub use import::{__path_import, import};
pub use insert::{__path_insert, insert};
pub use list::{__path_list, list};
pub use query::{__path_query, query};
pub use remove::{__path_remove, remove};
pub use row::{__path_row, row};
pub use rows::{__path_rows, rows};
pub use update::{__path_update, update};
