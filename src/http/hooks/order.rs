//! How endpoints are given orders.

use crate::access::Principal;
use crate::aggregates::execution_hooks::{Command, Order};
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

/// Whether something may be sent there.
pub(super) async fn judge(api: &Api, url: &str) -> Result<(), Problem> {
    let judged = api.hook_door.judge(url).await;
    judged.map_err(|refused| Problem::new(Code::InvalidBody).at("/url", refused))
}
