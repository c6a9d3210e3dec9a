//! Where a request comes from, as far as proxies are believed.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::http::problem::Problem;

/// The address that a request was counted for, which stands among its extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub IpAddr);

/// Where a request comes from, and what sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The address.
    pub from: String,
    /// What the program calls itself.
    pub agent: Option<String>,
}

impl FromRequest for Origin {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let address = request.extensions().get::<Address>().map(|address| address.0);
        let from = address.map_or_else(|| "unknown".to_owned(), |address| address.to_string());
        let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        ready(Ok(Self { from, agent: agent.map(str::to_owned) }))
    }
}
