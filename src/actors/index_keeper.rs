//! Keeps the trigger index current: every workflow's events and the view of open waits at the
//! start, then the tail.

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::Aggregate;
use engine::Place;
use serde_json::Value;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use crate::aggregates::account::{self, Account};
use crate::aggregates::run::Run;
use crate::aggregates::workflow::{Status, Workflow};
use crate::journal::{Error, Interest, Journal, Recorded, Tail};
use crate::primitives::{OrganizationId, RunId, WorkflowId};
use crate::projections::waits::{self, Heard, Waiting};
use crate::projections::{self, HouseViews, Positions, Views};
use crate::triggers::{Limits, Listing, Live, Shortage, TriggerIndex};

/// Events of one read.
const PAGE: i64 = 1_000;

/// What the keeper's loop needs.
#[derive(Clone)]
pub struct IndexKeeper {
    /// The ledger.
    pub journal: Journal,
    /// Its end.
    pub tail: Tail,
    /// The index that is kept.
    pub index: Arc<TriggerIndex>,
    /// Where the open waits are read at the start, of one organization after the other.
    pub views: Views,
    /// Which organizations these are.
    pub across: HouseViews,
    /// How far the view of waits has come.
    pub positions: Positions,
}

/// What keeps the index from being kept.
#[derive(Debug, thiserror::Error)]
pub enum Blind {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] Error),
    /// The view of open waits.
    #[error("asking who waits for triggers")]
    Waits(#[from] projections::Error),
}

impl IndexKeeper {
    /// Keeps the index until it is told to stop.
    ///
    /// What it learns of the past is shown when all of it was read: a version that was live once
    /// must not look live for a moment.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Blind> {
        let mut workflows = HashMap::new();
        let head = self.tail.head();
        for kind in [Workflow::TYPE, Account::TYPE] {
            let mut after = 0;
            loop {
                let page = self.journal.read_kind(kind, after, head, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.position;
                for recorded in &page {
                    self.take(&mut workflows, recorded)?;
                }
            }
        }
        for (id, watched) in &workflows {
            self.show(*id, watched);
        }
        self.take_waits(head).await?;
        self.index.reached(head);
        let mut subscription = self.tail.subscribe_to(Interest::new(concerns), head);
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                batch = subscription.next() => batch?,
            };
            for recorded in batch.iter() {
                if let Some(changed) = self.take(&mut workflows, recorded)?
                    && let Some(watched) = workflows.get(&changed)
                {
                    self.show(changed, watched);
                }
            }
            self.index.reached(subscription.position());
        }
    }

    /// Takes the waits that are open: as the view has them, and what came after it.
    async fn take_waits(&self, head: i64) -> Result<(), Blind> {
        let mut seen = self.positions.of(waits::Projector::NAME).await?;
        for (organization, kind) in waits::sought(&self.across).await? {
            let mut after = (String::new(), String::new());
            loop {
                let last = (after.0.as_str(), after.1.as_str());
                let page = waits::waiting_for_trigger(&self.views, organization, &kind, last, PAGE)
                    .await?;
                let Some(last) = page.last() else { break };
                after = (last.run.to_string(), last.node.to_string());
                for Waiting { run, node, config } in page {
                    self.open(organization, run, node, &kind, &config);
                }
            }
        }
        while seen < head {
            let page = self.journal.read_after(seen, PAGE).await?;
            let Some(last) = page.last() else { break };
            seen = last.position;
            for recorded in page.iter().filter(|event| event.aggregate_type == Run::TYPE) {
                self.hear(recorded)?;
            }
        }
        Ok(())
    }

    fn open(
        &self,
        organization: OrganizationId,
        run: RunId,
        node: Place,
        kind: &str,
        config: &str,
    ) {
        if let Ok(settings) = serde_json::from_str(config) {
            self.index.wait_opened(organization, run, node, kind, Arc::new(settings));
        }
    }

    /// Notes that a run waits for a trigger, or does no longer.
    fn hear(&self, recorded: &Recorded) -> Result<(), Blind> {
        let Some(heard) = waits::heard(recorded)? else { return Ok(()) };
        let Ok(run) = recorded.aggregate_id.parse() else { return Ok(()) };
        match heard {
            Heard::Opened { node, kind, config } => {
                self.open(recorded.organization, run, node, &kind, &config);
            }
            Heard::Closed { node } => self.index.wait_closed(run, node),
        }
        Ok(())
    }

    /// The workflow that an event changes. Most events are none of the index's business.
    fn take(
        &self,
        workflows: &mut HashMap<WorkflowId, Watched>,
        recorded: &Recorded,
    ) -> Result<Option<WorkflowId>, Blind> {
        match recorded.aggregate_type.as_ref() {
            Workflow::TYPE => return Ok(Some(apply(workflows, recorded)?)),
            Account::TYPE => self.note(recorded)?,
            Run::TYPE => self.hear(recorded)?,
            _ => {}
        }
        Ok(None)
    }

    /// Notes that an organization's compute units are used up, or that there are some again.
    fn note(&self, recorded: &Recorded) -> Result<(), Error> {
        let shortage = match recorded.account()? {
            account::Event::Exhausted { balance, threshold, at, .. } => {
                Some(Shortage { balance, threshold, since: at })
            }
            account::Event::Replenished { .. } | account::Event::Unmetered { .. } => None,
            account::Event::Metered { .. }
            | account::Event::ToppedUp { .. }
            | account::Event::Granted { .. } => return Ok(()),
        };
        self.index.note_shortage(recorded.organization, shortage);
        Ok(())
    }

    fn show(&self, id: WorkflowId, watched: &Watched) {
        let workflow = &watched.workflow;
        let Some(organization) = workflow.organization else { return };
        let live = workflow
            .live_definition()
            .filter(|_| workflow.status != Status::Archived)
            .and_then(|(version, definition)| live(id, version, definition));
        let listing = Listing {
            organization,
            webhook_secret_hash: workflow.webhook_secret_hash.clone(),
            live,
            paused: workflow.status == Status::Paused,
            since: watched.armed.as_ref().map(|armed| armed.since),
            limits: limits(workflow),
            private_to: workflow.is_private().then(|| workflow.created_by.clone()),
        };
        self.index.list(id, listing);
    }
}

