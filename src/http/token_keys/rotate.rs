use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::list::TokenKeyList;
use crate::access::Principal;
use crate::actors::people::{Rejected, Retirement};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Turn};
use crate::http::problem::Problem;
use crate::journal::StreamId;
use crate::primitives::OrganizationId;

/// What becomes of the keys before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RotateTokenKey {
    /// They are not believed any more: every access token is over at once, and is refreshed. For
    /// the day on which a key was stolen.
    #[serde(default)]
    now: bool,
}

/// Signs with another key from now on. The one before is believed until its last token is over,
/// so that nobody notices.
#[utoipa::path(
    post,
    operation_id = "rotate_token_key",
    path = "/v1/token-keys/rotate",
    tag = "users",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = RotateTokenKey,
    responses((status = 200, description = "The keys", body = Envelope<TokenKeyList>)),
)]
pub async fn rotate(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<RotateTokenKey>,
) -> Result<Answer<TokenKeyList>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let stream = StreamId::token_keys();
            let retirement = if body.content.now { Retirement::AtOnce } else { Retirement::Gentle };
            let mut context = ticket.context(&who, &stream);
            context.metadata.organization = OrganizationId::DEFAULT;
            match api.people.ring.rotate(retirement, who.to_string(), context).await {
                Ok(sequence) => Done { stream, sequence, replayed: false },
                Err(Rejected::Answered) => ticket.taken(&api).await?,
                Err(rejected) => return Err(rejected.into()),
            }
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    let keys = TokenKeyList::of(api.people.ring.load().await?, api.clock.now());
    Ok(Answer::ok(keys).written(written).replayed(done.replayed))
}
