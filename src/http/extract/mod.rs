//! What handlers take from a request: texts become types here, or are refused with their place.

mod as_of;
mod body;
mod caller;
mod idempotency_key;
mod instant;
mod json;
mod min_position;
mod nothing;
mod origin;
mod page;
mod params;
mod path;
mod principal;
mod visitor;

pub use as_of::AsOf;
pub use body::{Body, LargeBody, read_bytes_up_to};
pub use caller::Caller;
pub use idempotency_key::IdempotencyKey;
pub use instant::Instant;
pub use json::check as check_json;
pub use min_position::{Freshness, MinPosition};
pub use nothing::Nothing;
pub use origin::{Address, Origin};
pub use page::{Cursor, Paging, Portion};
pub use params::Params;
pub use path::config as path_config;
