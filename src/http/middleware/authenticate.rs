//! Lets in who is known and may do what the route is for. Every route wants somebody known, but for
//! those that the table of routes names as public; what is not in the table is not public.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};

use super::authorize::authorize;
use crate::access::{AdminKey, Principal};
use crate::http::problem::{Code, Problem};
use crate::http::routes::{self, Access};
use crate::primitives::OrganizationId;

/// Chooses among the organizations that a credential opens.
const ORGANIZATION: &str = "x-org-id";

/// Recognizes the principal, or refuses the request before its body is read.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    // A refusal is an answer, so that it gets its headers and its line in the log as every other.
    match admit(&request) {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(problem) => Ok(request.error_response(problem).map_into_right_body()),
    }
}

fn admit(request: &ServiceRequest) -> Result<(), Problem> {
    let access = access(request);
    match access {
        Access::Public => {}
        Access::MayOrSecret(_) if !request.headers().contains_key(AUTHORIZATION) => {
            if !has_secret(request) {
                return Err(Problem::new(Code::Unauthenticated)
                    .because("send `Authorization: Bearer <key>` or `?secret=` of the workflow"));
            }
        }
        Access::Known | Access::May(_) | Access::MayOrSecret(_) => {
            let principal = recognize(request)?;
            authorize(access, &principal)?;
            request.extensions_mut().insert(principal);
        }
    }
    Ok(())
}

/// Who may use the route that this request will be led to.
fn access(request: &ServiceRequest) -> Access {
    match request.match_pattern() {
        Some(pattern) => routes::access(request.method(), &pattern),
        // Below /v1 nobody unknown learns what there is; elsewhere there is nothing to learn.
        None if request.path().starts_with("/v1") => Access::Known,
        None => Access::Public,
    }
}

fn recognize(request: &ServiceRequest) -> Result<Principal, Problem> {
    let key = request
        .app_data::<Data<AdminKey>>()
        .ok_or_else(|| Problem::internal("no admin key was configured"))?;
    let presented = bearer(request)?;
    if AdminKey::is_mistyped(presented) {
        return Err(Problem::new(Code::Unauthenticated).because("the key is mistyped"));
    }
    if !key.admits(presented) {
        return Err(Problem::new(Code::Unauthenticated).because("the key is not known here"));
    }
    Ok(Principal::admin(organization(request)?))
}

/// The organization that the header chooses; the first one without it.
fn organization(request: &ServiceRequest) -> Result<OrganizationId, Problem> {
    let mut headers = request.headers().get_all(ORGANIZATION);
    let Some(header) = headers.next() else { return Ok(OrganizationId::DEFAULT) };
    let id = header.to_str().ok().and_then(|text| text.trim().parse().ok());
    match (id, headers.next()) {
        (Some(id), None) => Ok(id),
        (None, _) | (_, Some(_)) => Err(Problem::new(Code::InvalidHeader)
            .at("X-Org-ID", "must occur once and be the id of an organization, `org_…`")),
    }
}

fn bearer(request: &ServiceRequest) -> Result<&str, Problem> {
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let header = headers.next().ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    if headers.next().is_some() {
        return Err(Problem::new(Code::Unauthenticated).because("`Authorization` occurs twice"));
    }
    let malformed =
        || Problem::new(Code::Unauthenticated).because("`Authorization` must be `Bearer <key>`");
    let text = header.to_str().map_err(|_| malformed())?;
    let (scheme, key) = text.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") || key.trim().is_empty() {
        return Err(malformed());
    }
    Ok(key.trim())
}

fn has_secret(request: &ServiceRequest) -> bool {
    url::form_urlencoded::parse(request.query_string().as_bytes())
        .any(|(name, value)| name == "secret" && !value.is_empty())
}
