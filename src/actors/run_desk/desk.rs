//! The one door to runs: finds out who owns a run, hands over the order, waits for the answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use engine::{
    Compensate, Definition, Json, PayloadProblem, Place, Refusal, Start, Trigger, WaitMark,
    WorkflowRef,
};
use serde_json::Value;
use time::OffsetDateTime;
use tokio::sync::oneshot;

use crate::actors::order::{COOLING_DOWN, Context, Order, Placed, Refused, Resumed, StartRun};
use crate::actors::ownership::Ownership;
use crate::actors::postman::{self, Parcel};
use crate::actors::run_registry::{Route, RunRegistry};
use crate::aggregates::entry::{self, Scope, VARIABLES};
use crate::aggregates::skip;
use crate::catalog::input_problems;
use crate::journal::{
    Allowance, Append, Entries, Inbox, Journal, NewEvent, Reply, Side, StreamId, Tail, slot_of,
};
use crate::primitives::{Clock, CommandId, OrganizationId, RunId, WorkflowId};
use crate::triggers::{Limits, Lookup, TriggerIndex};

/// How often an order is handed over again when its run left memory at that very moment.
const MAX_HANDOVERS: u32 = 3;
/// How far the trigger index may be behind the ledger before a run is started all the same.
const INDEX_PATIENCE: Duration = Duration::from_millis(100);
/// How far it may be behind before it is believed that there is no such workflow.
const REFUSAL_PATIENCE: Duration = Duration::from_secs(5);
/// The refusals of a resume that came too late, as another process names them.
const SKIPPED: [&str; 2] = ["already_resumed", "expired"];
/// How long the answer of another process is awaited.
const FOREIGN_ANSWER: Duration = Duration::from_secs(5);
/// How long passes at most before it is looked for again.
const FOREIGN_LOOK: Duration = Duration::from_millis(25);
/// Events of one read of a stream.
const PAGE: i64 = 1_000;
/// When the caller of a refused order should come again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How many ids are drawn at most until one is of a slot of this process: enough where it owns a tenth of them.
const DRAWS: usize = 64;

/// Takes orders for runs; cheap to clone.
#[derive(Clone)]
pub struct RunDesk(pub(super) Arc<Inner>);

pub(super) struct Inner {
    registries: Vec<Addr<RunRegistry>>,
    ownership: Arc<Ownership>,
    index: Arc<TriggerIndex>,
    journal: Journal,
    entries: Entries,
    inbox: Inbox,
    tail: Tail,
    pub(super) clock: Arc<dyn Clock>,
}

/// Whether a start keeps to the workflow's cooldown.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// A trigger does.
    Kept,
    /// A person does not, nor a run that waits for another.
    Free,
}

