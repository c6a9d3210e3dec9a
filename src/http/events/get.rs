use actix_web::web::{Data, Path};
use engine::Json;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::event::{Event, Metadata, SourceType};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Code, Document, Problem};
use crate::journal::StreamId;
use crate::primitives::EventId;
use crate::schemas::Version;

/// An event that was published.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = KnownEvent)]
pub struct Record {
    /// Its id.
    #[schema(value_type = String, example = "evt_01h455vb4pex5vsknk084sn02q")]
    id: EventId,
    /// Its name.
    event: String,
    /// What it says.
    #[schema(value_type = Object)]
    payload: Json,
    /// Where it comes from.
    source: Option<String>,
    /// What kind of source that is.
    source_type: SourceType,
    /// The id that it has for its sender.
    sender_id: Option<String>,
    /// When it happened, in the words of its sender.
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
    /// What is said about it.
    #[schema(value_type = Object)]
    metadata: Metadata,
    /// The version of its definition that it was held against.
    #[schema(value_type = Option<String>)]
    version: Option<Version>,
    /// Who published it.
    by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// Its position on the ledger; null until it has one.
    position: Option<i64>,
}

/// An event that was published, read from the ledger.
#[utoipa::path(
    get,
    operation_id = "get_event",
    path = "/v1/events/{id}",
    tag = "events",
    params(("id" = String, Path, description = "The event")),
    responses(
        (status = 200, description = "The event", body = Envelope<Record>),
        (status = 404, description = "No such event", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<EventId>,
) -> Result<Answer<Record>, Problem> {
    let stream = StreamId::event(*id);
    let page = api.journal.read_stream(&stream, 0, 1).await?;
    let recorded = page
        .first()
        .filter(|recorded| recorded.organization == who.organization)
        .ok_or_else(|| Problem::new(Code::EventNotFound))?;
    let position = api.journal.position_of(&stream, recorded.sequence).await?;
    let Event::Published(published) = recorded.published()?;
    Ok(Answer::ok(Record {
        id: published.event_id,
        event: published.event,
        payload: published.payload,
        source: published.source,
        source_type: published.source_type.unwrap_or_default(),
        sender_id: published.sender_id,
        timestamp: published.occurred_at.unwrap_or(published.at),
        metadata: published.metadata,
        version: published.version,
        by: published.by,
        at: published.at,
        position,
    }))
}
