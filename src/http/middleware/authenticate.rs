//! Lets in who is known. Every route wants a bearer key, but for those that the table of routes
//! names as public; what is not in the table is not public.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderName};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};

use crate::access::{AdminKey, Principal};
use crate::http::problem::{Code, Problem};
use crate::http::routes::{self, Access};
use crate::primitives::OrganizationId;

/// Names the organization, where the credential leaves it open.
const ORGANIZATION: HeaderName = HeaderName::from_static("x-org-id");

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
    match access(request) {
        Access::Public => {}
        Access::BearerOrSecret if !request.headers().contains_key(AUTHORIZATION) => {
            if !has_secret(request) {
                return Err(Problem::new(Code::Unauthenticated)
                    .because("send `Authorization: Bearer <key>` or `?secret=` of the workflow"));
            }
        }
        Access::Bearer | Access::BearerOrSecret => {
            let principal = recognize(request)?;
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
        None if request.path().starts_with("/v1") => Access::Bearer,
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
    Ok(Principal { organization: organization(request)?, ..Principal::admin() })
}

/// The organization in whose name the holder of the admin key acts.
fn organization(request: &ServiceRequest) -> Result<OrganizationId, Problem> {
    let Some(wanted) = request.headers().get(ORGANIZATION) else {
        return Ok(OrganizationId::DEFAULT);
    };
    let wanted = wanted.to_str().ok().and_then(|text| text.parse().ok());
    wanted.ok_or_else(|| Problem::new(Code::NotFound))
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
