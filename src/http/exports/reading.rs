//! The ledger of an organization, read on as an export goes on.

use actix_web::web::Data;

use crate::access::Principal;
use crate::http::api::Api;
use crate::http::problem::Problem;
use crate::journal::{Recorded, StreamId};
use crate::primitives::{Kinds, RunId, WorkflowId};
use crate::projections::Origins;

/// How many events are read at a time: what an export holds in memory, beside 4 MiB of payloads at most.
const PAGE: i64 = 256;

/// Which events are wanted: all that is set must hold.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Those of this workflow, of its runs, and of triggers of it that were passed over.
    pub(super) workflow: Option<WorkflowId>,
    /// Those of this run.
    pub(super) run: Option<RunId>,
    /// Those of these types.
    pub(super) kinds: Option<Kinds>,
    /// Those behind this position.
    pub(super) after: i64,
    /// Those up to this position.
    pub(super) to: i64,
}

/// An event with the workflow that it is known to concern.
pub(super) struct Placed {
    pub(super) event: Recorded,
    pub(super) workflow: Option<WorkflowId>,
}

/// The events that are wanted, as they are read.
pub(super) struct Reading {
    api: Data<Api>,
    who: Principal,
    wanted: Wanted,
    /// What is asked of the ledger.
    kinds: Kinds,
    /// The position up to which it was read.
    looked: i64,
    /// Of the stream of one run, the sequence up to which it was read.
    sequence: i64,
    /// Whether workflows are private to others.
    hides: bool,
    origins: Origins,
}

impl Reading {
    pub(super) fn new(api: Data<Api>, who: Principal, wanted: Wanted) -> Self {
        let kinds = match (&wanted.kinds, wanted.workflow) {
            (Some(kinds), _) => kinds.clone(),
            (None, Some(_)) => Kinds::of_families(["run", "skip", "workflow"]),
            (None, None) => told(),
        };
        let (hides, looked) = (!api.hidden_from(&who).is_empty(), wanted.after);
        Self { api, who, wanted, kinds, looked, sequence: 0, hides, origins: Origins::default() }
    }

    /// Reads a page; none at the end. There may be no event in it that is wanted, and more behind it.
    pub(super) async fn page(&mut self) -> Result<Option<Vec<Placed>>, Problem> {
        if self.looked >= self.wanted.to {
            return Ok(None);
        }
        let page = match self.wanted.run {
            Some(run) => self.of_run(run).await?,
            None => self.of_all().await?,
        };
        let mut placed = Vec::with_capacity(page.len());
        for event in page {
            let workflow = self.workflow_of(&event).await?;
            if self.is_wanted(&event, workflow) {
                placed.push(Placed { event, workflow });
            }
        }
        Ok(Some(placed))
    }

    /// Whether it is known of an event that it concerns no workflow that is private to somebody else.
    pub(super) const fn is_placed(&self, placed: &Placed) -> bool {
        !self.hides || placed.workflow.is_some()
    }

    async fn of_all(&mut self) -> Result<Vec<Recorded>, Problem> {
        let (organization, range) = (self.who.organization, (self.looked, self.wanted.to));
        let journal = &self.api.journal;
        let (page, looked) = journal.read_of(organization, Some(&self.kinds), range, PAGE).await?;
        self.looked = looked;
        Ok(page)
    }

    async fn of_run(&mut self, run: RunId) -> Result<Vec<Recorded>, Problem> {
        let stream = StreamId::run(run);
        let mut page = self.api.journal.read_stream(&stream, self.sequence, PAGE).await?;
        let read = page.len();
        let is_past = |event: &&Recorded| event.position > 0 && event.position <= self.wanted.to;
        page.truncate(page.iter().take_while(is_past).count());
        if page.is_empty() || page.len() < read {
            self.looked = self.wanted.to;
        }
        self.sequence = page.last().map_or(self.sequence, |last| last.sequence);
        page.retain(|event| event.position > self.wanted.after);
        Ok(page)
    }

    /// The workflow that an event concerns, where it matters.
    async fn workflow_of(&mut self, event: &Recorded) -> Result<Option<WorkflowId>, Problem> {
        if self.wanted.workflow.is_none() && !self.hides {
            return Ok(None);
        }
        let journal = &self.api.journal;
        Ok(match event.aggregate_type.as_ref() {
            "run" if event.sequence == 1 => {
                self.origins.of_fact(journal, event, &event.fact()?.0).await?
            }
            "run" => self.origins.of_run(journal, &event.aggregate_id).await?,
            "workflow" => event.aggregate_id.parse().ok(),
            "skip" => {
                let crate::aggregates::skip::Event::Skipped(skipped) = event.skip()?;
                Some(skipped.workflow_id)
            }
            _ => None,
        })
    }

    fn is_wanted(&self, event: &Recorded, workflow: Option<WorkflowId>) -> bool {
        let kind = || format!("{}.{}", event.aggregate_type, event.event_type);
        self.wanted.workflow.is_none_or(|wanted| workflow == Some(wanted))
            && (self.wanted.run.is_none()
                || self.wanted.kinds.as_ref().is_none_or(|kinds| kinds.has(&kind())))
            && !workflow.is_some_and(|workflow| self.api.hides(&self.who, workflow))
    }
}

/// The families that are exported: all but the hashes of what people log in with.
pub(super) fn families() -> impl Iterator<Item = &'static str> {
    StreamId::TYPES.into_iter().filter(|family| *family != "login_name")
}

fn told() -> Kinds {
    families().fold(Kinds::of_families([]), Kinds::with_family)
}
