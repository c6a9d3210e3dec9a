//! Triggers of EVM chains: what they ask for, what matches, and how a chain is followed.

mod by_contract;
mod chain;
mod identity;
mod kinds;
mod level;
mod matcher;
mod seen;
mod settings;
mod tail;
mod wanted;

pub use identity::Identity;
pub use kinds::{CHAIN_KINDS, ChainKind, chain_of};
pub use level::{Delivery, MAX_CONFIRMATIONS, OnReorg};
pub use matcher::{Armed, Found, Matcher, Weighed};
pub use seen::{SeenBlock, SeenLog, SeenTransaction};
pub use settings::{Asked, Coins, Logs, MAX_CONTRACTS, Outcome, Side, Status, Tokens, What};
pub use tail::{Link, MAX_LINKS, POLLS, Tail, Verdict};
pub use wanted::{MAX_ADDRESSES, Query, Wanted};

#[cfg(test)]
mod reorganizations;
