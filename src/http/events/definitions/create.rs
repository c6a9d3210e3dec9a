use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::web::Data;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::event::SourceType;
use crate::aggregates::event_definition::{Command, Content, Order, Status};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::events::{check, misfit};
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Document, Problem};
use crate::http::validation::bundled;
use crate::journal::StreamId;
use crate::primitives::EventDefinitionId;
use crate::schemas::Version;

/// A version of a definition, the first one included.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DefineEvent {
    /// The name of the events: words of letters, digits, `_` and `-` with dots between.
    #[schema(example = "order.paid")]
    name: String,
    /// The version; 1.0.0 when absent.
    #[schema(value_type = Option<String>)]
    version: Option<Version>,
    /// What they mean.
    description: Option<String>,
    /// From what kinds of sources they come; any when absent.
    #[serde(default)]
    source_types: BTreeSet<SourceType>,
    /// The JSON Schema of their payloads, 32 KiB at most, or a version of a schema of the
    /// organization as `schema:namespace/name@1.0.0`.
    #[schema(value_type = Object)]
    payload_schema: Value,
    /// Payloads that fit, at most 10.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    examples: Vec<Value>,
    /// Whether it holds; `active` when absent.
    #[serde(default)]
    status: Status,
}

/// Defines events, or adds a version to their definition. What a version says never changes.
#[utoipa::path(
    post,
    operation_id = "define_event",
    path = "/v1/event-definitions",
    tag = "events",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = DefineEvent,
    responses(
        (status = 201, description = "Defined", body = Envelope<Record>),
        (status = 409, description = "The version is there already", body = Document),
        (status = 422, description = "The schema cannot be used, or an example does not fit", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<DefineEvent>,
) -> Result<Answer<Record>, Problem> {
    let asked = body.content;
    let version = asked.version.unwrap_or(Version::FIRST);
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => execute(&api, &who, &ticket, asked, version).await?,
    };
    let definition = api.event_definitions.load(&done.stream.aggregate_id).await?.aggregate;
    let written = api.written(&done.stream, done.sequence).await;
    let location = format!("/v1/event-definitions/{}", done.stream.aggregate_id);
    let created = Answer::created(record::of(&definition, Some(version))?, location);
    Ok(created.written(written).replayed(done.replayed))
}

async fn execute(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    asked: DefineEvent,
    version: Version,
) -> Result<Done, Problem> {
    let DefineEvent { name, description, source_types, payload_schema, examples, status, .. } =
        asked;
    let payload_schema = match payload_schema {
        Value::String(reference) => json!({ "$ref": reference }),
        schema @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => schema,
    };
    let bundle = bundled(api, who, &payload_schema).await?;
    api.validators.compile(&bundle).await?;
    for (place, example) in examples.iter().enumerate() {
        let faults = check(api, &format!("example {bundle}"), &bundle, example).await?;
        if !faults.is_empty() {
            return Err(misfit(&format!("/examples/{place}"), faults));
        }
    }
    let id = EventDefinitionId::of(who.organization, &name);
    let content = Box::new(Content {
        description,
        source_types,
        payload_schema: Arc::new(payload_schema),
        examples: examples.into_iter().map(Arc::new).collect(),
    });
    let organization = who.organization;
    let order = Order::Define { id, organization, name, version, content, status };
    let command = Command { by: who.to_string(), at: api.clock.now(), order };
    let stream = StreamId::event_definition(id);
    ticket.execute(api, who, &api.event_definitions, stream, command).await
}
