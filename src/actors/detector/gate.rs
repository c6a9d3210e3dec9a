//! Where every firing of a trigger is decided, once: a run begins, a wait goes on, or it is passed
//! over, and the ledger says why.

use std::sync::Arc;

use engine::{Lane, Trigger};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::lanes::Lanes;
use crate::actors::order::{Context, Placed, Refused, Resumed, StartRun};
use crate::actors::run_desk::RunDesk;
use crate::aggregates::skip;
use crate::journal::Side;
use crate::journal::partitions::birth;
use crate::primitives::{Clock, CommandId, OrganizationId, RunId, WorkflowId};
use crate::triggers::Subscriber;

/// How long the id of a firing may be, in bytes.
pub const MAX_FIRING_ID: usize = 200;

/// A trigger has fired.
#[derive(Debug, Clone)]
pub struct Firing {
    /// Whose trigger it is.
    pub organization: OrganizationId,
    /// Whom it is for.
    pub subscriber: Subscriber,
    /// What identifies it within the organization, derived from what happened: the same id starts
    /// nothing a second time, whoever fires it and however much later. At most [`MAX_FIRING_ID`]
    /// bytes.
    pub id: String,
    /// What it tells the run.
    pub trigger: Trigger,
    /// How urgent it is.
    pub lane: Lane,
    /// The event of the ledger that led to it, as `stream#sequence`.
    pub causation: Option<String>,
    /// What ties it to a story beyond the run.
    pub correlation: Option<String>,
    /// When it happened, or a time that is the same whenever it is fired again.
    pub at: OffsetDateTime,
}

/// What became of a firing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fired {
    /// A run has begun.
    Started(Placed),
    /// A wait goes on.
    Resumed(Placed),
    /// It had been fired before.
    Repeated {
        /// The run that began then; none where it was passed over.
        run: Option<RunId>,
    },
    /// It starts nothing, and the ledger says so.
    Skipped {
        /// Why.
        reason: skip::Reason,
        /// Why, in words.
        message: String,
    },
    /// The wait that it was for has gone on already.
    TooLate,
}

impl Fired {
    /// A word for it, for metrics and logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Started(_) => "started",
            Self::Resumed(_) => "resumed",
            Self::Repeated { .. } => "repeated",
            Self::Skipped { .. } => "skipped",
            Self::TooLate => "too_late",
        }
    }
}

/// The gate; cheap to clone.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

struct Inner {
    desk: RunDesk,
    clock: Arc<dyn Clock>,
    lanes: Lanes,
}

