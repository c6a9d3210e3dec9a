use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::event_definition::{Command, Order, Status};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::EventDefinitionId;
use crate::schemas::Version;

/// Whether a version holds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SetEventDefinitionStatus {
    /// The version.
    #[schema(value_type = String, example = "1.0.0")]
    version: Version,
    /// Whether it holds.
    status: Status,
}

/// Says whether a version of a definition holds. It counts from the next event on.
#[utoipa::path(
    post,
    operation_id = "set_event_definition_status",
    path = "/v1/event-definitions/{id}/status",
    tag = "events",
    params(
        ("id" = String, Path, description = "The definition"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = SetEventDefinitionStatus,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "No such definition or version", body = Document),
    ),
)]
pub async fn status(
    api: Data<Api>,
    who: Principal,
    id: Path<EventDefinitionId>,
    key: IdempotencyKey,
    body: Body<SetEventDefinitionStatus>,
) -> Result<Answer<Record>, Problem> {
    let SetEventDefinitionStatus { version, status } = body.content;
    record::load(&api, &who, *id).await?;
    let stream = StreamId::event_definition(*id);
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let order = Order::SetStatus { version, status };
            let command = Command { by: who.to_string(), at: api.clock.now(), order };
            ticket.execute(&api, &who, &api.event_definitions, stream, command).await?
        }
    };
    let definition = record::load(&api, &who, *id).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let shown = record::of(&definition, Some(version))?;
    Ok(Answer::ok(shown).written(written).replayed(done.replayed))
}
