use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actors::people::Visitor;
use crate::aggregates::session::CloseReason;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::primitives::SessionId;

/// What ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndedSession {
    /// The session that is over.
    session_id: String,
}

/// Ends one of one's own sessions.
#[utoipa::path(
    delete,
    operation_id = "end_session",
    path = "/v1/auth/sessions/{id}",
    tag = "auth",
    params(("id" = String, Path, description = "The session")),
    responses(
        (status = 200, description = "It is over", body = Envelope<EndedSession>),
        (status = 404, description = "One has no such session", body = Document),
    ),
)]
pub async fn end_session(
    api: Data<Api>,
    who: Visitor,
    id: Path<SessionId>,
) -> Result<Answer<EndedSession>, Problem> {
    api.people.end_session(who.user, *id, CloseReason::Ended).await?;
    Ok(Answer::ok(EndedSession { session_id: id.to_string() }))
}
