//! Nodes that read chains: what each answers to what it asks.

mod asking;
mod debug;
mod ens;
mod failure;
mod get_balance;
mod get_transaction;
mod read_contract;
mod reads;
mod simulate;
mod told;
mod wait;
mod watch;

pub(super) use asking::all;
pub use reads::ChainReads;
