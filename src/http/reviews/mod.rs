//! Reviews: somebody else looks at a draft before it goes live.

mod approve;
mod comment;
mod get;
mod policy;
mod record;
mod reject;
mod request;

pub(super) use record::required;

pub use approve::{__path_approve, approve};
pub use comment::{__path_comment, comment};
pub use get::{__path_get, get};
pub use policy::{__path_get_policy, __path_set_policy, get_policy, set_policy};
pub use reject::{__path_reject, reject};
pub use request::{__path_request, request};
