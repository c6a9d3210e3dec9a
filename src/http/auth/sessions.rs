use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::record::SessionRecord;
use crate::actors::people::Visitor;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::Problem;

/// The sessions of a user.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sessions {
    /// Those that go on, the newest first; at most 50.
    items: Vec<SessionRecord>,
}

/// Where one is logged in.
#[utoipa::path(
    get,
    operation_id = "list_sessions",
    path = "/v1/auth/sessions",
    tag = "auth",
    responses((status = 200, description = "The sessions", body = Envelope<Sessions>)),
)]
pub async fn sessions(api: Data<Api>, who: Visitor) -> Result<Answer<Sessions>, Problem> {
    let sessions = api.people.sessions_of(who.user).await?.into_iter();
    let items = sessions.map(|session| SessionRecord::of(session, who.session)).collect();
    Ok(Answer::ok(Sessions { items }))
}
