//! Interfaces of the organization: forms for tasks and views of runs, which are written as data.

mod create;
mod get;
mod list;
mod order;
mod pinning;
mod record;
mod retire;
mod update;
mod validate;

pub(super) use pinning::{changed_at, pin};

pub use create::{__path_create, create};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use retire::{__path_retire, retire};
pub use update::{__path_update, update};
pub use validate::{__path_validate, validate};