/// A workflow, and since when its trigger has been what it is.
#[derive(Default)]
struct Watched {
    workflow: Workflow,
    armed: Option<Armed>,
}

/// A trigger that starts runs.
struct Armed {
    /// Its node.
    trigger: Value,
    /// Since when: it was published, or resumed.
    since: OffsetDateTime,
}

impl Watched {
    /// Notes whether its trigger starts runs now. A version with the same trigger changes nothing.
    fn arm(&mut self) {
        let live =
            self.workflow.live_definition().filter(|_| self.workflow.status == Status::Active);
        let trigger = live.map(|(_, definition)| root_of(definition));
        self.armed = match (self.armed.take(), trigger) {
            (_, None) => None,
            (Some(armed), Some(trigger)) if armed.trigger == trigger => Some(armed),
            (_, Some(trigger)) => {
                // None was published before it was watched.
                let since = self.workflow.watched_since.unwrap_or(OffsetDateTime::UNIX_EPOCH);
                Some(Armed { trigger, since })
            }
        };
    }
}

/// The trigger of a definition in its normal form: what it is, and what it is told.
fn root_of(definition: &Value) -> Value {
    let root = definition.pointer("/nodes/root");
    let of = |name: &str| root.and_then(|root| root.get(name)).cloned().unwrap_or_default();
    serde_json::json!([of("type"), of("payload")])
}

/// Whether an event of this type may change the index.
fn concerns(aggregate_type: &str, event_type: &str) -> bool {
    match aggregate_type {
        Workflow::TYPE | Account::TYPE => true,
        Run::TYPE => waits::is_heard(event_type),
        _ => false,
    }
}

fn apply(
    workflows: &mut HashMap<WorkflowId, Watched>,
    recorded: &Recorded,
) -> Result<WorkflowId, Error> {
    let id: WorkflowId = recorded
        .aggregate_id
        .parse()
        .map_err(|_| Error::Damaged(format!("{} is no workflow's id", recorded.aggregate_id)))?;
    let watched = workflows.entry(id).or_default();
    let workflow = &mut watched.workflow;
    workflow.apply(recorded.workflow()?);
    // Only the live version is needed here; the others stay on the ledger.
    if let Some(live) = workflow.live {
        workflow.versions.retain(|number, _| *number == live);
    }
    watched.arm();
    Ok(id)
}

/// What those who start runs have to know of its limits.
fn limits(workflow: &Workflow) -> Option<Limits> {
    let bounded = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let total = workflow.total_runs().map(bounded);
    let cooldown_ms = workflow.limits.cooldown_ms.map(bounded);
    let allotment = bounded(workflow.allotment.since);
    (total.is_some() || cooldown_ms.is_some()).then_some(Limits { allotment, total, cooldown_ms })
}

fn live(id: WorkflowId, version: u32, definition: &engine::Json) -> Option<Live> {
    match engine::parse(definition) {
        Ok(definition) => Some(Live { version, definition: Arc::new(definition) }),
        Err(problems) => {
            // It was valid when it was published: this program has forgotten how to read it.
            let problem = problems.first().map(|problem| problem.message.as_str());
            tracing::error!(workflow.id = %id, version, problem, "version {version} of workflow {id} cannot be read and does not run");
            None
        }
    }
}
