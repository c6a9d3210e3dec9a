//! Lets in who is known and may do what the route is for. Every route wants somebody known, but for
//! those that the table of routes names as public; what is not in the table is not public.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

use super::authorize::authorize;
use super::person;
use super::recognize::recognize;
use super::refusal;
use crate::http::problem::{Code, Problem};
use crate::http::routes::{self, Access};

/// Recognizes the principal, or refuses the request before its body is read.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    // A refusal is an answer, so that it gets its headers and its line in the log as every other.
    match admit(&request).await {
        Ok(()) => {
            let response = next.call(request).await?;
            refusal::note_answer(&response);
            Ok(response.map_into_left_body())
        }
        Err(problem) => {
            refusal::note(request.request(), problem.code());
            Ok(request.error_response(problem).map_into_right_body())
        }
    }
}

async fn admit(request: &ServiceRequest) -> Result<(), Problem> {
    let access = access(request);
    match access {
        Access::Public => {}
        Access::Person => person::recognize(request).await?,
        Access::MayOrSecret(_) if !request.headers().contains_key(AUTHORIZATION) => {
            if !has_secret(request) {
                return Err(Problem::new(Code::Unauthenticated)
                    .because("send `Authorization: Bearer <key>` or `?secret=` of the workflow"));
            }
        }
        Access::Known | Access::May(_) | Access::MayOrSecret(_) => {
            let principal = recognize(request).await?;
            // Before it is decided what may be done, so that a refusal says who it was.
            request.extensions_mut().insert(principal);
            authorize(access, &principal)?;
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

fn has_secret(request: &ServiceRequest) -> bool {
    url::form_urlencoded::parse(request.query_string().as_bytes())
        .any(|(name, value)| name == "secret" && !value.is_empty())
}
