//! The one door for outbound HTTP and WebSockets.
//!
//! [`Egress`] carries what tenants ask for and trusts nothing: every address is checked when
//! the URL is read and again when the name is resolved, every hop of a redirect anew, every
//! body against a bound, every call against the clock. [`Api`] is the other client, for an
//! operator's own calls to the Chainkeel server whose URL he gave, and [`Trusted`] posts to other
//! servers that he named.

mod api;
mod client;
mod config;
mod error;
mod guard;
mod patience;
mod redirect;
mod socket;
#[cfg(test)]
mod tests;
mod tls;
mod trusted;
mod watched;

pub use api::{Answer, Api};
pub use client::{Egress, MAX_RESPONSE_BYTES, Redirects, Request, Response};
pub use config::{Config, InvalidOpening, Opening};
pub use error::Error;
pub use guard::Refusal;
pub use patience::retry_after;
pub use socket::{Socket, SocketError, socket_pause};
pub use trusted::Trusted;
pub use watched::Watched;

pub use reqwest::Method;
pub use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
pub use url::Url;
