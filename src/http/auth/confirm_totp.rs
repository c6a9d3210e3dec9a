use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actors::people::Visitor;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, Origin};
use crate::http::problem::{Document, Problem};
use crate::primitives::Secret;

/// That an authenticator works.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ConfirmTotp {
    /// The code that it shows.
    #[schema(value_type = String)]
    code: Secret,
}

/// What opens the door when the authenticator is lost.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodes {
    /// Ten codes, each good for one log-in. They are shown once.
    recovery_codes: Vec<String>,
}

/// Asks for the authenticator from now on.
#[utoipa::path(
    post,
    operation_id = "confirm_totp",
    path = "/v1/auth/totp/confirm",
    tag = "auth",
    request_body = ConfirmTotp,
    responses(
        (status = 200, description = "It is asked for", body = Envelope<RecoveryCodes>),
        (status = 409, description = "None is being enrolled", body = Document),
        (status = 429, description = "Too many failures", body = Document),
    ),
)]
pub async fn confirm_totp(
    api: Data<Api>,
    who: Visitor,
    origin: Origin,
    body: Body<ConfirmTotp>,
) -> Result<Answer<RecoveryCodes>, Problem> {
    let codes = api.people.confirm_totp(who.user, &body.content.code, &origin.from).await?;
    Ok(Answer::ok(RecoveryCodes { recovery_codes: codes }))
}
