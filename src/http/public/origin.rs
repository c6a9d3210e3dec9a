//! From where browsers may start runs of a public workflow, and how a page says so that has no origin.

use std::net::IpAddr;

use actix_web::http::header::{HOST, HeaderName, HeaderValue, ORIGIN, X_FORWARDED_FOR};
use actix_web::{HttpMessage, HttpRequest};
use url::Url;

use super::gate::Open;
use super::widget::Widget;
use crate::http::api::Api;
use crate::http::middleware::headers::Readable;
use crate::http::problem::{Code, Problem};
use crate::http::rates::source;
use crate::primitives::WorkflowId;

/// Where the embedded page hands in what it was served with.
pub(super) const TICKET: HeaderName = HeaderName::from_static("chainkeel-ticket");
/// What browsers say themselves, and no page can.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What a page says that is sandboxed, wherever it is from.
const OPAQUE: &str = "null";
/// How long a page that is embedded may stay open and start runs, in seconds: half a day.
const TICKET_SECONDS: i64 = 43_200;

/// Lets pages of every origin read the answer: it is the same for everybody.
pub(super) fn readable_by_everybody(request: &HttpRequest) {
    request.extensions_mut().insert(Readable(HeaderValue::from_static("*")));
}

/// Lets a preflight through from where runs may be started. What a sandboxed page was served with comes later.
pub(super) fn may_ask(open: &Open, request: &HttpRequest) -> Result<bool, Problem> {
    let Some(origin) = request.headers().get(ORIGIN) else { return Ok(false) };
    let text = origin.to_str().unwrap_or_default();
    if text != OPAQUE && !is_own(request, text) && !Widget::of(&open.live.definition).allows(text) {
        return Err(refused());
    }
    request.extensions_mut().insert(Readable(origin.clone()));
    Ok(true)
}

/// Refuses what a browser sends from elsewhere than runs may be started from.
pub(super) fn must_be_allowed(
    api: &Api,
    workflow: WorkflowId,
    open: &Open,
    request: &HttpRequest,
) -> Result<(), Problem> {
    may_ask(open, request)?;
    let widget = Widget::of(&open.live.definition);
    let origin = request.headers().get(ORIGIN).and_then(|it| it.to_str().ok());
    if origin != Some(OPAQUE) || widget.allows(OPAQUE) {
        return Ok(());
    }
    let ticket = request.headers().get(TICKET).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let now = api.clock.now().unix_timestamp();
    let is_good = address_of(api, request)
        .is_some_and(|address| api.webhook_secrets.admits(workflow, address, now, ticket));
    if is_good {
        return Ok(());
    }
    Err(refused()
        .because("this page was not served for this address, or too long ago: load the page again"))
}

/// What a page that is embedded starts runs with, for the browser that it is sent to.
pub(in crate::http) fn ticket(
    api: &Api,
    workflow: WorkflowId,
    request: &HttpRequest,
) -> Option<String> {
    let address = address_of(api, request)?;
    let until = api.clock.now().unix_timestamp() + TICKET_SECONDS;
    Some(api.webhook_secrets.ticket(workflow, address, until))
}

/// Where a request comes from.
pub(super) fn address_of(api: &Api, request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?;
    let forwarded = request.headers().get_all(X_FORWARDED_FOR);
    let forwarded: Vec<&str> =
        forwarded.map(|header| header.to_str().unwrap_or_default()).collect();
    Some(source(peer.ip(), forwarded.into_iter(), api.rates.trusted_proxies()))
}

/// Whether a page of this server asks: its own public page needs not be named.
fn is_own(request: &HttpRequest, origin: &str) -> bool {
    let said = |name: HeaderName| request.headers().get(name).and_then(|it| it.to_str().ok());
    if said(FETCH_SITE) == Some("same-origin") {
        return true;
    }
    let host = said(HOST).unwrap_or_default();
    Url::parse(origin).is_ok_and(|it| it.authority() == host && !host.is_empty())
}

fn refused() -> Problem {
    Problem::new(Code::Forbidden).because("runs of this workflow are not started from this origin")
}
