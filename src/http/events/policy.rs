use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::policy::{Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, Freshness, IdempotencyKey, Params};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;

/// What an organization wants of events.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EventPolicy {
    /// Whether events are published only under an active definition. What runs emit is not held
    /// against any.
    definitions_required: bool,
}

/// What the organization wants of events.
#[utoipa::path(
    get,
    operation_id = "get_event_policy",
    path = "/v1/organization/event-policy",
    tag = "events",
    params(Freshness),
    responses((status = 200, description = "The policy", body = Envelope<EventPolicy>)),
)]
pub async fn get_policy(
    api: Data<Api>,
    who: Principal,
    query: Params<Freshness>,
) -> Result<Answer<EventPolicy>, Problem> {
    let position = api.ledger_at(query.0.min_position).await?;
    let policy = api.policies.load(&who.organization.to_string()).await?.aggregate;
    let definitions_required = policy.definitions_required;
    Ok(Answer::ok(EventPolicy { definitions_required }).at(position))
}

/// Says whether events need a definition to be published. It holds from the next event on.
#[utoipa::path(
    put,
    operation_id = "set_event_policy",
    path = "/v1/organization/event-policy",
    tag = "events",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = EventPolicy,
    responses(
        (status = 200, description = "Done", body = Envelope<EventPolicy>),
        (status = 422, description = "The body has the wrong shape", body = Document),
    ),
)]
pub async fn set_policy(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<EventPolicy>,
) -> Result<Answer<EventPolicy>, Problem> {
    let definitions_required = body.content.definitions_required;
    let stream = StreamId::policy(who.organization);
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let order = if definitions_required {
                Order::RequireDefinitions
            } else {
                Order::WaiveDefinitions
            };
            let command = Command { by: who.to_string(), at: api.clock.now(), order };
            ticket.execute(&api, &who, &api.policies, stream, command).await?
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    let policy = EventPolicy { definitions_required };
    Ok(Answer::ok(policy).written(written).replayed(done.replayed))
}
