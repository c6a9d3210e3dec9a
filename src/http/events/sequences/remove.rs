use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::event_sequences::{Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;

/// What is gone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventSequenceRemoved)]
pub struct Removed {
    /// The sequence.
    name: String,
}

/// Lets no instance of a sequence begin any more. Those that have begun go on to their end. A new
/// version, higher than the last one, brings the sequence back.
#[utoipa::path(
    delete,
    operation_id = "remove_event_sequence",
    path = "/v1/event-sequences/{name}",
    tag = "events",
    params(
        ("name" = String, Path, description = "The sequence"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "It is gone", body = Envelope<Removed>),
        (status = 404, description = "No such sequence", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    key: IdempotencyKey,
) -> Result<Answer<Removed>, Problem> {
    let name = name.into_inner();
    let fingerprint = format!("retire {name}");
    let done = match Turn::take(&api, &who, key, &fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let (by, at, name) = (who.to_string(), api.clock.now(), name.clone());
            let command = Command { by, at, name, order: Order::Retire };
            let stream = StreamId::event_sequences(who.organization);
            ticket.execute(&api, &who, &api.event_sequences, stream, command).await?
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(Removed { name }).written(written).replayed(done.replayed))
}
