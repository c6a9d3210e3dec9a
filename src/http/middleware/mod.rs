//! What every request passes through, from the outside in.

pub mod access_log;
pub mod authenticate;
pub mod authorize;
pub mod headers;
mod person;
pub mod rate_limit;
mod recognize;
mod refusal;
pub mod request_id;

pub(crate) use recognize::bearer;
