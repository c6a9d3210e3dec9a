//! Sequences in which events are expected, and the instances that follow them.

mod abandon;
mod create;
mod get;
mod instance;
mod instance_record;
mod instances;
mod list;
mod record;
mod remove;
mod retry;

pub use abandon::{__path_abandon, abandon};
pub use create::{__path_create, create};
pub use get::{__path_get, get};
pub use instance::{__path_instance, instance};
pub use instances::{__path_instances, instances};
pub use list::{__path_list, list};
pub use remove::{__path_remove, remove};
pub use retry::{__path_retry, retry};
