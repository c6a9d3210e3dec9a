//! Providers and the credentials for them: which types there are, how credentials are kept, opened
//! at the moment of use, and put into a request that goes where they may go.

mod credentials;
mod data;
mod desk;
mod document;
mod error;
mod hosts;
mod kind;
mod kinds;
mod oauth;
mod probe;
mod resolve;
#[cfg(test)]
mod tests;

pub use credentials::{Credentials, Withheld};
pub use data::{Parts, Secrets};
pub use desk::{Desk, Furniture};
pub use document::{PAGE, document};
pub use error::Error;
pub use hosts::{Allowed, allowed};
pub use kind::{Auth, Kind, OAuth, Place, Probe};
pub use kinds::Kinds;
pub use oauth::{Begun, Client, Clients, Config, InvalidClients, Returned};
pub use resolve::{Candidate, Unresolved, resolve};
