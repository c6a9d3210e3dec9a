//! What nodes that send transactions want: a call, a wallet and a chain, read from their payloads. Nothing
//! is done here; the lane of the wallet does it.

mod approve_erc20;
mod deploy_contract;
mod field;
mod send_erc20_token;
mod send_native_token;
mod wish;

pub use wish::{Unusable, Wish};
