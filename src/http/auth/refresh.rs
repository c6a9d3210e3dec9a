use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::TokensRecord;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, Origin};
use crate::http::problem::{Document, Problem};
use crate::primitives::Secret;

/// What goes on with a session.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RefreshSession {
    /// The last refresh token.
    #[schema(value_type = String)]
    refresh_token: Secret,
}

/// Goes on with a session: another access token, and another refresh token. One that was used
/// before ends the session for whoever holds a token of it, since somebody has a copy.
#[utoipa::path(
    post,
    operation_id = "refresh_session",
    path = "/v1/auth/refresh",
    tag = "auth",
    security(()),
    request_body = RefreshSession,
    responses(
        (status = 200, description = "It goes on", body = Envelope<TokensRecord>),
        (status = 401, description = "The session is over", body = Document),
    ),
)]
pub async fn refresh(
    api: Data<Api>,
    origin: Origin,
    body: Body<RefreshSession>,
) -> Result<Answer<TokensRecord>, Problem> {
    let tokens = api.people.refresh(&body.content.refresh_token, origin.from).await?;
    Ok(Answer::ok(tokens.into()))
}
