//! Money that a wallet lacks, or has too little of: what is wanted waits while a run gets it, and it is said
//! when a wallet falls below its floor.

mod clerk;
mod lineage;
mod reaction;
mod waiting;

pub use clerk::FloorClerk;
pub(super) use clerk::look;
pub(super) use reaction::Funds;
pub(super) use waiting::Need;

/// The kind of the trigger of a run that gets money for a wallet on a chain.
const TOP_UP: &str = "top-up";
