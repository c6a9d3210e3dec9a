//! The lane of a wallet on a chain: one stream a (key, chain), which holds the transactions that should
//! happen there, in the order of their nonces, and what became of each.
//!
//! A nonce is given by the event that stores it and by nothing else, so that no counter can drift from
//! the ledger. Bytes that were signed are stored before they are sent for the first time.

mod approving;
mod bump;
mod command;
mod error;
mod event;
mod funding;
#[cfg(test)]
mod funding_tests;
mod intent;
mod packed;
mod state;
mod step;
#[cfg(test)]
mod tests;
mod upcast;
mod wanted;

pub use bump::{bumped, is_enough};
pub use command::{Command, Order, Receipt, Simulation, Verdict};
pub use error::Error;
pub use event::{Event, Inclusion, Sent};
pub use funding::{Ended, Funding, Hook, Lacking, TopUp, UnderWay};
pub use intent::{Call, Intent, Origin, Until};
pub use state::{FORM, IN_FLIGHT, Lane, MAX_OPEN};
pub use step::Step;
pub use upcast::upcasters;
pub use wanted::{Attempt, Stage, Wanted};
