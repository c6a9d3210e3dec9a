//! A run's state, folded from its facts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::definition::{Connector, Definition, NodeId};
use crate::fact::{Carried, Compensate, Parent, Trigger, WorkflowRef};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::json::Json;
use crate::node::{Logic, signal};
use crate::node_state::{NodeState, Phase};
use crate::place::{Iteration, Place};
use crate::plan::{Index, Plan};
use crate::status::RunStatus;

/// Where a run stands, after the facts that were applied to it. Cloning shares the JSON, and the
/// iterations of loops.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    pub(crate) head: Option<Arc<Head>>,
    /// The nodes outside all loops.
    pub(crate) root: Frame,
    /// The nodes that are in flight or asleep.
    pub(crate) active: BTreeSet<Spot>,
    pub(crate) in_flight: u32,
    /// How many nodes of loops' bodies there have been, in all iterations together.
    pub(crate) loop_nodes: u32,
    /// How many facts were applied.
    pub(crate) events: u32,
    /// What was done and can be undone, in the order in which it was done.
    pub(crate) undoable: Vec<Spot>,
    /// What was undone, or could not be, once the run has begun to undo.
    pub(crate) undoing: Option<Vec<Spot>>,
    pub(crate) undone: bool,
    /// What variables hold that were set in this run.
    pub(crate) variables: BTreeMap<String, Json>,
    pub(crate) paused: Option<Pause>,
    pub(crate) ending: Option<Ending>,
    pub(crate) end: Option<End>,
}

/// A node in one of its iterations, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Spot {
    pub(crate) index: Index,
    pub(crate) iteration: Iteration,
}

/// Who stopped the run, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Who.
    pub by: String,
    /// Why, in their words.
    pub reason: Option<String>,
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
    pub(crate) carried: BTreeMap<Place, Carried>,
    pub(crate) parent: Option<Parent>,
    pub(crate) variables: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    #[serde(with = "crate::instant")]
    pub(crate) started_at: OffsetDateTime,
}

/// Why nothing new starts any more, while what is in flight settles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// This node failed for good.
    Failing(Spot),
    /// The run as a whole hit a limit.
    Exceeding(Arc<Failure>),
    /// Somebody wants the run to end.
    Cancelling { by: String, reason: Option<String>, compensate: Compensate },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) status: RunStatus,
    pub(crate) output: Option<Json>,
    pub(crate) failure: Option<Arc<Failure>>,
    #[serde(with = "crate::instant")]
    pub(crate) at: OffsetDateTime,
}

