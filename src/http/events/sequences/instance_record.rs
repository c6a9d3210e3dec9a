//! An instance of a sequence as it is answered.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::sequence_instance::{
    Command, Instance, Opened, Order, Reason, Status, StepStatus,
};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::primitives::{EventId, SequenceInstanceId};
use crate::schemas::Version;

/// Where an instance is.
#[derive(Debug, Deserialize)]
pub struct Place {
    /// Its sequence.
    pub(super) name: String,
    /// Its id.
    pub(super) id: SequenceInstanceId,
}

/// An event that is expected, and how it stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SequenceInstanceStep)]
pub(super) struct StepRecord {
    /// Its name, or a pattern.
    event_id: String,
    /// When it comes, from 1.
    order: u32,
    /// Whether the instance is complete only with it.
    required: bool,
    /// Where it stands.
    status: StepStatus,
    /// The id of the event that came for it.
    #[schema(example = "evt_01h455vb4pex5vsknk084sn02q")]
    served_by: Option<String>,
    /// The name of that event.
    event: Option<String>,
    /// When it counted, or came.
    #[serde(with = "time::serde::rfc3339::option")]
    processed_at: Option<OffsetDateTime>,
}

/// An instance of a sequence.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SequenceInstance)]
pub struct InstanceRecord {
    /// Its id.
    #[schema(value_type = String, example = "seq_01h455vb4pex5vsknk084sn02q")]
    id: SequenceInstanceId,
    /// Its sequence.
    name: String,
    /// The version by which it is followed.
    #[schema(value_type = String)]
    version: Version,
    /// What tells it from other instances.
    correlation_key: String,
    /// Where it stands.
    status: Status,
    /// The events that are expected.
    events: Vec<StepRecord>,
    /// How often it was begun again.
    attempts: u32,
    /// Why it failed the last time.
    failure: Option<Reason>,
    /// The events that were published to undo it.
    #[schema(value_type = Vec<String>)]
    compensated_by: Vec<EventId>,
    /// Who gave it up.
    abandoned_by: Option<String>,
    /// Why, in his words.
    reason: Option<String>,
    /// When it fails unless it is complete.
    #[serde(with = "time::serde::rfc3339::option")]
    due_at: Option<OffsetDateTime>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    opened_at: OffsetDateTime,
    /// When something happened the last time.
    #[serde(with = "time::serde::rfc3339::option")]
    updated_at: Option<OffsetDateTime>,
    /// When it ended, or failed.
    #[serde(with = "time::serde::rfc3339::option")]
    ended_at: Option<OffsetDateTime>,
}

/// An instance of the caller's organization.
pub(super) async fn load(
    api: &Api,
    who: &Principal,
    Place { name, id }: &Place,
) -> Result<InstanceRecord, Problem> {
    let instance = api.sequence_instances.load(&id.to_string()).await?.aggregate;
    let unknown = || Problem::new(Code::EventSequenceNotFound);
    let opened = instance.opened.clone().ok_or_else(unknown)?;
    if opened.organization_id != who.organization || opened.name != *name {
        return Err(unknown());
    }
    Ok(record(*opened, instance))
}

/// Gives an order to an instance and answers with how it stands after it.
pub(super) async fn order(
    api: &Api,
    who: &Principal,
    key: IdempotencyKey,
    (fingerprint, place): (&str, &Place),
    order: Order,
) -> Result<Answer<InstanceRecord>, Problem> {
    load(api, who, place).await?;
    let done = match Turn::take(api, who, key, fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let command = Command { by: who.to_string(), at: api.clock.now(), order };
            let stream = StreamId::sequence_instance(place.id);
            ticket.execute(api, who, &api.sequence_instances, stream, command).await?
        }
    };
    let instance = load(api, who, place).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(instance).written(written).replayed(done.replayed))
}

fn record(opened: Opened, instance: Instance) -> InstanceRecord {
    let steps = opened.content.events.into_iter().zip(instance.steps);
    let events = steps.map(|(step, it)| {
        let (served_by, event, processed_at) = match it.served {
            Some(served) => (Some(served.event_id), Some(served.event), Some(served.at)),
            None => (None, None, None),
        };
        StepRecord {
            event_id: step.event_id,
            order: step.order,
            required: step.required,
            status: it.status,
            served_by,
            event,
            processed_at,
        }
    });
    let (abandoned_by, reason) = instance.abandoned.unzip();
    InstanceRecord {
        id: opened.instance_id,
        name: opened.name,
        version: opened.version,
        correlation_key: opened.key,
        status: instance.status,
        events: events.collect(),
        attempts: instance.attempts,
        failure: instance.failure,
        compensated_by: instance.compensated,
        abandoned_by,
        reason: reason.flatten(),
        due_at: instance.due_at,
        opened_at: opened.at,
        updated_at: instance.updated_at,
        ended_at: instance.ended_at,
    }
}
