use actix_web::web::{Data, Path};
use engine::Json;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::event::{Event, Published};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Code, Document, Problem};
use crate::journal::StreamId;
use crate::primitives::EventId;

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
    let Published { event_id: id, event, payload, source, by, at, organization_id: _ } = published;
    Ok(Answer::ok(Record { id, event, payload, source, by, at, position }))
}