/// An effect that is in flight: intended on the ledger, and not yet answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The node, and in which iterations.
    pub node: Place,
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
    /// The credentials that the definition names for it.
    pub connector: Option<Connector>,
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
            None if self.in_flight == 0 && self.sleeping() > 0 => RunStatus::Waiting,
            None => RunStatus::Running,
        }
    }

    /// Whose personal data it handles.
    pub fn subject(&self) -> Option<&str> {
        self.head.as_ref()?.subject.as_deref()
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

    /// The ended run that it continues.
    pub fn source_run(&self) -> Option<&str> {
        self.head.as_ref().and_then(|head| head.source_run.as_deref())
    }

    /// The run that called it and waits for it.
    pub fn parent(&self) -> Option<&Parent> {
        self.head.as_ref().and_then(|head| head.parent.as_ref())
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

    /// Who stopped it, while nothing new may start.
    pub fn paused(&self) -> Option<&Pause> {
        self.paused.as_ref()
    }

    /// How many events it has.
    pub fn events(&self) -> u32 {
        self.events
    }

    /// What its variables hold that were set in this run.
    pub fn variables(&self) -> &BTreeMap<String, Json> {
        &self.variables
    }

    /// What its variables held when it began, where they are kept between runs.
    pub fn initial_variables(&self) -> Option<&Json> {
        self.head.as_ref().and_then(|head| head.variables.as_ref())
    }

    /// Where a node stands.
    pub fn node(&self, place: &Place) -> Option<&NodeState> {
        self.find(self.spot(place)?)
    }

    /// All nodes and where they stand: by id, each loop's iterations behind the loop.
    pub fn nodes(&self) -> Vec<(Place, &NodeState)> {
        let mut nodes = Vec::new();
        if let Some(plan) = self.plan() {
            collect(plan, 0, &self.root, Iteration::NONE, &mut nodes);
        }
        nodes
    }

    /// The effects that are intended and not answered: what a fresh actor must treat as
    /// interrupted.
    pub fn effects_in_flight(&self) -> impl Iterator<Item = Effect> {
        self.active.iter().filter_map(|spot| self.effect_at(*spot))
    }

    /// The effect of a node, while it is in flight.
    pub fn effect(&self, place: &Place) -> Option<Effect> {
        self.effect_at(self.spot(place)?)
    }

    /// From where alone a node is resumed; none where anybody may.
    pub(crate) fn resumed_by(&self, place: &Place) -> Option<&'static str> {
        let spot = self.spot(place)?;
        self.plan().and_then(|plan| plan.node(spot.index).logic).and_then(Logic::is_resumed_by)
    }

    /// The pending delays, retries and waits, and when they are due.
    pub fn timers(&self) -> impl Iterator<Item = (Place, OffsetDateTime)> {
        self.active.iter().filter_map(|spot| {
            let due_at = self.find(*spot)?.due_at()?;
            Some((self.place(*spot)?, due_at))
        })
    }

    /// The open waits that a signal of that name lets go on.
    pub fn waits_for_signal(&self, name: &str) -> Vec<Place> {
        let is_meant = |spot: &Spot| {
            let state = self.find(*spot)?;
            let input = state.input().filter(|_| matches!(state.phase, Phase::Waiting { .. }))?;
            (signal(input) == Some(name)).then_some(*spot)
        };
        self.active.iter().filter_map(is_meant).filter_map(|spot| self.place(spot)).collect()
    }

    /// What a run that continues this one takes over: the nodes that succeeded, that were skipped,
    /// and whose failure was handled, unless what they did was undone. Of a loop that is over only
    /// the result is taken over, of one that is not also what was done in it.
    pub fn carry(&self) -> BTreeMap<Place, Carried> {
        let mut carried = BTreeMap::new();
        if let Some(plan) = self.plan() {
            self.carry_from(plan, 0, &self.root, Iteration::NONE, &mut carried);
        }
        carried
    }

    fn carry_from(
        &self,
        plan: &Plan,
        scope: usize,
        frame: &Frame,
        iteration: Iteration,
        carried: &mut BTreeMap<Place, Carried>,
    ) {
        for index in &plan.scopes[scope].members {
            let node = plan.node(*index);
            let Some(state) = frame.nodes.get(node.local) else { continue };
            if self.was_undone(Spot { index: *index, iteration }) || node.compensates.is_some() {
                continue;
            }
            let place = Place { node: node.id.clone(), iteration };
            // What came too late to a join is not done after all.
            let has_lost =
                state.phase == Phase::Cancelled && self.has_lost(Spot { index: *index, iteration });
            let taken = if has_lost { Some(Carried::Skipped {}) } else { state.carried() };
            let Some(taken) = taken else { continue };
            let is_open = matches!(taken, Carried::Looping { .. });
            carried.insert(place, taken);
            if let (Some(turns), Some(body), true) = (&state.turns, node.body, is_open) {
                for (turn, frame) in (0..).zip(&turns.frames) {
                    self.carry_from(plan, body, frame, iteration.inside(turn), carried);
                }
            }
        }
    }

    /// The same, without what comes behind a node: a run that continues this one executes that
    /// node and everything that it leads to again.
    ///
    /// For a node inside a loop, that is the whole loop.
    pub fn carry_before(&self, node: &NodeId) -> Option<BTreeMap<Place, Carried>> {
        self.carry_into(self.definition()?, node)
    }

    /// The same for a run of another definition. What that one has anew, or of another type, or in other loops is
    /// executed, too, with everything that it leads to.
    pub fn carry_into(
        &self,
        definition: &Definition,
        node: &NodeId,
    ) -> Option<BTreeMap<Place, Carried>> {
        let plan = definition.plan();
        let mut again = again_from(definition, plan.index(node.as_str())?);
        let mut carried = self.carry();
        for id in definition.nodes().keys().filter(|id| !self.has_same(definition, id, &carried)) {
            again.extend(
                plan.index(id.as_str())
                    .map(|index| again_from(definition, index))
                    .unwrap_or_default(),
            );
        }
        carried.retain(|place, _| {
            plan.index(place.node.as_str()).is_some_and(|index| {
                !again.contains(&index)
                    && plan.node(index).loops.iter().all(|around| !again.contains(around))
            })
        });
        Some(carried)
    }

    /// Whether what this run has of a node can stand for it in a run of this definition.
    fn has_same(
        &self,
        other: &Definition,
        id: &NodeId,
        carried: &BTreeMap<Place, Carried>,
    ) -> bool {
        let Some(own) = self.definition() else { return false };
        let (Some(was), Some(is)) = (own.node(id), other.node(id)) else { return false };
        let loops = |definition: &Definition| {
            let plan = definition.plan();
            let around = plan.index(id.as_str()).map(|index| plan.node(index).loops.clone());
            let named = around.into_iter().flatten().map(|index| plan.node(index).id.clone());
            named.collect::<Vec<_>>()
        };
        // What followed a failure followed as its author wanted it then.
        let was_handled = carried
            .iter()
            .any(|(place, taken)| place.node == *id && matches!(taken, Carried::Handled { .. }));
        // A trigger of another kind has brought the same input.
        let is_same = id.as_str() == NodeId::ROOT || was.kind == is.kind;
        is_same && (!was_handled || was == is) && loops(own) == loops(other)
    }

    /// Whether a join has gone on that ends what else leads to it, this node or a loop around it
    /// among it.
    pub(crate) fn has_lost(&self, spot: Spot) -> bool {
        let Some(plan) = self.plan() else { return false };
        let around = plan.node(spot.index).loops.iter().enumerate();
        let mut around = around
            .map(|(depth, index)| Spot { index: *index, iteration: spot.iteration.up_to(depth) });
        self.has_lost_itself(plan, spot) || around.any(|spot| self.has_lost_itself(plan, spot))
    }

    fn has_lost_itself(&self, plan: &Plan, spot: Spot) -> bool {
        plan.joins.iter().any(|join| {
            let state = self.find(Spot { index: *join, ..spot });
            plan.node(*join).losers.contains(&spot.index)
                && state.is_some_and(|state| matches!(state.phase, Phase::Succeeded { .. }))
        })
    }

    /// Whether what a node did was undone.
    pub(crate) fn was_undone(&self, done: Spot) -> bool {
        let undo = self.plan().and_then(|plan| plan.node(done.index).compensated_by);
        let undo = undo.and_then(|index| self.find(Spot { index, ..done }));
        undo.is_some_and(|state| matches!(state.phase, Phase::Succeeded { .. }))
    }

    pub(crate) fn head(&self) -> Option<&Arc<Head>> {
        self.head.as_ref()
    }

    pub(crate) fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// Where a node stands, in an iteration that has begun.
    pub(crate) fn find(&self, spot: Spot) -> Option<&NodeState> {
        let node = self.plan()?.node(spot.index);
        self.frame(&node.loops, spot.iteration)?.nodes.get(node.local)
    }

    /// The nodes around and beside a node.
    pub(crate) fn frame_of(&self, spot: Spot) -> Option<&Frame> {
        self.frame(&self.plan()?.node(spot.index).loops, spot.iteration)
    }

    /// The frame in these iterations of these loops.
    pub(crate) fn frame(&self, loops: &[Index], iteration: Iteration) -> Option<&Frame> {
        let plan = self.plan()?;
        let mut frame = &self.root;
        for (depth, around) in loops.iter().enumerate() {
            let turns = frame.nodes.get(plan.node(*around).local)?.turns.as_ref()?;
            frame = turns.frames.get(usize::from(*iteration.indices().get(depth)?))?;
        }
        Some(frame)
    }

    pub(crate) fn spot(&self, place: &Place) -> Option<Spot> {
        let plan = self.plan()?;
        let index = plan.index(place.node.as_str())?;
        let is_complete = plan.node(index).loops.len() == place.iteration.depth();
        is_complete.then_some(Spot { index, iteration: place.iteration })
    }

    pub(crate) fn place(&self, spot: Spot) -> Option<Place> {
        let node = self.plan()?.node(spot.index).id.clone();
        Some(Place { node, iteration: spot.iteration })
    }

    /// Whether nothing is in flight.
    pub(crate) fn is_quiet(&self) -> bool {
        self.in_flight == 0
    }

    /// Whether every node has ended.
    pub(crate) fn is_settled(&self) -> bool {
        self.root.is_settled()
    }

    /// How many nodes are asleep.
    pub(crate) fn sleeping(&self) -> usize {
        self.active.len().saturating_sub(self.in_flight as usize)
    }

    pub(crate) fn plan(&self) -> Option<&Plan> {
        self.head.as_ref().map(|head| head.definition.plan())
    }

    fn effect_at(&self, spot: Spot) -> Option<Effect> {
        let state = self.find(spot)?;
        let Phase::InFlight { idempotency_key, timeout_ms, repeat } = &state.phase else {
            return None;
        };
        let id = &self.plan()?.node(spot.index).id;
        let node = self.head.as_ref()?.definition.node(id);
        let connector = node.and_then(|node| node.connector.clone());
        Some(Effect {
            node: self.place(spot)?,
            kind: Arc::clone(&self.plan()?.node(spot.index).kind),
            attempt: state.attempt,
            repeat: *repeat,
            input: Arc::clone(state.input.as_ref()?),
            idempotency_key: Arc::clone(idempotency_key),
            timeout_ms: *timeout_ms,
            connector,
        })
    }
}

fn collect<'a>(
    plan: &Plan,
    scope: usize,
    frame: &'a Frame,
    iteration: Iteration,
    nodes: &mut Vec<(Place, &'a NodeState)>,
) {
    for index in &plan.scopes[scope].by_id {
        let node = plan.node(*index);
        let Some(state) = frame.nodes.get(node.local) else { continue };
        nodes.push((Place { node: node.id.clone(), iteration }, state));
        if let (Some(turns), Some(body)) = (&state.turns, node.body) {
            for (turn, frame) in (0..).zip(&turns.frames) {
                collect(plan, body, frame, iteration.inside(turn), nodes);
            }
        }
    }
}

/// A node, everything that it leads to, and the loops around it with everything that those lead to.
fn again_from(definition: &Definition, node: Index) -> BTreeSet<Index> {
    let plan = definition.plan();
    let mut again = BTreeSet::new();
    let mut stack: Vec<Index> = plan.node(node).loops.iter().copied().chain([node]).collect();
    while let Some(index) = stack.pop() {
        if again.insert(index) {
            let node = plan.node(index);
            stack.extend(node.children.iter().chain(&node.fallbacks).copied());
        }
    }
    again
}
