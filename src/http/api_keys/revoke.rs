use actix_web::web::{Data, Path};

use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::api_key::{Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, Nothing, Params};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::ApiKeyId;

/// Revokes a key. It opens nothing from this answer on, on any server. What was done with it stays.
#[utoipa::path(
    delete,
    operation_id = "revoke_api_key",
    path = "/v1/api-keys/{id}",
    tag = "keys",
    params(("id" = String, Path, description = "The key's id, not its text")),
    responses(
        (status = 200, description = "Revoked", body = Envelope<Record>),
        (status = 404, description = "No such key", body = Document),
    ),
)]
pub async fn revoke(
    api: Data<Api>,
    who: Principal,
    id: Path<ApiKeyId>,
    key: IdempotencyKey,
    _: Params<Nothing>,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, &id.to_string()).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            record::load(&api, &who, *id).await?;
            let command =
                Command { by: who.to_string(), at: api.clock.now(), order: Order::Revoke };
            let stream = StreamId::api_key(*id);
            ticket.execute(&api, &who, &api.api_keys, stream, command).await?
        }
    };
    let (state, issue) = record::load(&api, &who, *id).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let record = record::of(&id.to_string(), &state, issue);
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}
