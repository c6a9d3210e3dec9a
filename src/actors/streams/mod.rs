//! Those who watch: the ledger's tail, fanned out to clients of one run, or of an organization.

mod hub;
mod roll;
mod told;

pub use hub::{Live, Place, StreamHub};
pub use roll::{Filter, Wanted};
pub use told::Told;
