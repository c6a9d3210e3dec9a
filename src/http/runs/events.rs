use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::ledger;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Cursor, MinPosition, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::{Recorded, StreamId};
use crate::primitives::RunId;

/// How many events an answer holds when nothing is said, and at most.
const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 1_000;

/// An event as it is on the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Event)]
pub struct EventRecord {
    /// Its number in the whole ledger; absent for the moment until it is given one.
    pub position: Option<i64>,
    /// The aggregate that it belongs to, as `run/run_…`.
    pub stream: String,
    /// Its number in the stream, from 1 without gaps.
    pub sequence: i64,
    /// What happened, in the past tense.
    #[serde(rename = "type")]
    #[schema(example = "node_succeeded")]
    pub kind: String,
    /// The version of the payload's shape.
    #[schema(example = "1.0")]
    pub version: String,
    /// When it was written, by the database's clock.
    #[serde(with = "time::serde::rfc3339")]
    pub recorded_at: OffsetDateTime,
    /// The event itself, word for word as it was recorded.
    #[schema(value_type = Object)]
    pub payload: Box<RawValue>,
    /// Who did it and why: `organization_id`, `actor`, `command_id`, `causation_id`,
    /// `correlation_id`.
    pub metadata: BTreeMap<String, String>,
}

impl TryFrom<&Recorded> for EventRecord {
    type Error = Problem;

    fn try_from(event: &Recorded) -> Result<Self, Problem> {
        Ok(Self {
            position: Some(event.position).filter(|position| *position > 0),
            stream: format!("{}/{}", event.aggregate_type, event.aggregate_id),
            sequence: event.sequence,
            kind: event.event_type.clone(),
            version: event.event_version.clone(),
            recorded_at: event.recorded_at,
            payload: RawValue::from_string(event.payload.clone()).map_err(Problem::internal)?,
            metadata: event.metadata_map()?,
        })
    }
}

/// Which events are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only events after this sequence; 0 when absent, which is all of them.
    after: Option<i64>,
    /// How many at most: 1 to 1,000, 100 when absent. Fewer come when they are large.
    limit: Option<i64>,
    /// Where to go on, from the last answer; instead of `after`.
    cursor: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// The ledger of a run, in order, from any sequence on.
#[utoipa::path(
    get,
    operation_id = "list_run_events",
    path = "/v1/runs/{id}/events",
    tag = "runs",
    params(("id" = String, Path, description = "The run"), Wanted),
    responses(
        (status = 200, description = "The events", body = Envelope<Page<EventRecord>>),
        (status = 404, description = "No such run", body = Document),
    ),
)]
pub async fn events(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
    query: Params<Wanted>,
) -> Result<Answer<Page<EventRecord>>, Problem> {
    let limit = query.0.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::new(Code::InvalidQuery)
            .at("limit", format_args!("must be between 1 and {MAX_LIMIT}")));
    }
    let after = match (query.0.after, query.0.cursor) {
        (None, None) => 0,
        (Some(after), None) if after >= 0 => after,
        (None, Some(cursor)) => Cursor::from(cursor).read()?,
        (Some(_), _) => {
            return Err(Problem::new(Code::InvalidQuery)
                .at("after", "must be a sequence from 0 on, and does not go with `cursor`"));
        }
    };
    let position = api.ledger_at(query.0.min_position).await?;
    ledger::must_belong(&api, &who, *id).await?;
    let stream = StreamId::run(*id);
    let recorded = api.journal.read_stream(&stream, after, limit).await?;
    let has_more = match recorded.last() {
        Some(last) => !api.journal.read_stream(&stream, last.sequence, 1).await?.is_empty(),
        None => false,
    };
    let cursor = recorded.last().filter(|_| has_more).map(|last| Cursor::write(&last.sequence));
    let items = recorded.iter().map(EventRecord::try_from).collect::<Result<_, _>>()?;
    Ok(Answer::ok(Page { items, limit, offset: 0, has_more, cursor }).at(position))
}
