use actix_web::web::Data;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::actors::people::Visitor;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};

/// What opens one stream.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamTicket {
    /// Send it as `?ticket=` of a stream, once.
    ticket: String,
    /// When it opens nothing any more: 30 seconds from now.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// Gives a ticket that opens one stream of events, once and soon, for browsers: they can send no
/// `Authorization` with a stream, and a token in an address ends up in logs.
#[utoipa::path(
    post,
    operation_id = "issue_stream_ticket",
    path = "/v1/auth/stream-tickets",
    tag = "auth",
    params(("X-Org-ID" = Option<String>, Header, description = "The organization whose streams it opens")),
    responses(
        (status = 200, description = "The ticket", body = Envelope<StreamTicket>),
        (status = 401, description = "Nobody is logged in: keys are sent in a header", body = Document),
    ),
)]
pub async fn stream_ticket(
    api: Data<Api>,
    who: Principal,
    visitor: Visitor,
) -> Result<Answer<StreamTicket>, Problem> {
    let (ticket, expires_at) = api.people.ticket(visitor, who.organization).await?;
    Ok(Answer::ok(StreamTicket { ticket: ticket.expose().to_owned(), expires_at }))
}
