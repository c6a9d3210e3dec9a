//! Where the outside starts runs: one URL a workflow, with a secret in it.

mod arrival;
mod body;
mod cover;
mod endpoints;
mod receive;
mod reply;
mod sift;
pub mod sold;
mod verify;

pub(in crate::http) use body::read as body;
pub use endpoints::{
    __path_webhook, __path_webhook_get, __path_webhook_patch, __path_webhook_put, webhook,
    webhook_get, webhook_patch, webhook_put,
};
pub use reply::{Taken, Waiting};
pub(in crate::http) use sift::{kind_of, sift};
