use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::sent::{self, PublishEvent};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, LargeBody};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Code, Detail, Document, Problem};
use crate::primitives::{CommandId, EventId};

/// How many events a batch may have.
const MAX_EVENTS: usize = 100;

/// Events in the order in which they are published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PublishBatch {
    /// The events, 1 to 100, of 10 MiB together.
    events: Vec<PublishEvent>,
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublishedEventBatch)]
pub struct Outcome {
    /// How many were taken, those that were published before included.
    taken: usize,
    /// How many were refused.
    refused: usize,
    /// What became of each, in their order.
    results: Vec<One>,
}

/// What became of an event of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged, rename_all_fields = "camelCase")]
#[schema(as = PublishedEventOfBatch)]
pub(super) enum One {
    /// It stands on the ledger.
    Taken {
        /// Its id.
        #[schema(value_type = String)]
        event_id: EventId,
        /// Whether it was published before, under the same id or the same key.
        repeated: bool,
    },
    /// It does not; the others are not touched by it.
    Refused {
        /// The code of the problem.
        code: &'static str,
        /// The problem in words.
        message: String,
        /// Its places.
        details: Vec<Detail>,
    },
}

/// Publishes many events, one after the other. Each is taken or refused by itself: with an
/// `Idempotency-Key`, or an `id` in each, the same batch can be sent until all of it is answered.
#[utoipa::path(
    post,
    operation_id = "publish_events",
    path = "/v1/events/batch",
    tag = "events",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries each of them out once")),
    request_body = PublishBatch,
    responses(
        (status = 202, description = "What became of each", body = Envelope<Outcome>),
        (status = 422, description = "There are too many, or none", body = Document),
        (status = 429, description = "Too many events wait to be delivered", body = Document),
    ),
)]
pub async fn batch(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: LargeBody<PublishBatch>,
) -> Result<Answer<Outcome>, Problem> {
    let events = body.content.events;
    if !(1..=MAX_EVENTS).contains(&events.len()) {
        let message = format_args!("must have 1 to {MAX_EVENTS} events");
        return Err(Problem::new(Code::InvalidBody).at("/events", message));
    }
    let (text, request_id, address) =
        (key.key.clone(), key.request_id.clone(), key.address.clone());
    let series = text.map(|key| format!("{who} {key} {}", body.fingerprint));
    // The receipt goes with the first event that is taken: it tells a second batch under the same
    // key from the first one. What follows is known by its place.
    let mut first = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Fresh(ticket) => Some(ticket),
        Turn::Replay(_) => None,
    };
    if first.is_some() {
        api.admit_event(&who).await?;
    }
    let mut outcome = Outcome { taken: 0, refused: 0, results: Vec::new() };
    for (place, event) in events.into_iter().enumerate() {
        let keyed = series.as_ref().map(|series| {
            let cause = format!("{} {series} {place}", who.organization);
            EventId::derived(OffsetDateTime::UNIX_EPOCH, &cause)
        });
        let id = event.event_id(&who).or(keyed);
        let plain = Ticket::plain(CommandId::generate(), request_id.clone(), address.clone());
        let ticket = first.as_ref().unwrap_or(&plain);
        match one(&api, &who, ticket, id, event).await {
            Ok(done) => {
                first = None;
                outcome.taken += 1;
                let event_id = done.stream.aggregate_id.parse().map_err(Problem::internal)?;
                outcome.results.push(One::Taken { event_id, repeated: done.replayed });
            }
            Err(problem) => {
                outcome.refused += 1;
                let Document { code, message, details, .. } = problem.document("");
                outcome.results.push(One::Refused { code, message, details });
            }
        }
    }
    Ok(Answer::accepted(outcome))
}

async fn one(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    id: Option<EventId>,
    event: PublishEvent,
) -> Result<Done, Problem> {
    if let Some(id) = id
        && let Some(done) = sent::earlier(api, id).await?
    {
        return Ok(done);
    }
    sent::publish(api, who, ticket, id.unwrap_or_else(EventId::generate), event).await
}
