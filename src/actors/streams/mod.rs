//! Those who watch: the ledger's tail, fanned out to clients of one run, or of an organization, and relayed to
//! those who watch elsewhere.

mod hub;
mod relay;
mod roll;
mod told;

pub use hub::{Live, Place, StreamHub};
pub use relay::Relay;
pub use roll::{Filter, Wanted};
pub use told::Told;
