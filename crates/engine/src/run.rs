//! A run's state, folded from its facts.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::definition::{Definition, NodeId};
use crate::fact::{Carried, Fact, Trigger, WorkflowRef};
use crate::failure::Failure;
use crate::json::Json;
use crate::node_state::{NodeState, Phase};
use crate::plan::{Index, Plan};
use crate::status::RunStatus;

/// Where a run stands, after the facts that were applied to it. Cloning shares the JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    head: Option<Arc<Head>>,
    /// In the order of the plan.
    nodes: Vec<NodeState>,
    in_flight: u32,
    sleeping: u32,
    unsettled: u32,
    ending: Option<Ending>,
    end: Option<End>,
}

/// What is settled by the run's first fact.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Head {
    pub(crate) run_id: String,
    pub(crate) workflow: WorkflowRef,
    pub(crate) definition: Arc<Definition>,
    pub(crate) trigger: Trigger,
    pub(crate) input: Json,
    pub(crate) source_run: Option<String>,
    #[serde(with = "crate::instant")]
    pub(crate) started_at: OffsetDateTime,
}

/// Why nothing new starts any more, while what is in flight settles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// This node failed for good.
    Failing(Index),
    /// Somebody wants the run to end.
    Cancelling { by: String, reason: Option<String> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct End {
    status: RunStatus,
    output: Option<Json>,
    failure: Option<Arc<Failure>>,
    #[serde(with = "crate::instant")]
    at: OffsetDateTime,
}

/// An effect that is in flight: intended on the ledger, and not yet answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The node.
    pub node: NodeId,
    /// Its type.
    pub kind: Arc<str>,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// How often the attempt was performed again after an interruption.
    pub repeat: u32,
    /// The resolved payload.
    pub input: Json,
    /// What makes the other side perform it once only.
    pub idempotency_key: Arc<str>,
    /// How long it may take.
    pub timeout_ms: u64,
}

impl Run {
    /// Whether the first fact was applied.
    pub fn is_started(&self) -> bool {
        self.head.is_some()
    }

    /// Where the run stands. A run that has not started counts as running.
    pub fn status(&self) -> RunStatus {
        match &self.end {
            Some(end) => end.status,
            None if self.in_flight == 0 && self.sleeping > 0 => RunStatus::Waiting,
            None => RunStatus::Running,
        }
    }

    /// The run's id.
    pub fn run_id(&self) -> Option<&str> {
        self.head.as_ref().map(|head| head.run_id.as_str())
    }

    /// Which version of which workflow it executes.
    pub fn workflow(&self) -> Option<&WorkflowRef> {
        self.head.as_ref().map(|head| &head.workflow)
    }

    /// What it executes.
    pub fn definition(&self) -> Option<&Arc<Definition>> {
        self.head.as_ref().map(|head| &head.definition)
    }

    /// What set it off.
    pub fn trigger(&self) -> Option<&Trigger> {
        self.head.as_ref().map(|head| &head.trigger)
    }

    /// What expressions read as `$inputs`.
    pub fn input(&self) -> Option<&Json> {
        self.head.as_ref().map(|head| &head.input)
    }

    /// The failed run that it continues.
    pub fn source_run(&self) -> Option<&str> {
        self.head.as_ref().and_then(|head| head.source_run.as_deref())
    }

    /// When it started.
    pub fn started_at(&self) -> Option<OffsetDateTime> {
        self.head.as_ref().map(|head| head.started_at)
    }

    /// When it ended.
    pub fn finished_at(&self) -> Option<OffsetDateTime> {
        self.end.as_ref().map(|end| end.at)
    }

    /// The results of its leaf nodes, once it has succeeded.
    pub fn output(&self) -> Option<&Json> {
        self.end.as_ref().and_then(|end| end.output.as_ref())
    }

    /// Why it failed, once it has.
    pub fn failure(&self) -> Option<&Failure> {
        self.end.as_ref().and_then(|end| end.failure.as_deref())
    }

    /// Where a node stands.
    pub fn node(&self, id: &NodeId) -> Option<&NodeState> {
        let index = self.plan()?.index(id.as_str())?;
        self.nodes.get(index.at())
    }

    /// All nodes and where they stand, by id.
    pub fn nodes(&self) -> impl Iterator<Item = (&NodeId, &NodeState)> {
        let plan = self.plan();
        let ids = plan.into_iter().flat_map(|plan| plan.nodes.iter().map(|node| &node.id));
        ids.zip(&self.nodes)
    }

