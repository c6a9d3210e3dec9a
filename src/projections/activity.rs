//! What happened, as people read it: runs that began, waited, ended or had a node fail, and what was
//! done to workflows. Below the fold, the questions.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use cqrs_es::Aggregate;
use engine::WaitMark;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::value::RawValue;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::Error;
use super::concern;
use super::error::while_doing;
use super::facts::{self, Fact, Failure};
use super::page::{Page, Paging};
use super::positions::Positions;
use super::projection::Projection;
use super::text::Text;
use super::views::Views;
use crate::aggregates::{run, skip};
use crate::journal::Recorded;
use crate::primitives::{OrganizationId, RunId, WorkflowId};

/// The types of entries. But for triggers that were passed over, each is called as its event on the ledger:
/// the aggregate, a dot, the event.
pub const KINDS: &[&str] = &[
    "run.cancel_requested",
    "run.cancelled",
    "run.compensation_ended",
    "run.compensation_started",
    "run.event_emitted",
    "run.failed",
    "run.node_failed",
    "run.paused",
    "run.started",
    "run.succeeded",
    "run.unpaused",
    "run.wait_marked",
    "run.wait_opened",
    "run.wait_resumed",
    "run.wait_timed_out",
    "workflow.archived",
    "workflow.created",
    "workflow.draft_approved",
    "workflow.draft_commented",
    "workflow.draft_discarded",
    "workflow.draft_rejected",
    "workflow.draft_saved",
    "workflow.limits_set",
    "workflow.outputs_pinned",
    "workflow.pause_reviewed",
    "workflow.paused",
    "workflow.published",
    "workflow.refilled",
    "workflow.resumed",
    "workflow.review_requested",
    "workflow.rolled_back",
    "workflow.tagged",
    "workflow.trigger_skipped",
];

/// The projection behind `view_activity`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "activity";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::RUN, concern::WORKFLOW, concern::SKIP])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let (runs, workflows) = (facts::of_runs(events)?, facts::of_workflows(events)?);
            let mut batch = Batch::default();
            for (event, payload) in &runs {
                batch.take_run(event, payload)?;
            }
            for (event, payload) in &workflows {
                batch.take_workflow(event, payload)?;
            }
            for event in events.iter().filter(|event| event.aggregate_type == skip::TYPE) {
                batch.take_skip(event)?;
            }
            // Each kind was taken by itself; the rows stand in the order of the ledger.
            batch.rows.sort_by_key(|row| row.event.position);
            batch.write(connection).await
        })
    }
}

struct Row<'a> {
    event: &'a Recorded,
    kind: &'static str,
    node: Option<Text<'a>>,
    actor: Text<'a>,
    summary: Cow<'a, str>,
    detail: Option<&'a RawValue>,
    at: OffsetDateTime,
}

#[derive(Default)]
struct Batch<'a> {
    rows: Vec<Row<'a>>,
    /// The workflows of runs that began in this batch.
    born: HashMap<&'a str, Text<'a>>,
    ended: Vec<&'a str>,
    /// The workflows of triggers that were passed over, by the position of the event.
    skipped: HashMap<i64, String>,
}

/// What was done to a workflow.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    Created(Done),
    DraftSaved(Done),
    DraftDiscarded(Done),
    Published(Done),
    Paused(Done),
    Resumed(Done),
    Archived(Done),
    RolledBack(Done),
    OutputsPinned(Done),
    LimitsSet(Done),
    Refilled(Done),
    PauseReviewed(Done),
    Tagged(Done),
    ReviewRequested(Done),
    DraftApproved(Done),
    DraftRejected(Done),
    DraftCommented(Done),
}

