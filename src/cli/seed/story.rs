//! One run as the ledger has it: its own stream, and those of its tasks.

use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::Aggregate as _;
use engine::rehearsal::{Bounds, End, Rehearsal, rehearse};
use engine::{Compensate, Fact, ManualTask, Start, Stimulus, WorkflowRef};
use time::{Duration, OffsetDateTime};

use super::answers::{Fate, World};
use super::chance::Chance;
use super::people::PEOPLE;
use super::workflows::Published;
use crate::aggregates::run;
use crate::aggregates::task::{self, CancelCause, Opening, Order, Task};
use crate::journal::bulk::Dated;
use crate::journal::{Error, Metadata, NewEvent, StreamId};
use crate::primitives::{CommandId, OrganizationId, RunId, TaskId};

/// A run that would be in the middle of an effect when the story ends is told this much further, and again: a server
/// would perform that effect.
const FURTHER: Duration = Duration::seconds(40);
/// How often.
const TRIES: i32 = 6;
/// From an event's decision until it is recorded.
const COMMIT: Duration = Duration::milliseconds(3);
/// From a task's answer until its run goes on.
const REACTION: Duration = Duration::milliseconds(40);
/// Who ties runs and tasks together, as events name them.
const TIES: &str = "system:task-reaction";

/// Events of a stream, each with its moment.
type Happenings = Vec<(NewEvent, OffsetDateTime)>;

/// Whose runs are told, and until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Teller {
    pub(super) organization: OrganizationId,
    pub(super) seed: u64,
    pub(super) until: OffsetDateTime,
}

impl Teller {
    /// The events of the run of this number, in streams.
    pub(super) fn run(
        self,
        number: u64,
        workflow: &Published,
        at: OffsetDateTime,
        is_open: bool,
    ) -> Result<Vec<Vec<Dated>>, Error> {
        let mut chance = Chance::of(self.seed, "run", number);
        let run = RunId::derived(at, &format!("seed {} run {number}", self.seed));
        let mut trigger = workflow.shape.begun(&workflow.party, at, &mut chance);
        let drawn = Fate::drawn(workflow.shape, &mut chance);
        let fate = if is_open { Fate::Open } else { drawn };
        if is_open {
            // A large one, so that it does come to a person.
            trigger.body = large(&trigger.body, &mut chance);
        }
        let start = Start {
            definition: Arc::clone(&workflow.definition),
            workflow: WorkflowRef { id: workflow.id.to_string(), version: workflow.version },
            input: Arc::clone(&trigger.body),
            trigger,
            run_id: run.to_string(),
            source_run: None,
            carried: BTreeMap::new(),
            parent: None,
            variables: None,
            subject: None,
            at,
            chance: 0.0,
        };
        let seed = chance.seed();
        let mut facts = self.played(run, workflow, (start, fate), seed);
        for fact in &mut facts {
            if let Fact::WaitResumed { by, source, .. } = fact {
                let who = if source == "manual" { "admin" } else { TIES };
                who.clone_into(by);
            }
        }
        let actor = match workflow.shape.trigger() {
            "manual" => "admin".to_owned(),
            kind => format!("trigger:{kind}"),
        };
        let tasks = self.tasks(run, workflow, &facts, &mut chance)?;
        let mut streams = Vec::with_capacity(1 + tasks.len());
        let events = facts.into_iter().map(|fact| {
            let recorded = fact.at() + COMMIT;
            NewEvent::of(&run::Event(fact)).map(|event| (event, recorded))
        });
        let events = events.collect::<Result<Vec<_>, _>>()?;
        streams.push(self.stream(&StreamId::run(run), (actor, at), events)?);
        for (task, events) in tasks {
            let by = (TIES.to_owned(), at);
            streams.push(self.stream(&StreamId::task(task), by, events)?);
        }
        Ok(streams)
    }

    fn stream(
        self,
        stream: &StreamId,
        (actor, at): (String, OffsetDateTime),
        events: Happenings,
    ) -> Result<Vec<Dated>, Error> {
        let command =
            CommandId::derived(at, &format!("seed {} {}", self.seed, stream.aggregate_id));
        Dated::stream(stream, &Metadata::new(self.organization, actor, command), events)
    }

    /// What happens in the run up to the end of the story.
    fn played(
        self,
        run: RunId,
        workflow: &Published,
        (start, fate): (Start, Fate),
        seed: u64,
    ) -> Vec<Fact> {
        let at = start.at;
        let rest = Duration::minutes(Chance::of(seed, "rest", 0).skewed(1, 90));
        let whole = self.until - at;
        let time = if fate == Fate::Cancelled { whole.min(rest) } else { whole };
        let mut further = Duration::ZERO;
        let mut played = None;
        for _ in 0..TRIES {
            let mut chance = Chance::of(seed, "world", 0);
            let mut world = World { run, shape: workflow.shape, fate, chance: &mut chance };
            let bounds = Bounds { time: time + further, ..Bounds::default() };
            let tried = rehearse(start.clone(), &mut world, bounds, seed);
            further += FURTHER;
            let is_between = tried.run.effects_in_flight().next().is_none();
            played = Some(tried);
            if is_between {
                break;
            }
        }
        let Some(Rehearsal { mut facts, run, end, .. }) = played else { return Vec::new() };
        let rests = matches!(end, End::Unanswered(_) | End::OutOfTime(_));
        if fate == Fate::Cancelled && rests && at + rest < self.until {
            let by = "admin".to_owned();
            let reason = Some("entered by mistake".to_owned());
            let cancel = Stimulus::Cancel { by, reason, compensate: Compensate::No };
            let ended = engine::decide(&run, cancel, at + rest, 0.0);
            facts.extend(ended.unwrap_or_default());
        }
        facts
    }

