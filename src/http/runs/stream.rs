use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::events::EventRecord;
use super::ledger;
use crate::access::Principal;
use crate::actors::Filter;
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
    let seen = sse::last_event_id(&request, query.0.last_event_id)?.unwrap_or(0);
    ledger::must_belong(&api, &who, *id).await?;
    if seen > 0 && seen_all(&api, *id, seen).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    let live = api.hub.subscribe(Filter::Run(*id))?;
    let past = RunPast { journal: api.journal.clone(), stream: StreamId::run(*id), after: 0 };
    Ok(sse::respond(Feed::new(past, seen, live.from, live.events), &request))
}

/// Whether the run has ended with an event that the client has seen.
async fn seen_all(api: &Api, run: RunId, seen: i64) -> Result<bool, Problem> {
    let mut past = RunPast { journal: api.journal.clone(), stream: StreamId::run(run), after: 0 };
    loop {
        let page = past.past(seen).await?;
        let Some(last) = page.last() else { return Ok(false) };
        if ledger::ends(last) {
            return Ok(last.position > 0 && last.position <= seen);
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
    async fn past(&mut self, _: i64) -> Result<Vec<Recorded>, Problem> {
        let page = self.journal.read_stream(&self.stream, self.after, PAGE).await?;
        self.after = page.last().map_or(self.after, |last| last.sequence);
        Ok(page)
    }

    async fn step(&mut self, event: &Recorded) -> Result<Step, Problem> {
        let data = sse::data(event.position, &event.event_type, &EventRecord::try_from(event)?)?;
        Ok(if ledger::ends(event) { Step::Last(data) } else { Step::Send(data) })
    }

    fn ends(&self, event: &Recorded) -> bool {
        ledger::ends(event)
    }
}
