use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use serde::Deserialize;
use utoipa::IntoParams;

use super::events::EventRecord;
use super::ledger;
use crate::access::Principal;
use crate::actors::{Filter, Told};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Document, Problem};
use crate::http::sse::{self, Feed, Source, Step};
use crate::journal::{Journal, Recorded, StreamId};
use crate::primitives::RunId;

/// How many events are read at a time: a stream sends them one by one.
const PAGE: i64 = 200;

/// From where on a stream is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The last position that the client has seen, for those who cannot send `Last-Event-ID`.
    last_event_id: Option<i64>,
    /// A ticket of `POST /v1/auth/stream-tickets`, for those who cannot send `Authorization`.
    #[serde(rename = "ticket")]
    _ticket: Option<String>,
}

impl Wanted {
    /// The last position that the client has seen; 0: none.
    pub(crate) fn seen(&self, request: &HttpRequest) -> Result<i64, Problem> {
        Ok(sse::last_event_id(request, self.last_event_id)?.unwrap_or(0))
    }
}

/// The events of a run as they happen, from its first one or after `Last-Event-ID` on. `id` is the
/// position, `event` the type, `data` the event. It ends after the run's last event; a client that
/// comes back with that one's id is answered 204, which tells browsers to stay away.
#[utoipa::path(
    get,
    operation_id = "stream_run",
    path = "/v1/runs/{id}/stream",
    tag = "runs",
    params(
        ("id" = String, Path, description = "The run"),
        Wanted,
        ("Last-Event-ID" = Option<i64>, Header, description = "The last position that was seen"),
    ),
    responses(
        (status = 200, description = "The events", content_type = "text/event-stream", body = String),
        (status = 204, description = "All events have been seen"),
        (status = 404, description = "No such run", body = Document),
        (status = 429, description = "Too many streams", body = Document),
    ),
)]
pub async fn stream(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
    query: Params<Wanted>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let seen = query.0.seen(&request)?;
    ledger::must_belong(&api, &who, *id).await?;
    if seen > 0 && seen_all(&api, *id, seen).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    let place = api.hub.enter()?;
    let past = RunPast { journal: api.journal.clone(), stream: StreamId::run(*id), after: 0 };
    Ok(sse::respond(Feed::after(seen, past, place, Filter::Run(*id))))
}

/// Whether the run has ended with an event that the client has seen.
async fn seen_all(api: &Api, run: RunId, seen: i64) -> Result<bool, Problem> {
    let mut past = RunPast { journal: api.journal.clone(), stream: StreamId::run(run), after: 0 };
    loop {
        let (page, _) = past.past(seen).await?;
        let Some(last) = page.last() else { return Ok(false) };
        if ledger::ends(last) {
            return Ok(true);
        }
    }
}

/// The past of one run.
struct RunPast {
    journal: Journal,
    stream: StreamId,
    /// The sequence up to which it was read.
    after: i64,
}

impl Source for RunPast {
    async fn past(&mut self, until: i64) -> Result<(Vec<Recorded>, i64), Problem> {
        let mut page = self.journal.read_stream(&self.stream, self.after, PAGE).await?;
        let read = page.len();
        // What has no position yet, or a later one, comes later.
        let is_past = |event: &Recorded| event.position > 0 && event.position <= until;
        page.truncate(page.iter().take_while(|event| is_past(event)).count());
        let is_end = page.is_empty() || page.len() < read;
        self.after = page.last().map_or(self.after, |last| last.sequence);
        let looked = page.last().filter(|_| !is_end).map_or(until, |last| last.position);
        Ok((page, looked))
    }

    async fn step(&mut self, event: &Recorded) -> Result<Step, Problem> {
        Ok(step(event, frame(event)?))
    }

    fn live(&mut self, told: &Told) -> Result<Step, Problem> {
        Ok(step(&told.event, told.whole(frame)?))
    }

    fn ends(&self, event: &Recorded) -> bool {
        ledger::ends(event)
    }
}

/// An event of a run as its stream sends it.
pub(crate) fn frame(event: &Recorded) -> Result<Bytes, Problem> {
    sse::frame(event.position, &event.event_type, &EventRecord::try_from(event)?)
}

/// What becomes of it: nothing follows the last.
pub(crate) fn step(event: &Recorded, bytes: Bytes) -> Step {
    if ledger::ends(event) { Step::Last(bytes) } else { Step::Send(bytes) }
}
