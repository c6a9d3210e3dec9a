//! Templates: workflows that drafts are made from.

mod create;
mod get;
mod instantiate;
mod list;
mod retire;
mod update;

pub use create::{__path_create, create};
pub use get::{__path_get, get};
pub use instantiate::{__path_instantiate, instantiate};
pub use list::{__path_list, list};
pub use retire::{__path_retire, retire};
pub use update::{__path_update, update};
