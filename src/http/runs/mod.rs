//! Runs: what is asked of them, and what they tell.

mod at_once;
mod cancel;
mod events;
mod export;
mod get;
pub(crate) mod ledger;
mod lineage;
mod list;
pub(super) mod order;
mod pause;
mod rerun;
mod resume;
mod resume_wait;
mod retry;
mod signal;
mod stream;
mod sync;

pub use at_once::Ended;
pub(super) use at_once::until_over;
pub use cancel::{__path_cancel, cancel};
pub use events::{__path_events, events};
pub use export::{__path_export, export};
pub use get::{__path_get, get};
pub use lineage::{__path_lineage, lineage};
pub use list::{__path_list, list};
pub use pause::{__path_pause, pause};
pub use rerun::{__path_rerun, rerun};
pub use resume::{__path_resume, resume};
pub use resume_wait::{__path_resume_wait, resume_wait};
pub use retry::{__path_retry, retry};
pub use signal::{__path_signal, signal};
pub use stream::{__path_stream, Wanted, stream};
pub(crate) use stream::{frame, step};
pub(super) use sync::run_at_once;
pub use sync::{__path_sync, sync};
