use actix_web::web::Data;
use engine::EventPattern;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::aggregates::event::SourceType;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{AsOf, Instant, MinPosition, Paging, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::projections::happenings::{Filter, Happened, Projector};

/// Which events are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those whose name matches: `order.paid`, `order.*`, `*.failed`.
    pattern: Option<String>,
    /// Those of this source.
    source: Option<String>,
    /// Those of this kind of source.
    source_type: Option<SourceType>,
    /// Those of this story.
    correlation_id: Option<String>,
    /// Those that were published from this instant on (RFC 3339).
    #[param(value_type = Option<String>)]
    since: Option<Instant>,
    /// Those that were published before this instant.
    #[param(value_type = Option<String>)]
    until: Option<Instant>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
    /// The list as it was at this position of the ledger.
    #[param(value_type = Option<i64>)]
    as_of: Option<AsOf>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// An event in a list; `GET /v1/events/{id}` shows what it says.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventSummary)]
pub struct Line {
    /// Its id: `evt_…` of what was published, `run_…#n` of what a run emitted.
    id: String,
    /// Its name.
    event: String,
    /// Where it comes from.
    source: Option<String>,
    /// What kind of source that is.
    source_type: String,
    /// What all that belongs together shares.
    correlation_id: Option<String>,
    /// When it happened, in the words of its sender.
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
    /// When it was published.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// Its position on the ledger.
    position: i64,
}

impl From<Happened> for Line {
    fn from(it: Happened) -> Self {
        Self {
            id: it.event_id,
            event: it.name,
            source: it.source,
            source_type: it.source_type,
            correlation_id: it.correlation_id,
            timestamp: it.occurred_at,
            at: it.at,
            position: it.position,
        }
    }
}

/// The events of the organization, the latest first: those that were published, and those that
/// runs emitted.
#[utoipa::path(
    get,
    operation_id = "list_events",
    path = "/v1/events",
    tag = "events",
    params(Wanted),
    responses(
        (status = 200, description = "The events", body = Envelope<Page<Line>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<Line>>, Problem> {
    let Params(Wanted {
        pattern,
        source,
        source_type,
        correlation_id,
        since,
        until,
        limit,
        offset,
        cursor,
        as_of,
        min_position,
    }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    let pattern = pattern.map(|text| {
        EventPattern::read(&text).ok_or_else(|| {
            Problem::new(Code::InvalidQuery)
                .at("pattern", "must be the name of an event, with a * for one or more words")
        })
    });
    let filter = Filter {
        pattern: pattern.transpose()?,
        source,
        source_type: source_type.map(SourceType::name),
        correlation_id,
        since: since.map(Instant::get),
        until: until.map(Instant::get),
    };
    let as_of = api.view_as_of(Projector::NAME, (as_of, min_position)).await?;
    let found =
        api.happenings().list(who.organization, &filter, &paging.of_view()?.as_of(as_of)).await?;
    paging.answer(found, |event| Ok(event.into()))
}
