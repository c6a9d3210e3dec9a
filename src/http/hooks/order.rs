//! How endpoints are given orders.

use super::record::{Record, load};
use crate::access::Principal;
use crate::aggregates::execution_hooks::{Command, Order};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::{Done, Turn};
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::primitives::ExecutionHookId;

/// Gives an order, once for a key.
pub(super) async fn give(
    api: &Api,
    who: &Principal,
    (key, fingerprint): (IdempotencyKey, &str),
    (id, order): (ExecutionHookId, Order),
) -> Result<Done, Problem> {
    match Turn::take(api, who, key, fingerprint).await? {
        Turn::Replay(done) => Ok(done),
        Turn::Fresh(ticket) => {
            let command = Command { by: who.to_string(), at: api.clock.now(), id, order };
            let stream = StreamId::execution_hooks(who.organization);
            ticket.execute(api, who, &api.execution_hooks, stream, command).await
        }
    }
}

/// Gives an order, once for a key, and answers with the endpoint as it is then.
pub(super) async fn answered(
    api: &Api,
    who: &Principal,
    request: (IdempotencyKey, &str),
    (id, order): (ExecutionHookId, Order),
) -> Result<Answer<Record>, Problem> {
    let done = give(api, who, request, (id, order)).await?;
    let record = Record::of((id, load(api, who, id).await?));
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}

/// Whether something may be sent there.
pub(super) async fn judge(api: &Api, url: &str) -> Result<(), Problem> {
    let judged = api.hook_door.judge(url).await;
    judged.map_err(|refused| Problem::new(Code::InvalidBody).at("/url", refused))
}
