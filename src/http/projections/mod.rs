//! The views: how current they are, that they rest or are slow, and that they are made anew.

mod list;
mod order;
mod rebuild;
mod record;

pub use list::{__path_list, list};
pub use order::{__path_pause, __path_resume, __path_throttle, pause, resume, throttle};
pub use rebuild::{__path_rebuild, rebuild};
