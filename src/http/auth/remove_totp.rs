use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actors::people::{Presented, Visitor};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, Origin};
use crate::http::problem::{Document, Problem};
use crate::primitives::Secret;

/// Both factors, once more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RemoveTotp {
    /// The password.
    #[schema(value_type = String)]
    password: Secret,
    /// A code of the authenticator, or a recovery code.
    #[schema(value_type = Option<String>)]
    code: Option<Secret>,
}

/// What is so now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TotpRemoved {
    /// Always false: the password alone opens.
    is_enrolled: bool,
}

/// Gives the authenticator up.
#[utoipa::path(
    post,
    operation_id = "remove_totp",
    path = "/v1/auth/totp/remove",
    tag = "auth",
    request_body = RemoveTotp,
    responses(
        (status = 200, description = "It is asked for no more", body = Envelope<TotpRemoved>),
        (status = 409, description = "None is enrolled", body = Document),
        (status = 429, description = "Too many failures", body = Document),
    ),
)]
pub async fn remove_totp(
    api: Data<Api>,
    who: Visitor,
    origin: Origin,
    body: Body<RemoveTotp>,
) -> Result<Answer<TotpRemoved>, Problem> {
    let RemoveTotp { password, code } = body.content;
    let presented = Presented { password, code, from: origin.from };
    api.people.remove_totp(who.user, &presented).await?;
    Ok(Answer::ok(TotpRemoved { is_enrolled: false }))
}
