//! What nodes do to the outside: one [`Action`] for each node type that has an effect.

mod action;
mod code;
mod http;
mod lending;
mod onchain;
mod pay;
mod query;
mod registry;
mod storage;

pub use action::{Action, Call, Lent, Origin, Performing};
pub use code::serve as serve_code;
pub use onchain::ChainReads;
pub use pay::{NobodyPays, Pays};
pub use registry::{Actions, OWN_PROGRAM, Tools};
