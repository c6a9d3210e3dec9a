//! Runs: what is asked of them, and what they tell.

mod cancel;
mod events;
mod get;
pub(super) mod ledger;
mod list;
pub(super) mod order;
mod resume_wait;
mod retry;
mod stream;

pub use cancel::{__path_cancel, cancel};
pub use events::{__path_events, events};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use resume_wait::{__path_resume_wait, resume_wait};
pub use retry::{__path_retry, retry};
pub use stream::{__path_stream, stream};
