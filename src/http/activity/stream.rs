use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::past::{Past, Reading, must_be_known};
use crate::access::Principal;
use crate::actors::{Filter, Told, Wanted};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Document, Problem};
use crate::http::sse::{self, Feed};
use crate::journal::Recorded;
use crate::primitives::{Kinds, OrganizationId, RunId, WorkflowId};
use crate::projections::Origins;
use crate::projections::activity::{self, Entry};

/// How many events are read at a time: they are sent together, and read again for each client.
const PAGE: i64 = 200;

/// What is wanted, and from where on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Only what concerns this workflow and its runs.
    #[param(value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
    /// Only what concerns this run.
    #[param(value_type = Option<String>)]
    run_id: Option<RunId>,
    /// Only these types, with commas between: `run.failed,workflow.published`, or `run.*` for a family.
    #[serde(rename = "type")]
    #[param(value_type = Option<String>)]
    kinds: Option<Kinds>,
    /// The last position that the client has seen, for those who cannot send `Last-Event-ID`.
    last_event_id: Option<i64>,
    /// A ticket of `POST /v1/auth/stream-tickets`, for those who cannot send `Authorization`.
    #[serde(rename = "ticket")]
    _ticket: Option<String>,
}

/// What happens in the organization, as it happens; after `Last-Event-ID` on, or from now on. `id`
/// is the position, `event` the type, `data` the entry as in the list. A client that does not keep
/// up is let go; it comes back with the last id and misses nothing.
#[utoipa::path(
    get,
    operation_id = "stream_activity",
    path = "/v1/activity/stream",
    tag = "activity",
    params(
        Asked,
        ("Last-Event-ID" = Option<i64>, Header, description = "The last position that was seen"),
    ),
    responses(
        (status = 200, description = "The entries", content_type = "text/event-stream", body = String),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 429, description = "Too many streams", body = Document),
    ),
)]
pub async fn stream(
    api: Data<Api>,
    who: Principal,
    query: Params<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (wanted, seen) = query.0.wanted(who.organization, &request)?;
    let place = api.hub.enter()?;
    let filter = Filter::Activity(wanted.clone());
    let ledger = Ledger { api, who, origins: Origins::default() };
    let feed = match seen {
        Some(seen) => Feed::after(seen, Past::new(ledger, wanted, seen), place, filter),
        None => Feed::from_now(place, filter, |from| Past::new(ledger, wanted, from)),
    };
    Ok(sse::respond(feed))
}

impl Asked {
    /// What is wanted in this organization, and behind which position.
    pub(crate) fn wanted(
        self,
        organization: OrganizationId,
        request: &HttpRequest,
    ) -> Result<(Wanted, Option<i64>), Problem> {
        let Self { workflow_id, run_id, kinds, last_event_id, .. } = self;
        let seen = sse::last_event_id(request, last_event_id)?;
        must_be_known(kinds.as_ref())?;
        Ok((Wanted { organization, workflow: workflow_id, run: run_id, kinds }, seen))
    }
}

/// The ledger, as somebody may see it.
struct Ledger {
    api: Data<Api>,
    who: Principal,
    /// The workflows of the runs that were met.
    origins: Origins,
}

impl Reading for Ledger {
    async fn page(
        &mut self,
        wanted: &Wanted,
        kinds: &Kinds,
        range: (i64, i64),
    ) -> Result<(Vec<Recorded>, i64), Problem> {
        let journal = &self.api.journal;
        Ok(journal.read_of(wanted.organization, Some(kinds), range, PAGE).await?)
    }

    async fn entry(&mut self, event: &Recorded) -> Result<Option<Entry>, Problem> {
        let Some(mut entry) = activity::entry(event)? else { return Ok(None) };
        match (&entry.workflow_id, &entry.run_id) {
            (None, Some(run)) => {
                // Its beginning was deleted or shredded by order: nobody knows who may see it.
                let known = self.origins.of_run(&self.api.journal, run).await?;
                let Some(workflow) = known else { return Ok(None) };
                entry.workflow_id = Some(workflow.to_string());
            }
            (Some(workflow), Some(run)) => {
                if let Ok(workflow) = workflow.parse() {
                    self.origins.remember(run, workflow);
                }
            }
            (_, None) => {}
        }
        Ok(Some(entry))
    }

    fn hides(&self, entry: &Entry, _: Option<&Told>) -> bool {
        let workflow = || entry.workflow_id.as_deref()?.parse().ok();
        !self.who.sees_all()
            && workflow().is_some_and(|workflow| self.api.hides(&self.who, workflow))
    }
}
