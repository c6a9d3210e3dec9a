//! OAuth 2: the code flow with PKCE, and access that is renewed before it ends.

mod clients;
mod exchange;
mod flow;
mod renewal;
mod tokens;

pub use clients::{Client, Clients, Config, InvalidClients};
pub(super) use flow::verifier_of;
pub use flow::{Begun, Returned};
pub(super) use renewal::{Renewals, tokens_of};
pub(super) use tokens::Tokens;
