//! Everything that is read from EVM chains, as several nodes that nobody trusts tell it.
//!
//! [`ChainReader`] is what the rooms above ask.

mod block;
mod error;
mod filter;
mod quantity;
mod reader;
mod receipt;

pub use block::{Block, Extra, Header, Transaction};
pub use error::Error;
pub use filter::LogFilter;
pub use reader::{ChainReader, Heads, Span};
pub use receipt::{Log, Outcome, Receipt};

pub use alloy_primitives::{Address, B256, Bloom, Bytes, U256};
