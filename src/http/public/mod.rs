//! What everybody may see and execute, without a key: the live version of a workflow whose
//! `visibility` says so, and runs of it by the token that whoever started them was given.

mod execute;
mod gate;
mod origin;
mod page;
mod run;
mod view;
mod widget;

pub(super) use execute::count;
pub(super) use origin::ticket;
pub(super) use page::framed_by;
pub(super) use widget::problems;

pub use execute::{__path_execute, __path_preflight, execute, preflight};
pub use run::{__path_run, run};
pub use view::{__path_view, view};