#[derive(Deserialize)]
struct Done {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

impl<'a> Batch<'a> {
    fn take_run(&mut self, event: &'a Recorded, payload: &'a str) -> Result<(), Error> {
        let fact: Fact<'a> = facts::read(event, payload)?;
        let run_id = event.aggregate_id.as_str();
        let row = |kind, node, summary, detail, at| -> Result<Row<'a>, Error> {
            Ok(Row { event, kind, node, actor: facts::actor(event)?, summary, detail, at })
        };
        let row = match fact {
            Fact::Started(started) => {
                let summary = format!("started by {}", started.trigger.kind);
                self.born.insert(run_id, started.workflow.id);
                row("run.started", None, summary.into(), None, started.at)?
            }
            Fact::NodeFailed { node, failure, at, .. } => {
                let told: Failure<'_> = facts::read(event, failure.get())?;
                let summary = format!("{node} failed: {}", told.message);
                row("run.node_failed", Some(node), summary.into(), Some(failure), at)?
            }
            Fact::WaitOpened(wait) => {
                let summary = format!("{} waits", wait.node);
                row("run.wait_opened", Some(wait.node), summary.into(), None, wait.at)?
            }
            Fact::WaitMarked { node, mark, reason, at } => {
                let why = reason.map_or_else(String::new, |reason| format!(": {reason}"));
                let summary = match mark {
                    WaitMark::AutoSwapping => format!("{node} waits for money{why}"),
                    WaitMark::Waiting => format!("{node} waits for money no longer{why}"),
                };
                row("run.wait_marked", Some(node), summary.into(), None, at)?
            }
            Fact::WaitResumed { node, by, at, .. } => {
                let summary = format!("{node} was resumed by {by}");
                row("run.wait_resumed", Some(node), summary.into(), None, at)?
            }
            Fact::WaitTimedOut { node, at } => {
                let summary = format!("{node} waited in vain");
                row("run.wait_timed_out", Some(node), summary.into(), None, at)?
            }
            Fact::CancelRequested { by, reason, at } => {
                let why = reason.map_or_else(String::new, |reason| format!(": {reason}"));
                let summary = format!("{by} asked for its end{why}");
                row("run.cancel_requested", None, summary.into(), None, at)?
            }
            Fact::Succeeded { at, .. } => {
                self.ended.push(run_id);
                row("run.succeeded", None, "succeeded".into(), None, at)?
            }
            Fact::Failed { node, failure, at } => {
                self.ended.push(run_id);
                let told: Failure<'_> = facts::read(event, failure.get())?;
                let summary = format!("failed: {}", told.message);
                row("run.failed", node, summary.into(), Some(failure), at)?
            }
            Fact::Cancelled { by, at, .. } => {
                self.ended.push(run_id);
                row("run.cancelled", None, format!("cancelled by {by}").into(), None, at)?
            }
            Fact::Paused { by, reason, at } => {
                let why = reason.map_or_else(String::new, |reason| format!(": {reason}"));
                row("run.paused", None, format!("paused by {by}{why}").into(), None, at)?
            }
            Fact::Unpaused { by, at } => {
                row("run.unpaused", None, format!("let go on by {by}").into(), None, at)?
            }
            Fact::CompensationStarted { at } => {
                row("run.compensation_started", None, "is being undone".into(), None, at)?
            }
            Fact::CompensationEnded { failed, at } => {
                let summary = match failed.len() {
                    0 => "was undone".to_owned(),
                    count => format!("was undone but for {count} nodes"),
                };
                row("run.compensation_ended", None, summary.into(), None, at)?
            }
            Fact::EventEmitted { event: name, at } => {
                row("run.event_emitted", None, format!("emitted {name}").into(), None, at)?
            }
            Fact::FailureHandled {}
            | Fact::LoopStarted { .. }
            | Fact::IterationStarted {}
            | Fact::HistoryGrewLong {}
            // The failure that follows says the same.
            | Fact::LimitReached {}
            | Fact::NodeStarted { .. }
            | Fact::EffectRepeated { .. }
            | Fact::NodeSucceeded { .. }
            | Fact::RetryScheduled { .. }
            | Fact::NodeSkipped { .. }
            | Fact::NodeCancelled { .. }
            | Fact::DelayStarted(_) => return Ok(()),
        };
        self.rows.push(row);
        Ok(())
    }

    fn take_workflow(&mut self, event: &'a Recorded, payload: &'a str) -> Result<(), Error> {
        let (kind, summary, Done { at }) = match facts::read(event, payload)? {
            Deed::Created(done) => ("workflow.created", "was created", done),
            Deed::DraftSaved(done) => ("workflow.draft_saved", "was edited", done),
            Deed::DraftDiscarded(done) => {
                ("workflow.draft_discarded", "lost its unpublished edits", done)
            }
            Deed::Published(done) => ("workflow.published", "was published", done),
            Deed::Paused(done) => ("workflow.paused", "was paused", done),
            Deed::Resumed(done) => ("workflow.resumed", "was resumed", done),
            Deed::Archived(done) => ("workflow.archived", "was archived", done),
            Deed::RolledBack(done) => ("workflow.rolled_back", "was rolled back", done),
            Deed::OutputsPinned(done) => {
                ("workflow.outputs_pinned", "has other pinned outputs", done)
            }
            Deed::LimitsSet(done) => ("workflow.limits_set", "has other limits", done),
            Deed::ReviewRequested(done) => {
                ("workflow.review_requested", "waits for a review of its draft", done)
            }
            Deed::DraftApproved(done) => {
                ("workflow.draft_approved", "had its draft approved", done)
            }
            Deed::DraftRejected(done) => {
                ("workflow.draft_rejected", "had its draft rejected", done)
            }
            Deed::DraftCommented(done) => {
                ("workflow.draft_commented", "had its draft commented on", done)
            }
            Deed::Tagged(done) => ("workflow.tagged", "has other tags", done),
            Deed::Refilled(done) => ("workflow.refilled", "may start more runs", done),
            Deed::PauseReviewed(done) => {
                ("workflow.pause_reviewed", "has had the cause of its pause reviewed", done)
            }
        };
        self.rows.push(Row {
            event,
            kind,
            node: None,
            actor: facts::actor(event)?,
            summary: summary.into(),
            detail: None,
            at,
        });
        Ok(())
    }

