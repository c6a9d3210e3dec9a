use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::accept_invitation::accept;
use super::record::TokensRecord;
use crate::access::{Email, InvitationToken};
use crate::actors::people::{Login, NewUser, Presented, Rejected};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, Origin};
use crate::http::problem::{Code, Document, Problem};
use crate::primitives::Secret;

/// Somebody who was invited and has no account yet. The address is the one that was invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Register {
    /// The token of the invitation, `ck_inv_…`.
    #[schema(value_type = String)]
    invitation: Secret,
    /// The password: 12 characters at least.
    #[schema(value_type = String)]
    password: Secret,
    /// What they are called.
    name: Option<String>,
}

/// Makes an account for the address that was invited, becomes a member of the organization, and
/// logs in. Whoever has an account logs in and accepts the invitation instead.
#[utoipa::path(
    post,
    operation_id = "register",
    path = "/v1/auth/register",
    tag = "auth",
    security(()),
    request_body = Register,
    responses(
        (status = 201, description = "Registered and logged in", body = Envelope<TokensRecord>),
        (status = 404, description = "The invitation opens nothing: used, taken back, or over", body = Document),
        (status = 409, description = "The address has an account: log in, and accept", body = Document),
    ),
)]
pub async fn register(
    api: Data<Api>,
    origin: Origin,
    body: Body<Register>,
) -> Result<Answer<TokensRecord>, Problem> {
    let Register { invitation, password, name } = body.content;
    let nothing = || Problem::new(Code::InvitationNotFound);
    let token = InvitationToken::read(invitation.expose()).ok_or_else(nothing)?;
    let organization = api.directory.organization(token.organization).await?;
    let invited = organization.aggregate.open_invitation(&token.hash, api.clock.now());
    let email = Email::parse(&invited.ok_or_else(nothing)?.email).map_err(Rejected::from)?;

    let user = token.hash.user();
    let new = NewUser { email: email.clone(), name };
    if let Err(rejected) = api.people.sign_up(user, new, &password).await {
        return Err(if let Rejected::Weak(why) = rejected {
            Problem::new(Code::InvalidBody).at("/password", why)
        } else {
            rejected.into()
        });
    }
    accept(&api, token, (user, email.written().to_owned()), origin.from.clone()).await?;
    let presented = Presented { password, code: None, from: origin.from };
    let login = Login { email, presented, agent: origin.agent };
    let tokens = api.people.log_in(login).await?;
    Ok(Answer::created(tokens.into(), "/v1/auth/sessions".to_owned()))
}
