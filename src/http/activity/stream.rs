use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use serde::Deserialize;
use utoipa::IntoParams;

use super::entry::ActivityEntry;
use crate::access::Principal;
use crate::actors::{Filter, Told, Wanted};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Code, Document, Problem};
use crate::http::sse::{self, Feed, Source, Step};
use crate::journal::Recorded;
use crate::primitives::{Kind, Kinds, RunId, WorkflowId};
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
    let Params(Asked { workflow_id, run_id, kinds, last_event_id, .. }) = query;
    let seen = sse::last_event_id(&request, last_event_id)?;
    must_be_known(kinds.as_ref())?;
    let place = api.hub.enter()?;
    let organization = who.organization;
    let wanted = Wanted { organization, workflow: workflow_id, run: run_id, kinds };
    let filter = Filter::Activity(wanted.clone());
    let feed = match seen {
        Some(seen) => Feed::after(seen, Past::new(api, who, wanted, seen), place, filter),
        None => Feed::from_now(place, filter, |from| Past::new(api, who, wanted, from)),
    };
    Ok(sse::respond(feed))
}

/// Refuses types that never happen, which are slips of the pen.
fn must_be_known(kinds: Option<&Kinds>) -> Result<(), Problem> {
    let is_known = |kind: Kind<'_>| match kind {
        Kind::Family(family) => ["run", "workflow"].contains(&family),
        Kind::Exact(kind) => activity::KINDS.contains(&kind),
    };
    match kinds.and_then(|kinds| kinds.unknown(is_known)) {
        None => Ok(()),
        Some(unknown) => Err(Problem::new(Code::InvalidQuery).at(
            "type",
            format_args!(
                "`{unknown}` is no type of activity: write `run.*`, `workflow.*`, or one of {}",
                activity::KINDS.join(", ")
            ),
        )),
    }
}

/// What happens in an organization.
struct Past {
    api: Data<Api>,
    who: Principal,
    wanted: Wanted,
    /// The workflow and the run that are wanted, as entries name them.
    workflow: Option<String>,
    run: Option<String>,
    /// What is read of the ledger for it.
    kinds: Kinds,
    /// The position up to which it was read.
    after: i64,
    /// The workflows of the runs that were met.
    origins: Origins,
}

impl Past {
    fn new(api: Data<Api>, who: Principal, wanted: Wanted, after: i64) -> Self {
        let kinds = on_the_ledger(wanted.kinds.as_ref());
        let workflow = wanted.workflow.map(|it| it.to_string());
        let run = wanted.run.map(|it| it.to_string());
        Self { api, who, wanted, workflow, run, kinds, after, origins: Origins::default() }
    }

    /// Whether the client is to be told.
    fn is_wanted(&self, entry: &Entry) -> bool {
        (self.workflow.is_none() || self.workflow == entry.workflow_id)
            && (self.run.is_none() || self.run == entry.run_id)
            && self.wanted.kinds.as_ref().is_none_or(|kinds| kinds.has(&entry.kind))
            && !self.hides(entry)
    }

    /// Whether it concerns a workflow that is private to somebody else.
    fn hides(&self, entry: &Entry) -> bool {
        let workflow = || entry.workflow_id.as_deref()?.parse().ok();
        !self.who.sees_all()
            && workflow().is_some_and(|workflow| self.api.hides(&self.who, workflow))
    }
}

/// The types of events that tell of these entries: they are called alike, but for triggers that were passed over.
fn on_the_ledger(wanted: Option<&Kinds>) -> Kinds {
    match wanted {
        None => Kinds::of_families(["run", "workflow", "skip"]),
        Some(kinds) if kinds.has("workflow.trigger_skipped") => kinds.clone().with_family("skip"),
        Some(kinds) => kinds.clone(),
    }
}

impl Source for Past {
    async fn past(&mut self, until: i64) -> Result<(Vec<Recorded>, i64), Problem> {
        let (organization, range) = (self.wanted.organization, (self.after, until));
        let journal = &self.api.journal;
        let (page, looked) = journal.read_of(organization, Some(&self.kinds), range, PAGE).await?;
        self.after = looked;
        Ok((page, looked))
    }

    async fn step(&mut self, event: &Recorded) -> Result<Step, Problem> {
        let Some(mut entry) = activity::entry(event)? else { return Ok(Step::Skip) };
        match (&entry.workflow_id, &entry.run_id) {
            (None, Some(run)) => {
                // Its beginning was deleted or shredded by order: nobody knows who may see it.
                let known = self.origins.of_run(&self.api.journal, run).await?;
                let Some(workflow) = known else { return Ok(Step::Skip) };
                entry.workflow_id = Some(workflow.to_string());
            }
            (Some(workflow), Some(run)) => {
                if let Ok(workflow) = workflow.parse() {
                    self.origins.remember(run, workflow);
                }
            }
            (_, None) => {}
        }
        Ok(if self.is_wanted(&entry) { Step::Send(frame(entry)?) } else { Step::Skip })
    }

    fn live(&mut self, told: &Told) -> Result<Step, Problem> {
        let Some(entry) = told.entry.as_ref().filter(|entry| self.is_wanted(entry)) else {
            return Ok(Step::Skip);
        };
        told.in_words(|| frame(entry.clone())).map(Step::Send)
    }

    fn ends(&self, _: &Recorded) -> bool {
        false
    }
}

fn frame(entry: Entry) -> Result<Bytes, Problem> {
    let (position, kind) = (entry.position, entry.kind.clone());
    sse::frame(position, &kind, &ActivityEntry::try_from(entry)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triggers_that_were_passed_over_stand_elsewhere_on_the_ledger() {
        let wanted = |text: &str| Kinds::try_from(text.to_owned()).expect("types");
        let asked = |text: &str| on_the_ledger(Some(&wanted(text)));
        assert_eq!(asked("run.*"), wanted("run.*"));
        for text in ["workflow.*", "workflow.trigger_skipped,run.failed"] {
            assert!(asked(text).has("skip.skipped"), "{text}");
        }
        assert!(on_the_ledger(None).has("skip.skipped"));
    }
}
