use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actors::people::Visitor;
use crate::aggregates::session::CloseReason;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Body;
use crate::http::problem::Problem;

/// What ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LogOut {
    /// Every session of the user, not only this one.
    #[serde(default)]
    everywhere: bool,
}

/// What ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggedOut {
    /// The session that asked, which is over.
    session_id: String,
}

/// Ends the session, or all of them. Their tokens open nothing from this answer on.
#[utoipa::path(
    post,
    operation_id = "log_out",
    path = "/v1/auth/logout",
    tag = "auth",
    request_body = LogOut,
    responses((status = 200, description = "Logged out", body = Envelope<LoggedOut>)),
)]
pub async fn logout(
    api: Data<Api>,
    who: Visitor,
    body: Body<LogOut>,
) -> Result<Answer<LoggedOut>, Problem> {
    if body.content.everywhere {
        api.people.end_all_sessions(who.user).await?;
    } else {
        api.people.end_session(who.user, who.session, CloseReason::LoggedOut).await?;
    }
    Ok(Answer::ok(LoggedOut { session_id: who.session.to_string() }))
}
