//! Everything that is read from EVM chains, as several nodes that nobody trusts tell it.
//!
//! [`ChainReader`] is what the rooms above ask, [`Chains`] hands one out for each chain.

mod announcements;
mod block;
mod calls;
mod catalogue;
#[expect(clippy::module_inception, reason = "the chains are what the room is about")]
mod chains;
mod config;
mod error;
mod fault;
mod filter;
mod foresight;
mod head;
mod health;
mod imagined;
mod known;
mod named;
mod pace;
mod place;
mod poll;
mod pool;
mod quantity;
mod reader;
mod readers;
mod reads;
mod receipt;
mod rpc;
mod state;
mod stretch;
mod tokens;
mod writer;

pub use block::{Block, Extra, Header, Transaction};
pub use catalogue::{Blooms, Chain, Explorer, Finality, PAGE, document};
pub use chains::{Chains, Listed, NotOpened, Unproven};
pub use config::{Config, InvalidEndpoints, MAX_ENDPOINTS, Origin};
pub use error::Error;
pub use fault::Refusal;
pub use filter::LogFilter;
pub use foresight::Foreseen;
pub use health::StateName;
pub use imagined::Imagined;
pub use named::chain_id;
pub use place::{InvalidPlace, Place};
pub use pool::Standing;
pub use reader::{ChainReader, Heads, Span};
pub use readers::{NoReader, Readers};
pub use receipt::{Log, Outcome, Receipt};
pub use state::{At, Called, Gas, Message, Submitted};
pub use tokens::{Held, Holding, holding};
pub use writer::{ChainWriter, Market, Said};

pub use alloy_primitives::{Address, B256, Bloom, Bytes, U256};
