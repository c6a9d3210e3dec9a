use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::TokensRecord;
use crate::access::Email;
use crate::actors::people::{Login, Presented};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, Origin};
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::Secret;

/// Who somebody says they are, and how they prove it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LogIn {
    /// The email address.
    #[schema(example = "ada@example.com")]
    email: String,
    /// The password.
    #[schema(value_type = String)]
    password: Secret,
    /// A code of the authenticator, or a recovery code, where a second factor is enrolled.
    #[schema(value_type = Option<String>)]
    code: Option<Secret>,
}

/// Begins a session. An unknown address, a wrong password, a wrong code and a suspended user are
/// answered alike and in the same time. After five failures in a row nobody is let in for 30
/// seconds, and for twice as long after each further one, up to an hour.
#[utoipa::path(
    post,
    operation_id = "log_in",
    path = "/v1/auth/login",
    tag = "auth",
    security(()),
    request_body = LogIn,
    responses(
        (status = 200, description = "Logged in", body = Envelope<TokensRecord>),
        (status = 401, description = "Not let in, or a second factor is wanted", body = Document),
        (status = 429, description = "Too many failures, or too many people at once", body = Document),
    ),
)]
pub async fn login(
    api: Data<Api>,
    origin: Origin,
    body: Body<LogIn>,
) -> Result<Answer<TokensRecord>, Problem> {
    let LogIn { email, password, code } = body.content;
    let email = Email::parse(&email)
        .map_err(|error| Problem::new(Code::InvalidBody).at("/email", error))?;
    let presented = Presented { password, code, from: origin.from };
    let login = Login { email, presented, agent: origin.agent };
    Ok(Answer::ok(api.people.log_in(login).await?.into()))
}
