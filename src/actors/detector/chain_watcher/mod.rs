//! Watchers of chains: each block of a chain is read once, in order, by one process, and what
//! matches in it starts its runs, once each. Organizations with endpoints of their own have a watcher
//! of their own, behind these.

mod backfill;
mod delivery;
mod desk;
mod live;
mod looks;
mod reader;
mod reading;
mod retraction;
mod roll;
mod source;
mod survey;
mod turning;
mod watchers;

pub use desk::{ChainDesk, Unopened};
pub use reader::Endpoints;
pub use source::{ChainSource, RawLog, RawReceipt, RawTransaction, Seen, Unread};
pub use survey::{Bounds, Survey, Surveyed, survey};
pub use turning::ChainTurning;
pub use watchers::{ChainSources, ChainWatchers, NoChains};