    /// The tasks of the run, each with its events.
    fn tasks(
        self,
        run: RunId,
        workflow: &Published,
        facts: &[Fact],
        chance: &mut Chance,
    ) -> Result<Vec<(TaskId, Happenings)>, Error> {
        let mut told: BTreeMap<String, (TaskId, Told)> = BTreeMap::new();
        for fact in facts {
            match fact {
                Fact::WaitOpened { node, kind, input, due_at, at } if &**kind == "manual-task" => {
                    let Ok(asked) = ManualTask::of(input) else { continue };
                    let opening = Opening {
                        id: TaskId::of(run, &node.to_string()),
                        organization: self.organization,
                        approval: None,
                        run,
                        node: node.to_string(),
                        workflow: workflow.id,
                        task: asked,
                        opened_at: *at,
                        expires_at: *due_at,
                    };
                    let (id, mut task) = (opening.id, Told::default());
                    task.order(TIES, *at + REACTION, Order::Create(Box::new(opening)))?;
                    if chance.permille(300) {
                        let claimed = *at + Duration::minutes(chance.between(1, 3));
                        let by = answered(facts, node).unwrap_or(*chance.one(&PEOPLE));
                        task.order(by, claimed.min(self.until), Order::Claim)?;
                    }
                    told.insert(node.to_string(), (id, task));
                }
                Fact::WaitResumed { node, data, at, .. } => {
                    let Some((_, task)) = told.get_mut(&node.to_string()) else { continue };
                    let text = |name: &str| data.get(name).and_then(serde_json::Value::as_str);
                    let by = text("by").unwrap_or_default();
                    let order = match text("reason") {
                        Some(reason) => Order::Reject { reason: reason.to_owned() },
                        None => Order::Complete {
                            data: Arc::new(data.get("data").cloned().unwrap_or_default()),
                        },
                    };
                    task.order(by, *at - REACTION, order)?;
                }
                Fact::WaitTimedOut { node, at, .. } => {
                    let Some((_, task)) = told.get_mut(&node.to_string()) else { continue };
                    task.order(TIES, *at + REACTION, Order::Expire)?;
                }
                Fact::NodeCancelled { node, at, .. } => {
                    let Some((_, task)) = told.get_mut(&node.to_string()) else { continue };
                    let reason = Some("the run has ended".to_owned());
                    let cause = CancelCause::RunEnded;
                    task.order(TIES, *at + REACTION, Order::Cancel { cause, reason })?;
                }
                Fact::WaitOpened { .. }
                | Fact::Started { .. }
                | Fact::NodeStarted { .. }
                | Fact::EffectRepeated { .. }
                | Fact::NodeSucceeded { .. }
                | Fact::NodeFailed { .. }
                | Fact::RetryScheduled { .. }
                | Fact::FailureHandled { .. }
                | Fact::LoopStarted { .. }
                | Fact::IterationStarted { .. }
                | Fact::NodeSkipped { .. }
                | Fact::DelayStarted { .. }
                | Fact::WaitMarked { .. }
                | Fact::Paused { .. }
                | Fact::Unpaused { .. }
                | Fact::HistoryGrewLong { .. }
                | Fact::LimitReached { .. }
                | Fact::CompensationStarted { .. }
                | Fact::CompensationEnded { .. }
                | Fact::EventEmitted { .. }
                | Fact::CancelRequested { .. }
                | Fact::Succeeded { .. }
                | Fact::Failed { .. }
                | Fact::Cancelled { .. } => {}
            }
        }
        Ok(told.into_values().map(|(id, task)| (id, task.events)).collect())
    }
}

/// A task as it is told.
#[derive(Debug, Default)]
struct Told {
    task: Task,
    events: Vec<(NewEvent, OffsetDateTime)>,
}

impl Told {
    /// Lets the task decide. What it refuses did not happen.
    fn order(&mut self, by: &str, at: OffsetDateTime, order: Order) -> Result<(), Error> {
        let command = task::Command { by: by.to_owned(), at, order };
        for event in self.task.decide(command).unwrap_or_default() {
            self.events.push((NewEvent::of(&event)?, at + COMMIT));
            self.task.apply(event);
        }
        Ok(())
    }
}

/// Who answers the task of this node, where somebody does.
fn answered<'f>(facts: &'f [Fact], asked: &engine::Place) -> Option<&'f str> {
    facts.iter().find_map(|fact| {
        let Fact::WaitResumed { node, data, .. } = fact else { return None };
        if node == asked { data.get("by")?.as_str() } else { None }
    })
}

/// The same with an amount above every limit.
fn large(body: &engine::Json, chance: &mut Chance) -> engine::Json {
    let mut body = (**body).clone();
    if let Some(amount) = body.get_mut("amount") {
        *amount = chance.between(1_200, 9_000).into();
    }
    Arc::new(body)
}
