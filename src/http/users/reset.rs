use actix_web::web::{Data, Path};

use super::record::UserWithToken;
use super::{order, record};
use crate::access::Principal;
use crate::actors::people::Rejected;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Nothing};
use crate::http::idempotency::{Done, Turn};
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::UserId;

/// Gives a token by which a user sets another password; those before it open nothing any more. The
/// password of before goes on until then.
#[utoipa::path(
    post,
    operation_id = "reset_user",
    path = "/v1/users/{id}/reset",
    tag = "users",
    params(
        ("id" = String, Path, description = "The user"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "The token", body = Envelope<UserWithToken>),
        (status = 404, description = "No such user", body = Document),
    ),
)]
pub async fn reset(
    api: Data<Api>,
    who: Principal,
    id: Path<UserId>,
    key: IdempotencyKey,
    body: Body<Nothing>,
) -> Result<Answer<UserWithToken>, Problem> {
    let (done, token) = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => (done, None),
        Turn::Fresh(ticket) => {
            let stream = StreamId::user(*id);
            let context = order::context(&ticket, &who, &stream);
            match api.people.issue_reset(*id, who.to_string(), context).await {
                Ok((token, sequence)) => {
                    let done = Done { stream, sequence, replayed: false };
                    (done, Some(token.expose().to_owned()))
                }
                Err(Rejected::Answered) => (ticket.taken(&api).await?, None),
                Err(rejected) => return Err(rejected.into()),
            }
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    let user = record::of(&api, &done.stream.aggregate_id).await?;
    Ok(Answer::ok(UserWithToken::new(user, token)).written(written).replayed(done.replayed))
}
