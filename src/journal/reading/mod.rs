//! Reading the ledger: what is in its tables, and what has left them for segments.

mod catalogue;
mod event_figures;
pub(super) mod reader;
mod sealed;
mod spots;

pub use catalogue::{Catalogue, Kept, MonthStanding, RunSize, State};
pub use event_figures::{EventFigures, Figures};
pub use sealed::{Home, Placed, Sealed, YOUNGEST};
pub use spots::{Chosen, Interest, Spot};
