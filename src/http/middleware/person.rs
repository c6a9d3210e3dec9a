//! Recognizes a person by the access token of a session.

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::web::Data;

use super::recognize::bearer;
use crate::access::Credential;
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};

/// Lets in whoever is logged in, whatever organization they belong to.
pub(super) async fn recognize(request: &ServiceRequest) -> Result<(), Problem> {
    let api = request.app_data::<Data<Api>>();
    let api = api.ok_or_else(|| Problem::internal("the middleware has no rooms below it"))?;
    let presented = bearer(request.headers())?;
    let Credential::Token(token) = Credential::of(presented) else {
        return Err(Problem::new(Code::Unauthenticated)
            .because("this is for people who are logged in: send the access token of a session"));
    };
    let visitor = api.admission.admit(token).await?;
    request.extensions_mut().insert(visitor);
    Ok(())
}
