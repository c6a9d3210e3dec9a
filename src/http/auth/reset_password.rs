use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Body;
use crate::http::problem::{Document, Problem};
use crate::primitives::Secret;

/// A password, and what allows to set it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ResetPassword {
    /// The reset token that an operator handed out: `ckp_…`, good for a day, once.
    #[schema(value_type = String)]
    token: Secret,
    /// The password from now on: at least 12 characters, at most 256 bytes.
    #[schema(value_type = String)]
    new_password: Secret,
}

/// What is so now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordReset {
    /// Always true: log in with the new password.
    is_reset: bool,
}

/// Sets a password by a reset token. Every session of the user ends.
#[utoipa::path(
    post,
    operation_id = "reset_password",
    path = "/v1/auth/reset",
    tag = "auth",
    security(()),
    request_body = ResetPassword,
    responses(
        (status = 200, description = "It is set", body = Envelope<PasswordReset>),
        (status = 401, description = "The token was used, replaced or is over", body = Document),
        (status = 422, description = "The password cannot be taken", body = Document),
    ),
)]
pub async fn reset_password(
    api: Data<Api>,
    body: Body<ResetPassword>,
) -> Result<Answer<PasswordReset>, Problem> {
    let ResetPassword { token, new_password } = body.content;
    api.people.reset_password(&token, &new_password).await?;
    Ok(Answer::ok(PasswordReset { is_reset: true }))
}
