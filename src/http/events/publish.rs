use std::sync::Arc;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::event::Command;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::EventId;

/// A new event.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PublishEvent {
    /// Its name: words of letters, digits, `_` and `-` with dots between, 128 bytes at most.
    #[schema(example = "order.paid")]
    event: String,
    /// What it says, 248 KiB of JSON at most.
    #[schema(value_type = Option<Object>)]
    #[serde(default = "nothing")]
    payload: Value,
    /// Where it comes from, 1 to 200 characters.
    #[schema(example = "shop")]
    source: Option<String>,
}

fn nothing() -> Value {
    Value::Object(Map::new())
}

/// Where the event is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PublishedEvent)]
pub struct Taken {
    /// Its id.
    #[schema(value_type = String, example = "evt_01h455vb4pex5vsknk084sn02q")]
    event_id: EventId,
    /// Its position on the ledger: waits that opened before it are resumed. Absent when it was not
    /// given one within 250 ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
}

/// Publishes an event: every run goes on that waited for it before.
#[utoipa::path(
    post,
    operation_id = "publish_event",
    path = "/v1/events",
    tag = "events",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = PublishEvent,
    responses(
        (status = 202, description = "It stands on the ledger; runs go on by themselves", body = Envelope<Taken>),
        (status = 422, description = "It is no event", body = Document),
    ),
)]
pub async fn publish(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<PublishEvent>,
) -> Result<Answer<Taken>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => execute(&api, &who, &ticket, body.content).await?,
    };
    let event_id = done.stream.aggregate_id.parse().map_err(Problem::internal)?;
    let written = api.written(&done.stream, done.sequence).await;
    let position = written.position;
    Ok(Answer::accepted(Taken { event_id, position }).written(written).replayed(done.replayed))
}

async fn execute(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    asked: PublishEvent,
) -> Result<Done, Problem> {
    let PublishEvent { event: name, payload, source } = asked;
    let id = EventId::generate();
    let stream = StreamId::event(id);
    let command = Command {
        id,
        organization: who.organization,
        name,
        payload: Arc::new(payload),
        source,
        by: who.to_string(),
        at: api.clock.now(),
    };
    ticket.execute(api, who, &api.events, stream, command).await
}
