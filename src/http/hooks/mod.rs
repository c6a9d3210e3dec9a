//! Endpoints of the outside that are told what happens in runs, and what they were told.

mod change;
mod create;
pub mod deliveries;
mod get;
mod list;
mod order;
mod record;
mod regenerate;
mod remove;
mod replay;
pub(in crate::http) mod signing_secret;
mod switch;
mod test;

pub use change::{__path_change, change};
pub use create::{__path_create, create};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use regenerate::{__path_regenerate, regenerate};
pub use remove::{__path_remove, remove};
pub use replay::{__path_replay, replay};
pub use switch::{__path_disable, __path_enable, disable, enable};
pub use test::{__path_test, test};
