//! Connectors: which types there are, which the organization has, and what is done with them.

mod callback;
mod check;
mod connect;
mod data;
mod disconnect;
mod get;
mod kinds;
mod list;
mod order;
mod record;
mod standing;
mod start;
mod test;
mod update;

pub use callback::{__path_callback, callback};
pub(super) use check::{found, named, problems};
pub use connect::{__path_connect, connect};
pub use disconnect::{__path_disconnect, disconnect};
pub use get::{__path_get, get};
pub use kinds::{__path_kind, __path_kinds, kind, kinds};
pub use list::{__path_list, list};
pub(super) use standing::standing;
pub use start::{__path_start, start};
pub use test::{__path_test, test};
pub use update::{__path_update, update};
