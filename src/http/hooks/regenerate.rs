use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use time::Duration;
use utoipa::ToSchema;

use super::record::{Record, load};
use super::signing_secret::{NewSecret, next_field, overlap};
use crate::access::Principal;
use crate::aggregates::execution_hooks::{Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::ExecutionHookId;
use crate::secrets::SecretName;

/// How a secret is replaced.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct RegenerateExecutionHookSecret {
    /// How long the secrets of before sign, too, in milliseconds: a day when absent, a week at most.
    /// 0 where one was lost: they sign no more.
    overlap_ms: Option<i64>,
}

/// A secret that was replaced.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExecutionHookSecretRegenerated)]
pub struct Regenerated {
    /// The endpoint.
    #[serde(flatten)]
    endpoint: Record,
    /// The new secret. It is shown this once; null when the answer is given again.
    secret: Option<String>,
}

/// Signs with a new secret, and for a while with the one of before, too: `webhook-signature` then
/// holds a signature of each, `x-b3os-signature` that of the new one.
#[utoipa::path(
    post,
    operation_id = "regenerate_execution_webhook_secret",
    path = "/v1/execution-webhooks/{id}/regenerate-secret",
    tag = "execution webhooks",
    params(
        ("id" = String, Path, description = "The endpoint"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Option<RegenerateExecutionHookSecret>,
    responses(
        (status = 200, description = "Done", body = Envelope<Regenerated>),
        (status = 404, description = "No such endpoint", body = Document),
        (status = 409, description = "Too many secrets sign at a time", body = Document),
    ),
)]
pub async fn regenerate(
    api: Data<Api>,
    who: Principal,
    id: Path<ExecutionHookId>,
    key: IdempotencyKey,
    body: Body<RegenerateExecutionHookSecret>,
) -> Result<Answer<Regenerated>, Problem> {
    let overlap = overlap(body.content.overlap_ms)?;
    load(&api, &who, *id).await?;
    let (done, secret) = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => (done, None),
        Turn::Fresh(ticket) => replace(&api, &who, &ticket, (*id, overlap)).await?,
    };
    let endpoint = Record::of((*id, load(&api, &who, *id).await?));
    let written = api.written(&done.stream, done.sequence).await;
    let regenerated = Regenerated { endpoint, secret };
    Ok(Answer::ok(regenerated).written(written).replayed(done.replayed))
}

/// Seals a new secret, and says on the ledger that it signs.
async fn replace(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    (id, overlap): (ExecutionHookId, Duration),
) -> Result<(Done, Option<String>), Problem> {
    let (at, field) = (api.clock.now(), next_field());
    let name = SecretName::new(id, field.clone());
    let secret = NewSecret::seal(api, who, name, BTreeMap::new()).await?;
    let order = Order::Regenerate { field, until: at.checked_add(overlap).unwrap_or(at) };
    let command = Command { by: who.to_string(), at, id, order };
    let stream = StreamId::execution_hooks(who.organization);
    let done = ticket.execute(api, who, &api.execution_hooks, stream, command).await;
    secret.shown(api, done).await
}
