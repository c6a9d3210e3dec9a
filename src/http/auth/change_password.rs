use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::TokensRecord;
use crate::actors::people::{Presented, Visitor};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, Origin};
use crate::http::problem::{Document, Problem};
use crate::primitives::Secret;

/// Another password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ChangePassword {
    /// The password of before.
    #[schema(value_type = String)]
    current_password: Secret,
    /// The one from now on: at least 12 characters, at most 256 bytes.
    #[schema(value_type = String)]
    new_password: Secret,
    /// A code of the authenticator, or a recovery code, where a second factor is enrolled.
    #[schema(value_type = Option<String>)]
    code: Option<Secret>,
}

/// Sets another password. Every session ends; the answer has the tokens of a new one.
#[utoipa::path(
    post,
    operation_id = "change_password",
    path = "/v1/auth/password",
    tag = "auth",
    request_body = ChangePassword,
    responses(
        (status = 200, description = "It is changed", body = Envelope<TokensRecord>),
        (status = 422, description = "The new password cannot be taken", body = Document),
        (status = 429, description = "Too many failures", body = Document),
    ),
)]
pub async fn change_password(
    api: Data<Api>,
    who: Visitor,
    origin: Origin,
    body: Body<ChangePassword>,
) -> Result<Answer<TokensRecord>, Problem> {
    let ChangePassword { current_password, new_password, code } = body.content;
    let Origin { from, agent } = origin;
    let presented = Presented { password: current_password, code, from };
    let changed = api.people.change_password(who.user, presented, &new_password, agent).await?;
    Ok(Answer::ok(changed.into()))
}
