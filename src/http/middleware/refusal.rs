//! Notes for the audit log what is refused at the door: whoever shows a wrong key, chooses an
//! organization that is not open, or lacks a permission.

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use super::rate_limit::address_of;
use crate::access::Principal;
use crate::actors::Refusal;
use crate::http::api::Api;
use crate::http::problem::{Code, Problem, entry};
use crate::primitives::OrganizationId;

/// Notes that a handler refused somebody, where it did.
pub(super) fn note_answer<B: MessageBody>(response: &ServiceResponse<B>) {
    let problem = response.response().error().and_then(|error| error.as_error::<Problem>());
    if let Some(problem) = problem.filter(|problem| problem.code() == Code::Forbidden) {
        note(response.request(), problem.code());
    }
}

/// Notes a refusal, when it is one for an auditor.
pub(super) fn note(request: &HttpRequest, code: Code) {
    // Whoever shows nothing tries nothing.
    let shows = request.headers().contains_key(AUTHORIZATION);
    let is_attempt = matches!(code, Code::Forbidden | Code::OrganizationNotFound)
        || (code == Code::Unauthenticated && shows);
    let Some(api) = request.app_data::<Data<Api>>().filter(|_| is_attempt) else { return };
    let who = request.extensions().get::<Principal>().copied();
    let pattern = request.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let refusal = Refusal {
        organization: who.map_or(OrganizationId::DEFAULT, |who| who.organization),
        reason: entry(code).code,
        route: format!("{} {pattern}", method(request)),
        actor: who.map(|who| who.to_string()),
        address: address_of(request),
    };
    api.refusals.note(refusal, api.clock.now());
}

/// The method, where it is one that we know: anything may be sent as one.
fn method(request: &HttpRequest) -> &str {
    let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
    let sent = request.method().as_str();
    known.into_iter().find(|known| *known == sent).unwrap_or("*")
}
