//! What went wrong, for the caller: `application/problem+json` (RFC 9457). The only room that knows
//! which status an error has; `docs/problems.md` is generated from its table.

mod answer;
mod assistant_refusals;
mod event_refusals;
mod page;
pub(in crate::http) mod refusals;
mod table;

pub use answer::{Detail, Document, Problem};
pub use page::documentation;
pub use table::{ALL, Code, Entry, entry};
