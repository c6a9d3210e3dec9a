//! Events of the outside: published, found again, and how their delivery stands.

mod batch;
pub mod dead_letters;
pub mod definitions;
mod get;
mod list;
mod policy;
mod pressure;
mod publish;
mod queue;
mod sent;
pub mod sequences;
pub mod subscriptions;

pub use batch::{__path_batch, batch};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use policy::{__path_get_policy, __path_set_policy, get_policy, set_policy};
pub use pressure::Pressure;
pub use publish::{__path_publish, publish};
pub use queue::{__path_queue, queue};
pub(in crate::http) use sent::{check, misfit};
