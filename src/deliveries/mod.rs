//! The last deliveries to each webhook, as their receiver wants to see them. Nothing is decided by
//! them: what started runs stands on the ledger.

mod delivery;
mod error;
mod store;

pub use delivery::{Delivery, KEPT_BODY, Outcome};
pub use error::Error;
pub use store::{Deliveries, LISTENING};
