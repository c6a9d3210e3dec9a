use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use time::Duration;
use utoipa::ToSchema;

use super::record::{Record, load};
use crate::access::{Delivery, Principal};
use crate::aggregates::execution_hooks::{Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::StreamId;
use crate::primitives::{CommandId, ExecutionHookId};
use crate::secrets::{Mask, SecretName};

/// How long the secret of before signs, too, unless it is said: a day.
const OVERLAP_MS: i64 = 24 * 3_600_000;
/// How long it may: a week.
const LONGEST_OVERLAP_MS: i64 = 7 * OVERLAP_MS;

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
    let overlap = body.content.overlap_ms.unwrap_or(OVERLAP_MS);
    if !(0..=LONGEST_OVERLAP_MS).contains(&overlap) {
        let message = format_args!("is 0 to {LONGEST_OVERLAP_MS} milliseconds");
        return Err(Problem::new(Code::InvalidBody).at("/overlapMs", message));
    }
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

/// Seals a new secret, and says on the ledger that it signs. One that is sealed under a field that
/// nothing names is none.
async fn replace(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    (id, overlap): (ExecutionHookId, i64),
) -> Result<(Done, Option<String>), Problem> {
    let (organization, at) = (who.organization, api.clock.now());
    let delivery = Delivery::new(&rand::random(), BTreeMap::new());
    let _mask = Mask::of(delivery.secrets());
    let field = format!("{}-{}", Delivery::FIELD, CommandId::generate());
    let name = SecretName::new(id, field.clone());
    api.vault.seal(organization, &name, &delivery.to_be_sealed()).await?;
    let until = at.checked_add(Duration::milliseconds(overlap)).unwrap_or(at);
    let order = Order::Regenerate { field, until };
    let command = Command { by: who.to_string(), at, id, order };
    let stream = StreamId::execution_hooks(organization);
    match ticket.execute(api, who, &api.execution_hooks, stream, command).await {
        Ok(done) if !done.replayed => Ok((done, Some(delivery.text()))),
        other => {
            api.vault.forget(organization, &name).await?;
            Ok((other?, None))
        }
    }
}