    fn take_skip(&mut self, event: &'a Recorded) -> Result<(), Error> {
        let skip::Event::Skipped(skipped) =
            event.skip().map_err(|error| facts::poison(event, &error))?;
        self.rows.push(Row {
            event,
            kind: "workflow.trigger_skipped",
            node: None,
            actor: facts::actor(event)?,
            summary: format!("passed a trigger over: {}", skipped.message).into(),
            detail: None,
            at: skipped.at,
        });
        self.skipped.insert(event.position, skipped.workflow_id.to_string());
        Ok(())
    }

    async fn write(&self, connection: &mut PgConnection) -> Result<(), Error> {
        self.insert_open_runs(connection).await?;
        self.insert_rows(connection).await?;
        if self.ended.is_empty() {
            return Ok(());
        }
        sqlx::query!("delete from activity_open_runs where run_id = any ($1)", &self.ended as _)
            .execute(connection)
            .await
            .map(drop)
            .map_err(while_doing("forgetting runs that ended"))
    }

    /// Remembers the workflows of runs that go on behind this batch.
    async fn insert_open_runs(&self, connection: &mut PgConnection) -> Result<(), Error> {
        let ended: HashSet<_> = self.ended.iter().copied().collect();
        let open = self.born.iter().filter(|(run, _)| !ended.contains(*run));
        let (runs, workflows): (Vec<_>, Vec<_>) =
            open.map(|(run, workflow)| (*run, workflow.as_str())).unzip();
        if runs.is_empty() {
            return Ok(());
        }
        sqlx::query!(
            "insert into activity_open_runs (run_id, workflow_id)
             select * from unnest($1::text[], $2::text[])",
            &runs as _,
            &workflows as _,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("remembering the workflows of runs"))
    }

    async fn insert_rows(&self, connection: &mut PgConnection) -> Result<(), Error> {
        let rows = &self.rows;
        if rows.is_empty() {
            return Ok(());
        }
        let runs: Vec<_> = rows.iter().map(Row::run_id).collect();
        let workflows: Vec<_> = rows
            .iter()
            .map(|row| match row.run_id() {
                None => Some(match self.skipped.get(&row.event.position) {
                    Some(workflow) => workflow.as_str(),
                    None => row.event.aggregate_id.as_str(),
                }),
                Some(run) => self.born.get(run).map(Text::as_str),
            })
            .collect();
        let positions: Vec<_> = rows.iter().map(|row| row.event.position).collect();
        let organizations: Vec<_> =
            rows.iter().map(|row| row.event.organization.to_string()).collect();
        let kinds: Vec<_> = rows.iter().map(|row| row.kind).collect();
        let nodes: Vec<_> = rows.iter().map(|row| row.node.as_ref().map(Text::as_str)).collect();
        let actors: Vec<_> = rows.iter().map(|row| row.actor.as_str()).collect();
        let summaries: Vec<_> = rows.iter().map(|row| &*row.summary).collect();
        let details: Vec<_> = rows.iter().map(|row| row.detail.map(RawValue::get)).collect();
        let times: Vec<_> = rows.iter().map(|row| row.at).collect();
        sqlx::query!(
            "insert into activity (position, organization_id, kind, workflow_id, run_id, node_id,
                                   actor, summary, detail, occurred_at)
             select u.position, u.organization_id, u.kind, coalesce(u.workflow_id, o.workflow_id),
                    u.run_id, u.node_id, u.actor, u.summary, u.detail::json, u.occurred_at
               from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                           $7::text[], $8::text[], $9::text[], $10::timestamptz[])
                    u (position, organization_id, kind, workflow_id, run_id, node_id, actor, summary,
                       detail, occurred_at)
               left join activity_open_runs o on u.workflow_id is null and o.run_id = u.run_id",
            &positions,
            &organizations as _,
            &kinds as _,
            &workflows as _,
            &runs as _,
            &nodes as _,
            &actors as _,
            &summaries as _,
            &details as _,
            &times,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("writing activity"))
    }
}

