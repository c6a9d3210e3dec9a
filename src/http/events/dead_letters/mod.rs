//! What was given up: looked at, tried again, discarded, forgotten.

mod discard;
mod get;
mod list;
mod purge;
mod record;
mod reprocess;

pub use discard::{__path_discard, discard};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use purge::{__path_purge, purge};
pub use reprocess::{__path_reprocess, reprocess};