    /// The effects that are intended and not answered: what a fresh actor must treat as
    /// interrupted.
    pub fn effects_in_flight(&self) -> impl Iterator<Item = Effect> {
        self.nodes().filter_map(|(id, state)| self.effect_of(id, state))
    }

    /// The effect of a node, while it is in flight.
    pub fn effect(&self, id: &NodeId) -> Option<Effect> {
        self.effect_of(id, self.node(id)?)
    }

    /// The pending delays, retries and waits, and when they are due.
    pub fn timers(&self) -> impl Iterator<Item = (NodeId, OffsetDateTime)> {
        self.nodes().filter_map(|(id, state)| Some((id.clone(), state.due_at()?)))
    }

    /// What a run that continues this one takes over: the nodes that succeeded or were skipped.
    pub fn carry(&self) -> BTreeMap<NodeId, Carried> {
        self.nodes().filter_map(|(id, state)| Some((id.clone(), state.carried()?))).collect()
    }

    /// Folds one more fact. Total: a fact that fits nothing changes nothing.
    pub fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Started { .. } => self.begin(fact),
            Fact::NodeStarted { node, attempt, input, idempotency_key, timeout_ms, at, .. } => {
                self.change(node, |state| {
                    state.attempt = *attempt;
                    state.input = Some(Arc::clone(input));
                    state.started_at = Some(*at);
                    state.phase = Phase::InFlight {
                        idempotency_key: idempotency_key.as_str().into(),
                        timeout_ms: *timeout_ms,
                        repeat: 0,
                    };
                });
            }
            Fact::EffectRepeated { node, repeat: count, .. } => self.change(node, |state| {
                if let Phase::InFlight { repeat, .. } = &mut state.phase {
                    *repeat = *count;
                }
            }),
            Fact::NodeSucceeded { node, attempt, input, result, branch, at, .. } => {
                self.change(node, |state| {
                    state.attempt = *attempt;
                    state.end(*at, input.as_ref());
                    state.phase =
                        Phase::Succeeded { result: Arc::clone(result), branch: branch.clone() };
                });
                self.settle(node);
            }
            Fact::NodeFailed { node, attempt, input, failure, at, .. } => {
                self.change(node, |state| {
                    state.attempt = *attempt;
                    state.end(*at, input.as_ref());
                    state.fail(failure);
                });
                self.note_failing(node);
            }
            Fact::RetryScheduled { node, due_at, .. } => {
                self.change(node, |state| state.retry_at(*due_at));
                self.forget_failing(node);
            }
            Fact::NodeSkipped { node, at, .. } => {
                self.change(node, |state| {
                    state.finished_at = Some(*at);
                    state.phase = Phase::Skipped;
                });
                self.settle(node);
            }
            Fact::NodeCancelled { node, at } => self.change(node, |state| {
                state.finished_at = Some(*at);
                state.phase = Phase::Cancelled;
            }),
            Fact::DelayStarted { node, input, due_at, at, .. } => self.change(node, |state| {
                state.sleep(*at, input, Phase::Delayed { due_at: *due_at });
            }),
            Fact::WaitOpened { node, input, due_at, at, .. } => self.change(node, |state| {
                state.sleep(*at, input, Phase::Waiting { due_at: *due_at });
            }),
            // Both are told for the audience; the state follows with the fact that comes next.
            Fact::WaitResumed { .. } | Fact::WaitTimedOut { .. } => {}
            Fact::CancelRequested { by, reason, .. } => {
                let cancelling = Ending::Cancelling { by: by.clone(), reason: reason.clone() };
                self.ending.get_or_insert(cancelling);
            }
            Fact::Succeeded { output, at } => {
                self.finish(RunStatus::Success, Some(Arc::clone(output)), None, *at);
            }
            Fact::Failed { failure, at, .. } => {
                self.finish(RunStatus::Failure, None, Some(Arc::new(failure.clone())), *at);
            }
            Fact::Cancelled { at, .. } => self.finish(RunStatus::Cancelled, None, None, *at),
        }
    }

    pub(crate) fn head(&self) -> Option<&Arc<Head>> {
        self.head.as_ref()
    }

    pub(crate) fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    pub(crate) fn state(&self, index: Index) -> &NodeState {
        &self.nodes[index.at()]
    }

    /// Whether nothing is in flight.
    pub(crate) fn is_quiet(&self) -> bool {
        self.in_flight == 0
    }

    /// Whether every node has ended.
    pub(crate) fn is_settled(&self) -> bool {
        self.unsettled == 0
    }

    fn plan(&self) -> Option<&Plan> {
        self.head.as_ref().map(|head| head.definition.plan())
    }

    fn effect_of(&self, id: &NodeId, state: &NodeState) -> Option<Effect> {
        let Phase::InFlight { idempotency_key, timeout_ms, repeat } = &state.phase else {
            return None;
        };
        Some(Effect {
            node: id.clone(),
            kind: Arc::clone(&self.definition()?.node(id)?.kind),
            attempt: state.attempt,
            repeat: *repeat,
            input: Arc::clone(state.input.as_ref()?),
            idempotency_key: Arc::clone(idempotency_key),
            timeout_ms: *timeout_ms,
        })
    }

    fn begin(&mut self, fact: &Fact) {
        let Fact::Started { run_id, workflow, definition, trigger, input, source_run, carried, at } =
            fact
        else {
            return;
        };
        if self.head.is_some() {
            return;
        }
        let plan = definition.plan();
        self.nodes = plan.nodes.iter().map(|node| NodeState::pending(node.parents)).collect();
        self.unsettled = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.head = Some(Arc::new(Head {
            run_id: run_id.clone(),
            workflow: workflow.clone(),
            definition: Arc::clone(definition),
            trigger: trigger.clone(),
            input: Arc::clone(input),
            source_run: source_run.clone(),
            started_at: *at,
        }));
        let root = NodeId::new(NodeId::ROOT);
        self.change(&root, |state| {
            state.attempt = 1;
            state.started_at = Some(*at);
            state.finished_at = Some(*at);
            state.phase = Phase::Triggered;
        });
        self.settle(&root);
        for (node, carried) in carried {
            if !node.is_root() {
                self.change(node, |state| state.take_over(carried));
                self.settle(node);
            }
        }
    }

    /// Changes a node's state and keeps the counts in step with it.
    fn change(&mut self, node: &NodeId, change: impl FnOnce(&mut NodeState)) {
        let Some(index) = self.plan().and_then(|plan| plan.index(node.as_str())) else { return };
        let state = &mut self.nodes[index.at()];
        let before = Weight::of(&state.phase);
        change(state);
        let after = Weight::of(&state.phase);
        self.in_flight = self.in_flight + after.in_flight - before.in_flight;
        self.sleeping = self.sleeping + after.sleeping - before.sleeping;
        self.unsettled = self.unsettled + after.unsettled - before.unsettled;
    }

    /// Tells a node's children that one more of their parents has settled.
    fn settle(&mut self, node: &NodeId) {
        let Some(head) = self.head.as_ref().map(Arc::clone) else { return };
        let plan = head.definition.plan();
        let Some(index) = plan.index(node.as_str()) else { return };
        for child in &plan.node(index).children {
            let chosen = self.nodes[index.at()].chooses(plan.node(*child).branch.as_deref());
            let state = &mut self.nodes[child.at()];
            state.unsettled_parents = state.unsettled_parents.saturating_sub(1);
            state.chosen |= chosen;
        }
    }

    fn note_failing(&mut self, node: &NodeId) {
        let index = self.plan().and_then(|plan| plan.index(node.as_str()));
        if let (Some(index), None) = (index, &self.ending) {
            self.ending = Some(Ending::Failing(index));
        }
    }

    fn forget_failing(&mut self, node: &NodeId) {
        let index = self.plan().and_then(|plan| plan.index(node.as_str()));
        if matches!((&self.ending, index), (Some(Ending::Failing(failed)), Some(index)) if *failed == index)
        {
            self.ending = None;
        }
    }

    fn finish(
        &mut self,
        status: RunStatus,
        output: Option<Json>,
        failure: Option<Arc<Failure>>,
        at: OffsetDateTime,
    ) {
        self.end.get_or_insert(End { status, output, failure, at });
    }
}

/// What a node in some phase adds to the run's counts.
struct Weight {
    in_flight: u32,
    sleeping: u32,
    unsettled: u32,
}

impl Weight {
    fn of(phase: &Phase) -> Self {
        let (in_flight, sleeping, unsettled) = match phase {
            Phase::Pending => (0, 0, 1),
            Phase::InFlight { .. } => (1, 0, 1),
            Phase::Retrying { .. } | Phase::Delayed { .. } | Phase::Waiting { .. } => (0, 1, 1),
            Phase::Triggered
            | Phase::Succeeded { .. }
            | Phase::Failed(_)
            | Phase::Skipped
            | Phase::Cancelled => (0, 0, 0),
        };
        Self { in_flight, sleeping, unsettled }
    }
}
