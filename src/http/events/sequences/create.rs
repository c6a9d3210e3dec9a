use actix_web::web::Data;
use engine::Json;
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{Record, load};
use crate::access::Principal;
use crate::aggregates::event_sequences::{Command, Content, Order, OutOfOrder, Rollback, Step};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::schemas::Version;

/// What instances are told apart by unless it is said.
const CORRELATION_KEY: &str = "metadata.correlationId";
/// How long they may take unless it is said: a day.
const TIMEOUT_MS: u64 = 24 * 3_600_000;

/// A version of a sequence, the first one included.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DefineEventSequence {
    /// Its name: words of letters, digits, `_` and `-` with dots between, 64 bytes at most.
    #[schema(example = "order.fulfilment")]
    name: String,
    /// The version, higher than those that there are; 1.0.0 when absent.
    #[schema(value_type = Option<String>)]
    version: Option<Version>,
    /// What it is for.
    description: Option<String>,
    /// The events that are expected, 1 to 64, at least one of them required.
    events: Vec<Step>,
    /// What tells its instances apart: a path into the event, with defaults;
    /// `metadata.correlationId` when absent. An event without a key is passed over.
    #[serde(default = "correlation_key")]
    #[schema(example = "payload.orderId")]
    correlation_key: String,
    /// How long an instance may take, from its first event on: a second to 90 days, a day when
    /// absent.
    #[serde(default = "timeout_ms")]
    timeout_ms: u64,
    /// What is done with an event before its turn; it is held when absent.
    #[serde(default)]
    out_of_order: OutOfOrder,
    /// What is done when an instance fails; a person decides when absent.
    #[serde(default)]
    rollback_strategy: Rollback,
    /// What its makers note.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Json>,
}

fn correlation_key() -> String {
    CORRELATION_KEY.to_owned()
}

const fn timeout_ms() -> u64 {
    TIMEOUT_MS
}

/// Defines a sequence of events, or adds a version to it. What a version says never changes;
/// instances begin by the last one.
#[utoipa::path(
    post,
    operation_id = "define_event_sequence",
    path = "/v1/event-sequences",
    tag = "events",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = DefineEventSequence,
    responses(
        (status = 201, description = "Defined", body = Envelope<Record>),
        (status = 409, description = "There is such a version, a higher one, or too many", body = Document),
        (status = 422, description = "It could never be followed", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<DefineEventSequence>,
) -> Result<Answer<Record>, Problem> {
    let asked = body.content;
    let (name, version) = (asked.name.clone(), asked.version.unwrap_or(Version::FIRST));
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let content = Box::new(Content {
                description: asked.description,
                events: asked.events,
                correlation_key: asked.correlation_key,
                timeout_ms: asked.timeout_ms,
                out_of_order: asked.out_of_order,
                rollback_strategy: asked.rollback_strategy,
                metadata: asked.metadata,
            });
            let order = Order::Define { organization: who.organization, version, content };
            let (by, at) = (who.to_string(), api.clock.now());
            let command = Command { by, at, name: asked.name, order };
            let stream = StreamId::event_sequences(who.organization);
            ticket.execute(&api, &who, &api.event_sequences, stream, command).await?
        }
    };
    let sequence = load(&api, &who, &name).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let location = format!("/v1/event-sequences/{name}");
    let record = Record::of(name, &sequence, Some(version))?;
    Ok(Answer::created(record, location).written(written).replayed(done.replayed))
}
