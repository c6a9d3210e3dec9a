use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use time::Duration;
use utoipa::ToSchema;

use super::record::{Record, load};
use crate::access::Principal;
use crate::aggregates::event_subscriptions::{Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::hooks::signing_secret::{NewSecret, next_field, overlap};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::EventSubscriptionId;
use crate::secrets::SecretName;

/// How a secret is replaced.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct RotateEventSubscriptionSecret {
    /// How long the secrets of before sign, too, in milliseconds: a day when absent, a week at most.
    /// 0 where one was lost: they sign no more.
    overlap_ms: Option<i64>,
}

/// A secret that was replaced.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventSubscriptionSecretRotated)]
pub struct Rotated {
    /// The subscription.
    subscription: Record,
    /// The new secret. It is shown this once; null when the answer is given again.
    secret: Option<String>,
}

/// Signs with a new secret, and for a while with the one of before, too: `webhook-signature` then
/// holds a signature of each.
#[utoipa::path(
    post,
    operation_id = "rotate_event_subscription_secret",
    path = "/v1/event-subscriptions/{id}/rotate-secret",
    tag = "events",
    params(
        ("id" = String, Path, description = "The subscription"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Option<RotateEventSubscriptionSecret>,
    responses(
        (status = 200, description = "Rotated", body = Envelope<Rotated>),
        (status = 404, description = "No such subscription", body = Document),
        (status = 409, description = "Too many secrets sign at a time", body = Document),
    ),
)]
pub async fn rotate(
    api: Data<Api>,
    who: Principal,
    id: Path<EventSubscriptionId>,
    key: IdempotencyKey,
    body: Body<RotateEventSubscriptionSecret>,
) -> Result<Answer<Rotated>, Problem> {
    let overlap = overlap(body.content.overlap_ms)?;
    load(&api, &who, *id).await?;
    let (done, secret) = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => (done, None),
        Turn::Fresh(ticket) => replace(&api, &who, &ticket, (*id, overlap)).await?,
    };
    let subscription = Record::of((*id, load(&api, &who, *id).await?));
    let written = api.written(&done.stream, done.sequence).await;
    let rotated = Rotated { subscription, secret };
    Ok(Answer::ok(rotated).written(written).replayed(done.replayed))
}

/// Seals a new secret, and says on the ledger that it signs.
async fn replace(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    (id, overlap): (EventSubscriptionId, Duration),
) -> Result<(Done, Option<String>), Problem> {
    let (at, field) = (api.clock.now(), next_field());
    let name = SecretName::new(id, field.clone());
    let secret = NewSecret::seal(api, who, name, BTreeMap::new()).await?;
    let order = Order::Rotate { field, until: at.checked_add(overlap).unwrap_or(at) };
    let command = Command { by: who.to_string(), at, id, order };
    let stream = StreamId::event_subscriptions(who.organization);
    let done = ticket.execute(api, who, &api.event_subscriptions, stream, command).await;
    secret.shown(api, done).await
}