/// What a desk needs; see [`RunDesk::new`].
pub struct Means {
    /// The registries of this process, one a share of the slots; none where it runs no workers.
    pub registries: Vec<Addr<RunRegistry>>,
    /// The slots of this process.
    pub ownership: Arc<Ownership>,
    /// The live workflows.
    pub index: Arc<TriggerIndex>,
    /// The ledger.
    pub journal: Journal,
    /// The way to runs of other processes.
    pub inbox: Inbox,
    /// Where their answers are seen.
    pub tail: Tail,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl RunDesk {
    /// A desk over these means.
    pub fn new(means: Means) -> Self {
        let Means { registries, ownership, index, journal, inbox, tail, clock } = means;
        let entries = Entries::new(journal.clone());
        Self(Arc::new(Inner { registries, ownership, index, journal, entries, inbox, tail, clock }))
    }

    /// The id of a run that is to begin, which this process is to execute if it executes any: an order that
    /// goes to another one costs two more transactions and a journey through the ledger.
    pub fn new_run(&self) -> RunId {
        let is_ours = |run: &RunId| self.0.ownership.fence(slot_of(&run.to_string())).is_some();
        let mut drawn = std::iter::repeat_with(RunId::generate).take(DRAWS);
        drawn.find(is_ours).unwrap_or_else(RunId::generate)
    }

    /// Who listens under a webhook's URL, by the hash of its secret.
    pub fn listener(&self, secret_hash: &str) -> Option<(OrganizationId, WorkflowId)> {
        self.0.index.listener(secret_hash)
    }

    /// Starts a run of the workflow's live version. A trigger that meets its cooldown is recorded.
    pub async fn start(&self, order: StartRun, context: Context) -> Result<Placed, Refused> {
        let StartRun { workflow, claim, .. } = &order;
        let (workflow_id, trigger_id) = (*workflow, claim.clone());
        let (kind, source) = (order.trigger.kind.clone(), order.trigger.source.clone());
        let placed = self.begin(order, context.clone()).await;
        if let Err(refused) = &placed
            && refused.code() == COOLING_DOWN
        {
            let reason = skip::Reason::CoolingDown;
            let (message, at) = (refused.to_string(), self.0.clock.now());
            let skipped =
                skip::Skipped { workflow_id, reason, kind, source, trigger_id, message, at };
            self.pass_over(skipped, context).await?;
        }
        placed
    }

    /// Starts a run, and records nothing when none begins.
    pub(in crate::actors) async fn begin(
        &self,
        order: StartRun,
        mut context: Context,
    ) -> Result<Placed, Refused> {
        let StartRun { run, workflow, trigger, input, claim, parent, subject } = order;
        let found = self.look_up(context.organization, workflow).await;
        self.must_have_units(context.organization)?;
        let live = match found {
            Lookup::Live(live) => live,
            // A person may run a paused workflow; what is stopped are automatic triggers.
            Lookup::Paused(live) if trigger.kind == "manual" => live,
            Lookup::Paused(_) => return Err(Refused::Paused),
            Lookup::NotLive => return Err(Refused::NotLive),
            Lookup::Unknown => return Err(Refused::UnknownWorkflow),
        };
        let problems = input_problems(&live.definition, &input);
        if !problems.is_empty() {
            return Err(Refused::Input(problems));
        }
        let at = self.0.clock.now();
        let subject = subject_of(&live.definition, &trigger, &input, (subject, at))?;
        let variables = self.kept(context.organization, workflow, &live.definition).await?;
        if let Some(trigger_id) = claim {
            context.side.push(Side::Claim { trigger_id });
        }
        // Whoever asks for a run, and a run that waits for it, is not made to wait.
        let waits = trigger.kind != "manual" && parent.is_none();
        context.side.extend(self.allowance(workflow, if waits { Pace::Kept } else { Pace::Free }));
        let start = Start {
            run_id: run.to_string(),
            definition: live.definition,
            workflow: WorkflowRef { id: workflow.to_string(), version: live.version },
            trigger,
            input,
            source_run: None,
            carried: BTreeMap::new(),
            parent,
            variables,
            subject,
            at,
            chance: rand::random(),
        };
        self.place(run, Order::Start(Box::new(start)), context).await
    }

    /// What a run of this workflow is taken from, where that is limited.
    pub(super) fn allowance(&self, workflow: WorkflowId, pace: Pace) -> Option<Side> {
        let limits = self.0.index.limits(workflow)?;
        let cooldown_ms = match pace {
            Pace::Kept => limits.cooldown_ms,
            Pace::Free => None,
        };
        let Limits { allotment, total, cooldown_ms: _ } = limits;
        Some(Side::Allowance(Allowance { workflow, allotment, total, cooldown_ms }))
    }

    /// Writes down that a trigger started nothing, once. A firing that names itself is taken by
    /// that: it starts nothing when it comes again.
    pub(in crate::actors) async fn pass_over(
        &self,
        skipped: skip::Skipped,
        context: Context,
    ) -> Result<(), Refused> {
        let claim = skipped.trigger_id.clone().map(|trigger_id| Side::Claim { trigger_id });
        let append = Append {
            stream: StreamId::skip(context.command),
            expected: 0,
            events: vec![NewEvent::of(&skip::Event::Skipped(skipped))?],
            metadata: context.into_metadata(),
            fence: None,
            subject: None,
            side: claim.into_iter().collect(),
        };
        self.0.journal.append(append).await?;
        Ok(())
    }

    /// What the variables hold that the workflow keeps between its runs.
    async fn kept(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
        definition: &Definition,
    ) -> Result<Option<Json>, Refused> {
        let mut kept = serde_json::Map::new();
        for name in definition.kept_variables() {
            let Ok(place) = entry::Place::new(Scope::Workflow(workflow), VARIABLES, name) else {
                continue;
            };
            let entry = self.0.entries.read(organization, &place).await?;
            if let Some(value) = entry.value() {
                kept.insert(name.to_owned(), (**value).clone());
            }
        }
        Ok((!kept.is_empty()).then(|| Arc::new(Value::Object(kept))))
    }

    /// Starts a run of a definition that belongs to no workflow. It was validated before.
    pub async fn start_alone(
        &self,
        run: RunId,
        definition: Arc<Definition>,
        trigger: Trigger,
        context: Context,
    ) -> Result<Placed, Refused> {
        self.must_have_units(context.organization)?;
        let problems = input_problems(&definition, &trigger.body);
        if !problems.is_empty() {
            return Err(Refused::Input(problems));
        }
        let at = self.0.clock.now();
        let subject = subject_of(&definition, &trigger, &trigger.body, (None, at))?;
        let start = Start {
            run_id: run.to_string(),
            definition,
            workflow: WorkflowRef { id: WorkflowId::NONE.to_string(), version: 0 },
            input: Arc::clone(&trigger.body),
            trigger,
            source_run: None,
            carried: BTreeMap::new(),
            parent: None,
            variables: None,
            subject,
            at,
            chance: rand::random(),
        };
        self.place(run, Order::Start(Box::new(start)), context).await
    }

    /// Nothing new begins when the compute units are used up; what has begun goes on to its end.
    pub(super) fn must_have_units(&self, organization: OrganizationId) -> Result<(), Refused> {
        self.0.index.shortage(organization).map_or(Ok(()), |it| Err(Refused::OutOfUnits(it)))
    }

    /// What a workflow runs now. One that was published a moment ago is seen: the index is behind
    /// the ledger only as long as it takes to look at the last events. An index that is further
    /// behind is believed when it says that a workflow runs, and not when it says that none does.
    pub(super) async fn look_up(
        &self,
        organization: OrganizationId,
        workflow: WorkflowId,
    ) -> Lookup {
        let (head, index) = (self.0.tail.head(), &self.0.index);
        if index.position() < head && !index.wait_for(head, INDEX_PATIENCE).await {
            tracing::warn!(
                position = head,
                "the trigger index is more than {} ms behind the ledger",
                INDEX_PATIENCE.as_millis()
            );
            if matches!(index.live(organization, workflow), Lookup::NotLive | Lookup::Unknown) {
                index.wait_for(head, REFUSAL_PATIENCE).await;
            }
        }
        index.live(organization, workflow)
    }

    /// Lets every wait of a run for a signal go on.
    pub async fn signal(
        &self,
        run: RunId,
        signal: String,
        data: Json,
        context: Context,
    ) -> Result<Placed, Refused> {
        self.place(run, Order::Signal { signal, data }, context).await
    }

    /// Ends a run before its time.
    pub async fn cancel(
        &self,
        run: RunId,
        reason: Option<String>,
        compensate: Compensate,
        context: Context,
    ) -> Result<Placed, Refused> {
        self.place(run, Order::Cancel { reason, compensate }, context).await
    }

    /// Lets nothing new start in a run.
    pub async fn pause(
        &self,
        run: RunId,
        reason: Option<String>,
        context: Context,
    ) -> Result<Placed, Refused> {
        self.place(run, Order::Pause { reason }, context).await
    }

    /// Lets a paused run go on.
    pub async fn unpause(&self, run: RunId, context: Context) -> Result<Placed, Refused> {
        self.place(run, Order::Unpause, context).await
    }

    /// Lets a waiting node go on.
    pub async fn resume(
        &self,
        run: RunId,
        node: Place,
        data: Json,
        source: String,
        context: Context,
    ) -> Result<Resumed, Refused> {
        match self.place(run, Order::Resume { node, data, source }, context).await {
            Ok(placed) => Ok(Resumed::Resumed(placed)),
            Err(Refused::Run(
                refusal @ (Refusal::AlreadyResumed { .. } | Refusal::Expired { .. }),
            )) => Ok(Resumed::Skipped { reason: refusal.to_string() }),
            Err(Refused::Elsewhere { code, message }) if SKIPPED.contains(&code.as_str()) => {
                Ok(Resumed::Skipped { reason: message })
            }
            Err(refused) => Err(refused),
        }
    }

    /// Says of a waiting node for what it waits now.
    pub async fn mark(
        &self,
        run: RunId,
        node: Place,
        (mark, reason): (WaitMark, Option<String>),
        source: String,
        context: Context,
    ) -> Result<Placed, Refused> {
        self.place(run, Order::Mark { node, mark, reason, source }, context).await
    }

    /// Hands an order of the house itself to a run of this process.
    pub async fn tell(
        &self,
        run: RunId,
        order: Order,
        context: Context,
    ) -> Result<Placed, Refused> {
        self.hand_over(run, order, context).await
    }

    pub(super) async fn place(
        &self,
        run: RunId,
        order: Order,
        context: Context,
    ) -> Result<Placed, Refused> {
        if self.0.ownership.fence(slot_of(&run.to_string())).is_some() {
            match self.hand_over(run, order.clone(), context.clone()).await {
                Err(Refused::Moved) => {}
                answer => return answer,
            }
        }
        self.send_away(run, order, context).await
    }

    async fn hand_over(
        &self,
        run: RunId,
        order: Order,
        context: Context,
    ) -> Result<Placed, Refused> {
        let slot = usize::try_from(slot_of(&run.to_string())).unwrap_or_default();
        let Some(registry) = self.0.registries.get(slot % self.0.registries.len().max(1)) else {
            return Err(Refused::Moved);
        };
        for _ in 0..MAX_HANDOVERS {
            let (answer, wait) = oneshot::channel();
            let (order, context) = (order.clone(), context.clone());
            registry
                .try_send(Route { run, order, context, answer })
                .map_err(|_| Refused::Busy { retry_after: RETRY_AFTER })?;
            // No answer: the run left memory, or its actor died. The command's id makes sure that
            // an order that was carried out after all is not carried out twice.
            if let Ok(placed) = wait.await {
                return placed;
            }
        }
        Err(Refused::Unanswered)
    }

    /// Puts the order into the inbox of the run's owner and waits for what becomes of it.
    async fn send_away(
        &self,
        run: RunId,
        order: Order,
        context: Context,
    ) -> Result<Placed, Refused> {
        let command = context.command;
        let parcel =
            serde_json::to_string(&Parcel::wrap(order, context)).map_err(Refused::Unwritable)?;
        self.0.inbox.put(command, slot_of(&run.to_string()), run, &parcel).await?;
        let give_up = tokio::time::Instant::now() + FOREIGN_ANSWER;
        let mut head = self.0.tail.watch_head();
        while tokio::time::Instant::now() < give_up {
            match self.0.inbox.reply(command).await? {
                Reply::Done => return self.outcome_of(run, command).await,
                Reply::Refused(refusal) => {
                    self.0.inbox.remove(command).await?;
                    let postman::Refusal { code, message } =
                        serde_json::from_str(&refusal).map_err(Refused::Unwritable)?;
                    return Err(Refused::Elsewhere { code, message });
                }
                // Looked at again when the ledger grows, and a little later in any case.
                Reply::Waiting => {
                    let _ = tokio::time::timeout(FOREIGN_LOOK, head.changed()).await;
                }
            }
        }
        Err(Refused::Unanswered)
    }

    /// Where the events of a command that another process carried out are.
    async fn outcome_of(&self, run: RunId, command: CommandId) -> Result<Placed, Refused> {
        let (stream, command) = (StreamId::run(run), command.to_string());
        let (mut after, mut sequence) = (0, 0);
        loop {
            let page = self.0.journal.read_stream(&stream, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for recorded in &page {
                if recorded.metadata_map()?.get("command_id") == Some(&command) {
                    sequence = recorded.sequence;
                }
            }
        }
        // Nothing that was carried out leaves nothing: whoever asks again learns what became of it.
        if after == 0 {
            return Err(Refused::Unanswered);
        }
        let repeated = sequence == 0;
        Ok(Placed { run, sequence: if repeated { after } else { sequence }, repeated })
    }

    pub(super) async fn load(&self, run: RunId, context: &Context) -> Result<engine::Run, Refused> {
        let stream = StreamId::run(run);
        let mut state = engine::Run::default();
        let mut after = 0;
        loop {
            let page = self.0.journal.read_stream(&stream, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for recorded in &page {
                if recorded.organization != context.organization {
                    return Err(Refused::UnknownRun);
                }
                state.apply(&recorded.fact()?.0);
            }
        }
        if after == 0 { Err(Refused::UnknownRun) } else { Ok(state) }
    }
}

/// Whose personal data a run would handle: as what begins it does, or as its definition says.
fn subject_of(
    definition: &Arc<Definition>,
    trigger: &Trigger,
    input: &Json,
    (inherited, at): (Option<String>, OffsetDateTime),
) -> Result<Option<String>, Refused> {
    let refuse = |message| Refused::Input(vec![PayloadProblem { path: String::new(), message }]);
    if inherited.is_some() {
        return match definition.keeper() {
            None => Ok(inherited),
            Some(what) => Err(refuse(format!(
                "whoever begins this workflow handles personal data, and it keeps what it is given outside of its \
                 run: {what}"
            ))),
        };
    }
    engine::subject_of(definition, trigger, input, at).map_err(|why| {
        refuse(format!("the workflow's personal.subject must say whose data this is, and {why}"))
    })
}
