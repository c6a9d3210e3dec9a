//! Prices that fire: exact amounts, what is waited for, and who may say what a price is.

mod amount;
mod assets;
mod condition;
mod feed;
mod settings;
mod source;
mod stork;

pub use amount::{Amount, InvalidAmount};
pub use assets::{Asset, Assets};
pub use condition::{Condition, Memory, Side, Tick, Verdict};
pub use feed::{Config, Feed, InvalidFeed, Quotes};
pub use settings::{Operation, Settings};
pub use source::{PRICE, TokenPrice};
pub use stork::{Doubt, Oracle, Reading, subscribe};
