//! Events of the outside, which runs wait for.

mod get;
mod publish;

pub use get::{__path_get, get};
pub use publish::{__path_publish, publish};
