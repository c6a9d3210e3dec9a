use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::entry::ActivityEntry;
use crate::access::Principal;
use crate::actors::Filter;
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Document, Problem};
use crate::http::runs::ledger;
use crate::http::sse::{self, Feed, Source, Step};
use crate::journal::Recorded;
use crate::primitives::{OrganizationId, WorkflowId};
use crate::projections::activity;

/// How many events are read at a time.
const PAGE: i64 = 500;
/// How many runs' workflows one stream remembers: those of the runs that are open meanwhile.
const MAX_REMEMBERED: usize = 10_000;

/// What is wanted, and from where on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only what concerns this workflow and its runs.
    #[param(value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
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
        Wanted,
        ("Last-Event-ID" = Option<i64>, Header, description = "The last position that was seen"),
    ),
    responses(
        (status = 200, description = "The entries", content_type = "text/event-stream", body = String),
        (status = 429, description = "Too many streams", body = Document),
    ),
)]
pub async fn stream(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let seen = sse::last_event_id(&request, query.0.last_event_id)?;
    let live = api.hub.subscribe(Filter::Activity(who.organization))?;
    let seen = seen.unwrap_or(live.from);
    let past = Past {
        organization: who.organization,
        workflow: query.0.workflow_id.map(|workflow| workflow.to_string()),
        after: seen,
        workflows: HashMap::new(),
        who,
        api,
    };
    Ok(sse::respond(Feed::new(past, seen, live.from, live.events), &request))
}

/// The past of an organization.
struct Past {
    api: Data<Api>,
    who: Principal,
    organization: OrganizationId,
    /// The workflow that is wanted; all when `None`.
    workflow: Option<String>,
    /// The position up to which it was read.
    after: i64,
    /// The workflows of runs that have been seen and are not over.
    workflows: HashMap<String, String>,
}

impl Past {
    /// The workflow of a run: only the run's first event says it.
    async fn workflow_of(&mut self, run: &str) -> Result<String, Problem> {
        if let Some(known) = self.workflows.get(run) {
            return Ok(known.clone());
        }
        let run = run.parse().map_err(Problem::internal)?;
        let first = ledger::first_event(&self.api, run).await?;
        let first = first.ok_or_else(|| Problem::internal("a run without a first event"))?;
        let workflow = ledger::workflow_of(&first)?.to_string();
        self.remember(first.aggregate_id, &workflow);
        Ok(workflow)
    }

    fn remember(&mut self, run: String, workflow: &str) {
        if self.workflows.len() >= MAX_REMEMBERED {
            self.workflows.clear();
        }
        self.workflows.insert(run, workflow.to_owned());
    }
}

impl Source for Past {
    async fn past(&mut self, until: i64) -> Result<Vec<Recorded>, Problem> {
        while self.after < until {
            let page = self.api.journal.read_after(self.after, PAGE).await?;
            let Some(last) = page.last() else { break };
            self.after = last.position;
            let own = page.into_iter().filter(|event| event.organization == self.organization);
            let own: Vec<_> = own.collect();
            if !own.is_empty() {
                return Ok(own);
            }
        }
        Ok(Vec::new())
    }

    async fn step(&mut self, event: &Recorded) -> Result<Step, Problem> {
        let Some(mut entry) = activity::entry(event)? else { return Ok(Step::Skip) };
        match (&entry.workflow_id, &entry.run_id) {
            (None, Some(run)) => entry.workflow_id = Some(self.workflow_of(run).await?),
            (Some(workflow), Some(run)) => self.remember(run.clone(), workflow),
            (_, None) => {}
        }
        if ledger::ends(event) {
            self.workflows.remove(&event.aggregate_id);
        }
        if self.workflow.is_some() && entry.workflow_id != self.workflow {
            return Ok(Step::Skip);
        }
        let workflow = entry.workflow_id.as_deref().and_then(|id| id.parse().ok());
        if workflow.is_some_and(|workflow| self.api.hides(&self.who, workflow)) {
            return Ok(Step::Skip);
        }
        let kind = entry.kind.clone();
        Ok(Step::Send(sse::data(event.position, &kind, &ActivityEntry::try_from(entry)?)?))
    }

    fn ends(&self, _: &Recorded) -> bool {
        false
    }
}
