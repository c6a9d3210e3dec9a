//! Schemas of the organization, and values held against them.

mod batch;
mod closure;
mod compatibility;
mod create;
mod deprecate;
mod get;
mod list;
mod options;
mod order;
mod record;
mod update;
mod validate;

pub use batch::{__path_batch, batch};
pub(in crate::http) use closure::bundled;
pub use compatibility::{__path_compatibility, compatibility};
pub use create::{__path_create, create};
pub use deprecate::{__path_deprecate, deprecate};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use update::{__path_update, update};
pub use validate::{__path_validate, validate};
