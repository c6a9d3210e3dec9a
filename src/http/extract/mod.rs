//! What handlers take from a request: texts become types here, or are refused with their place.

mod body;
mod idempotency_key;
mod json;
mod page;
mod path;
mod principal;
mod query;

pub use body::{Body, MAX_BODY, read_bytes};
pub use idempotency_key::IdempotencyKey;
pub use json::check as check_json;
pub use page::{Cursor, Paging};
pub use path::config as path_config;
pub use query::Query;
