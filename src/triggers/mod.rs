//! What matches: the index of live triggers, in memory, and the kinds that there are.

mod contracts;
pub mod event;
pub mod evm;
mod index;
mod key;
mod kind;
pub mod price;
pub mod schedule;
mod shortage;
pub mod signature;
pub mod source;
mod subscription;
pub mod webhook;

pub use contracts::Contracts;
pub use index::{Limits, Listing, Live, Lookup, TriggerIndex};
pub use key::Key;
pub use kind::{Kind, kind};
pub use shortage::Shortage;
pub use subscription::{Subscriber, Subscription};