impl Gate {
    /// A gate before the runs of this desk.
    pub fn new(desk: RunDesk, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { desk, clock, lanes: Lanes::new() }))
    }

    /// Decides a firing and carries it out.
    ///
    /// # Errors
    /// It may or may not have been carried out: fire it again with the same id.
    pub async fn fire(&self, firing: Firing) -> Result<Fired, Refused> {
        self.decide(firing, None).await
    }

    /// The same for a firing that starts nothing where another one has begun a run under the same
    /// claim.
    ///
    /// # Errors
    /// As of [`Gate::fire`].
    pub async fn fire_alone(&self, firing: Firing, claim: String) -> Result<Fired, Refused> {
        self.decide(firing, Some(claim)).await
    }

    /// Records that a firing starts nothing because a run of its kind goes on.
    ///
    /// # Errors
    /// As of [`Gate::fire`].
    pub async fn pass_over(&self, firing: Firing, message: String) -> Result<Fired, Refused> {
        let Subscriber::Workflow(workflow_id) = firing.subscriber else {
            return Ok(Fired::TooLate);
        };
        let (context, reason) = (context(&firing), skip::Reason::AlreadyRunning);
        let Firing { id, trigger, .. } = firing;
        let skipped = skip::Skipped {
            workflow_id,
            reason,
            kind: trigger.kind,
            source: trigger.source,
            trigger_id: Some(id),
            message: message.clone(),
            at: self.0.clock.now(),
        };
        self.0.desk.pass_over(skipped, context).await?;
        Ok(Fired::Skipped { reason, message })
    }

    async fn decide(&self, firing: Firing, claim: Option<String>) -> Result<Fired, Refused> {
        let (lane, kind) = (firing.lane, firing.trigger.kind.clone());
        let begun = Instant::now();
        let held = self.0.lanes.enter(lane).await?;
        metrics::histogram!("chainkeel_firing_wait_seconds", "lane" => lane.as_str())
            .record(begun.elapsed());
        let fired = match firing.subscriber.clone() {
            Subscriber::Workflow(workflow) => self.start(workflow, firing, claim).await,
            Subscriber::Wait { run, node } => {
                let context = context(&firing);
                let Trigger { kind, body, .. } = firing.trigger;
                match self.0.desk.resume(run, node, body, kind, context).await {
                    Ok(Resumed::Resumed(placed)) => Ok(Fired::Resumed(placed)),
                    Ok(Resumed::Skipped { .. }) => Ok(Fired::TooLate),
                    Err(refused) if refused.waits_no_longer() => Ok(Fired::TooLate),
                    Err(refused) => Err(refused),
                }
            }
        };
        drop(held);
        let outcome = fired.as_ref().map_or("failed", Fired::as_str);
        metrics::counter!("chainkeel_firings_total", "kind" => kind, "outcome" => outcome)
            .increment(1);
        fired
    }

    async fn start(
        &self,
        workflow: WorkflowId,
        firing: Firing,
        claim: Option<String>,
    ) -> Result<Fired, Refused> {
        let context = context(&firing);
        let again = claim.is_some().then(|| firing.clone());
        let Firing { id, trigger, at, .. } = firing;
        let (kind, source) = (trigger.kind.clone(), trigger.source.clone());
        // What was missed for long begins its run today: the month in which it was due may have left the database.
        let born = birth(at, self.0.clock.now());
        let own = RunId::derived(born, &format!("{workflow} {id}"));
        let order = StartRun {
            run: own,
            workflow,
            input: Arc::clone(&trigger.body),
            trigger,
            claim: Some(id.clone()),
            parent: None,
            subject: None,
        };
        let mut within = context.clone();
        within.side.extend(claim.map(|trigger_id| Side::Claim { trigger_id }));
        let refused = match self.0.desk.begin(order, within).await {
            Ok(Placed { run, repeated: true, .. }) => {
                if let Some(firing) = again.filter(|_| run != own) {
                    let message = format!("run {run} has begun in its place");
                    return self.pass_over(firing, message).await;
                }
                return Ok(Fired::Repeated { run: Some(run) });
            }
            Ok(placed) => return Ok(Fired::Started(placed)),
            Err(refused) => refused,
        };
        let Some(reason) = reason(&refused) else {
            if refused.code() == Refused::PassedOver.code() {
                return Ok(Fired::Repeated { run: None });
            }
            return Err(refused);
        };
        let (message, at) = (words(&refused), self.0.clock.now());
        let skipped = skip::Skipped {
            workflow_id: workflow,
            reason,
            kind,
            source,
            trigger_id: Some(id),
            message: message.clone(),
            at,
        };
        self.0.desk.pass_over(skipped, context).await?;
        Ok(Fired::Skipped { reason, message })
    }
}

fn context(firing: &Firing) -> Context {
    let Firing { organization, id, trigger, at, subscriber, .. } = firing;
    Context {
        organization: *organization,
        actor: format!("trigger:{}", trigger.kind),
        command: CommandId::derived(*at, &format!("{subscriber} {id}")),
        causation: firing.causation.clone(),
        correlation: firing.correlation.clone(),
        side: Vec::new(),
    }
}

/// Why a trigger starts nothing, where that is the last word; none where it may be tried again.
fn reason(refused: &Refused) -> Option<skip::Reason> {
    // By its word: the run's owner may be another process.
    match refused.code() {
        "cooling_down" => Some(skip::Reason::CoolingDown),
        "runs_used_up" => Some(skip::Reason::RunsUsedUp),
        "out_of_units" => Some(skip::Reason::OutOfUnits),
        "invalid_input" => Some(skip::Reason::InvalidInput),
        "paused" => Some(skip::Reason::Paused),
        "not_live" | "unknown_workflow" => Some(skip::Reason::NotLive),
        _ => None,
    }
}

/// The refusal with its first place, where it has some.
fn words(refused: &Refused) -> String {
    if let Refused::Input(problems) = refused
        && let Some(first) = problems.first()
    {
        return format!("{refused}: {} {}", first.path, first.message);
    }
    refused.to_string()
}
