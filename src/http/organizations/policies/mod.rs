//! What the keys of an organization may sign.

mod apply;
mod define;
mod delay;
mod get;
mod list;
mod record;
mod remove;
mod simulate;
mod withdraw;

pub use apply::{__path_apply, apply};
pub use define::{__path_define, define};
pub use delay::{__path_delay, delay};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use remove::{__path_remove, remove};
pub use simulate::{__path_simulate, simulate};
pub use withdraw::{__path_withdraw, withdraw};
