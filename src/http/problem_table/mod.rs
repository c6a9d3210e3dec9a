//! Every kind of problem: its status, what it means, and what the caller can do about it.

mod missing;
mod page;
mod refusing;
mod requests;
mod table;

pub use page::documentation;
pub use table::{ALL, Code, Entry, entry};
