//! Tasks: work for people, which runs wait for.

mod acting;
mod approval;
mod assign;
mod cancel;
mod claim;
mod complete;
mod get;
mod list;
mod order;
mod record;
mod reject;
mod release;

pub use assign::{__path_assign, assign};
pub use cancel::{__path_cancel, cancel};
pub use claim::{__path_claim, claim};
pub use complete::{__path_complete, complete};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use reject::{__path_reject, reject};
pub use release::{__path_release, release};
