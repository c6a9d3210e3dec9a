use actix_web::web::Data;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};

/// What opens streams at gateways.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamToken {
    /// Send it to a gateway as `Authorization: Bearer …`, or as `?ticket=` where no header can be sent.
    token: String,
    /// When streams that it opened end: ten minutes from now. Come back then with another.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// Gives a token that opens the streams of the organization at gateways, which serve them without a database. It
/// says what its holder may see now, and opens nothing else.
#[utoipa::path(
    post,
    operation_id = "issue_stream_token",
    path = "/v1/auth/stream-tokens",
    tag = "auth",
    params(("X-Org-ID" = Option<String>, Header, description = "The organization whose streams it opens")),
    responses(
        (status = 200, description = "The token", body = Envelope<StreamToken>),
        (status = 403, description = "`runs:read` is needed", body = Document),
    ),
)]
pub async fn stream_token(api: Data<Api>, who: Principal) -> Result<Answer<StreamToken>, Problem> {
    let (token, expires_at) = api.people.stream_token(&who).await?;
    Ok(Answer::ok(StreamToken { token: token.expose().to_owned(), expires_at }))
}
