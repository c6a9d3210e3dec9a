//! An event as it is sent, and what is found out about it before it is published.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::to_raw_value;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::event::{self, Command, Metadata, SourceType};
use crate::aggregates::event_definition::Definition;
use crate::http::api::Api;
use crate::http::idempotency::{Done, Ticket};
use crate::http::problem::{Code, Detail, Problem};
use crate::http::validation::bundled;
use crate::journal::{NotExecuted, StreamId};
use crate::primitives::{EventDefinitionId, EventId};
use crate::schemas::Version;
use crate::validation::{self, Rigour, Types};

/// A new event.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PublishEvent {
    /// The id that it has for its sender, 1 to 128 visible characters of ASCII: what is sent under
    /// the same id again is the same event, for ever, and answered as the first time.
    #[schema(example = "shop-4711")]
    pub(super) id: Option<String>,
    /// Its name: words of letters, digits, `_` and `-` with dots between, 128 bytes at most.
    #[schema(example = "order.paid")]
    event: String,
    /// The version of its definition; the last active one when absent.
    #[schema(value_type = Option<String>)]
    version: Option<Version>,
    /// What it says, 248 KiB of JSON at most.
    #[schema(value_type = Option<Object>)]
    #[serde(default = "nothing")]
    payload: Value,
    /// Where it comes from, 1 to 200 characters.
    #[schema(example = "shop")]
    source: Option<String>,
    /// What kind of source that is; `external` when absent.
    #[serde(default)]
    source_type: SourceType,
    /// When it happened; when it was published when absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    timestamp: Option<OffsetDateTime>,
    /// What is said about it.
    #[serde(default)]
    metadata: About,
}

/// What is said about an event: each of 1 to 128 visible characters of ASCII.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = EventMetadata)]
pub(super) struct About {
    /// What all that belongs together shares.
    correlation_id: Option<String>,
    /// What led to it.
    causation_id: Option<String>,
    /// The trace that it belongs to.
    trace_id: Option<String>,
    /// On whose behalf it happened.
    user_id: Option<String>,
    /// What it is found by, at most 8.
    #[serde(default)]
    tags: std::collections::BTreeSet<String>,
}

fn nothing() -> Value {
    Value::Object(Map::new())
}

impl PublishEvent {
    /// The id that it gets: always the same where the sender has one.
    pub(super) fn event_id(&self, who: &Principal) -> Option<EventId> {
        self.id.as_deref().map(|id| EventId::sent(who.organization, id))
    }
}

/// What was published under an id before.
pub(super) async fn earlier(api: &Api, id: EventId) -> Result<Option<Done>, Problem> {
    let stream = StreamId::event(id);
    let page = api.journal.read_stream(&stream, 0, 1).await?;
    Ok(page.first().map(|recorded| Done { stream, sequence: recorded.sequence, replayed: true }))
}

/// Publishes an event once: under an id that was published before it is that event.
pub(super) async fn publish(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    id: EventId,
    sent: PublishEvent,
) -> Result<Done, Problem> {
    let version = judge(api, who, &sent).await?;
    let stream = StreamId::event(id);
    let PublishEvent {
        id: sender_id,
        event,
        payload,
        source,
        source_type,
        timestamp,
        metadata,
        ..
    } = sent;
    let About { correlation_id, causation_id, trace_id, user_id, tags } = metadata;
    let command = Command {
        id,
        organization: who.organization,
        name: event,
        payload: Arc::new(payload),
        source,
        source_type,
        sender_id,
        occurred_at: timestamp,
        metadata: Metadata { correlation_id, causation_id, trace_id, user_id, tags },
        version,
        by: who.to_string(),
        at: api.clock.now(),
    };
    let context = ticket.context(who, &stream);
    match api.events.execute(&stream.aggregate_id, command, context).await {
        Ok(executed) => {
            api.pressure.note(who.organization);
            Ok(Done { stream, sequence: executed.last, replayed: false })
        }
        // Somebody sent the same id at the same time.
        Err(NotExecuted::Refused(event::Error::Exists)) => {
            Ok(Done { stream, sequence: 1, replayed: true })
        }
        Err(error) => ticket.refused(api, error).await,
    }
}

/// Holds an event against its definition; the version that it fits.
async fn judge(
    api: &Api,
    who: &Principal,
    sent: &PublishEvent,
) -> Result<Option<Version>, Problem> {
    let refused =
        |place: &str, message: String| Problem::new(Code::InvalidEvent).at(place, message);
    let id = EventDefinitionId::of(who.organization, &sent.event);
    let (id, policy) = (id.to_string(), who.organization.to_string());
    let definition = async { api.event_definitions.load(&id).await.map(|it| it.aggregate) };
    let policy = async { api.policies.load(&policy).await.map(|it| it.aggregate) };
    let (definition, policy) = futures::future::try_join(definition, policy).await?;
    let name = &sent.event;
    let Some((version, edition)) = definition.applying(sent.version) else {
        return match sent.version {
            Some(version) => Err(refused(
                "/version",
                format!(
                    "{name} has no version {version} that holds: GET /v1/event-definitions?name={name} lists them"
                ),
            )),
            None if policy.definitions_required => Err(refused(
                "/event",
                format!(
                    "{name} has no active definition, and the organization wants one: POST /v1/event-definitions"
                ),
            )),
            None => Ok(None),
        };
    };
    let types = &edition.content.source_types;
    if !types.is_empty() && !types.contains(&sent.source_type) {
        let known: Vec<&str> = types.iter().map(|it| it.name()).collect();
        let message = format!("{name} comes from sources of the types {}", known.join(", "));
        return Err(refused("/sourceType", message));
    }
    let faults = held(api, who, &definition, version, &sent.payload).await?;
    if faults.is_empty() { Ok(Some(version)) } else { Err(misfit("/payload", faults)) }
}

/// What of a payload does not fit a version of a definition.
async fn held(
    api: &Api,
    who: &Principal,
    definition: &Definition,
    version: Version,
    payload: &Value,
) -> Result<Vec<validation::Fault>, Problem> {
    let (Some(id), Some(edition)) = (definition.id, definition.versions.get(&version)) else {
        return Ok(Vec::new());
    };
    let bundle = bundled(api, who, &edition.content.payload_schema).await?;
    check(api, &format!("{id}@{version}"), &bundle, payload).await
}

/// What of a payload does not fit a schema; the key stands for the bundle for ever.
pub(in crate::http) async fn check(
    api: &Api,
    key: &str,
    bundle: &str,
    payload: &Value,
) -> Result<Vec<validation::Fault>, Problem> {
    let options = validation::Options { types: Types::Kept, rigour: Rigour::Usual };
    let data = to_raw_value(payload).map_err(Problem::internal)?;
    Ok(api.validators.check(key, bundle, &data, options).await?.faults)
}

/// The refusal of what does not fit, with each place below a pointer.
pub(in crate::http) fn misfit(prefix: &str, faults: Vec<validation::Fault>) -> Problem {
    let detail =
        |fault: validation::Fault| Detail::new(format!("{prefix}{}", fault.path), fault.message);
    Problem::new(Code::InvalidEvent).with_details(faults.into_iter().map(detail).collect())
}
