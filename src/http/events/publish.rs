use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::sent::{self, PublishEvent};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Document, Problem};
use crate::primitives::EventId;

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
    /// Whether it was published before, under the same id or the same key.
    repeated: bool,
}

/// Publishes an event: every run goes on that waited for it before, and triggers fire.
#[utoipa::path(
    post,
    operation_id = "publish_event",
    path = "/v1/events",
    tag = "events",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = PublishEvent,
    responses(
        (status = 202, description = "It stands on the ledger; runs go on by themselves", body = Envelope<Taken>),
        (status = 422, description = "It is no event, or not as its definition says", body = Document),
        (status = 429, description = "Too many events wait to be delivered", body = Document),
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
    let (position, repeated) = (written.position, done.replayed);
    let taken = Taken { event_id, position, repeated };
    Ok(Answer::accepted(taken).written(written).replayed(repeated))
}

async fn execute(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    asked: PublishEvent,
) -> Result<Done, Problem> {
    let sent_as = asked.event_id(who);
    // What was taken before is answered even when nothing new is.
    if let Some(id) = sent_as
        && let Some(done) = sent::earlier(api, id).await?
    {
        return Ok(done);
    }
    api.admit_event(who).await?;
    let id = sent_as.unwrap_or_else(EventId::generate);
    sent::publish(api, who, ticket, id, asked).await
}