impl Row<'_> {
    fn run_id(&self) -> Option<&str> {
        (self.event.aggregate_type == run::Run::TYPE).then_some(self.event.aggregate_id.as_str())
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where in the ledger.
    pub position: i64,
    /// What, as `run.failed` or `workflow.published`.
    pub kind: String,
    /// The workflow that it concerns.
    pub workflow_id: Option<String>,
    /// The run, if it concerns one.
    pub run_id: Option<String>,
    /// The node, if it concerns one.
    pub node_id: Option<String>,
    /// Who did it, or which part of the house.
    pub actor: String,
    /// What happened, in words.
    pub summary: String,
    /// JSON text: the whole failure, where there is one.
    pub detail: Option<String>,
    /// When.
    pub occurred_at: OffsetDateTime,
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those of this workflow and of its runs.
    pub workflow: Option<WorkflowId>,
    /// Only those of this run.
    pub run: Option<RunId>,
    /// None of these workflows, by id: they are private to others.
    pub hidden: Vec<String>,
}

/// The questions to `view_activity`. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Activity {
    views: Views,
    positions: Positions,
}

impl Activity {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// What happened in an organization, the latest first.
    pub async fn list(
        &self,
        organization: OrganizationId,
        filter: &Filter,
        paging: &Paging,
    ) -> Result<Page<Entry>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let before = paging.before()?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Entry,
            r#"select position as "position!", kind as "kind!", workflow_id, run_id, node_id,
                      actor as "actor!", summary as "summary!", detail::text as detail,
                      occurred_at as "occurred_at!"
                 from view_activity
                where organization_id = $1 and ($2::text is null or workflow_id = $2)
                  and ($3::text is null or run_id = $3) and ($4::bigint is null or position < $4)
                  and (workflow_id is null or workflow_id <> all ($7))
                order by position desc limit $5 offset $6"#,
            organization.to_string(),
            filter.workflow.map(|workflow| workflow.to_string()),
            filter.run.map(|run| run.to_string()),
            before,
            paging.fetched(),
            paging.offset,
            &filter.hidden,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing activity"))?;
        Ok(Page::of(items, paging, position, |entry| entry.position.to_string()))
    }
}
/// What an event tells people, if anything. Of a run's later events the workflow is left open:
/// only the first says it.
pub fn entry(event: &Recorded) -> Result<Option<Entry>, Error> {
    let one = [event];
    let (runs, workflows) = (facts::of_runs(&one)?, facts::of_workflows(&one)?);
    let mut batch = Batch::default();
    for (event, payload) in &runs {
        batch.take_run(event, payload)?;
    }
    for (event, payload) in &workflows {
        batch.take_workflow(event, payload)?;
    }
    if event.aggregate_type == skip::TYPE {
        batch.take_skip(event)?;
    }
    let workflow = match event.aggregate_type.as_ref() {
        "workflow" => Some(event.aggregate_id.clone()),
        skip::TYPE => batch.skipped.get(&event.position).cloned(),
        _ => batch.born.get(event.aggregate_id.as_str()).map(ToString::to_string),
    };
    Ok(batch.rows.first().map(|row| Entry {
        position: event.position,
        kind: row.kind.to_owned(),
        workflow_id: workflow,
        run_id: row.run_id().map(str::to_owned),
        node_id: row.node.as_ref().map(ToString::to_string),
        actor: row.actor.to_string(),
        summary: row.summary.clone().into_owned(),
        detail: row.detail.map(|detail| detail.get().to_owned()),
        occurred_at: row.at,
    }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::KINDS;

    #[test]
    fn the_list_of_types_is_what_entries_are_called() {
        let source = include_str!("activity.rs");
        let (_, fold) = source.split_once("impl<'a> Batch<'a>").expect("the fold");
        let (fold, _) = fold.split_once("async fn write").expect("the end of the fold");
        let is_kind = |text: &&str| text.starts_with("run.") || text.starts_with("workflow.");
        let called: BTreeSet<_> = fold.split('"').filter(is_kind).collect();
        assert_eq!(called, KINDS.iter().copied().collect());
        assert!(KINDS.is_sorted());
    }
}
