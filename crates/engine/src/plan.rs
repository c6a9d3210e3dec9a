//! A definition as execution needs it: indexed, ordered, compiled once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::definition::{Definition, Node, NodeId, RetryPolicy};
use crate::expression::Template;
use crate::frame::Frame;
use crate::graph::{Graph, LOOP};
use crate::node::{LeftSides, Logic, cancels_rest, join_needs, left_sides};
use crate::node_state::{NodeState, Phase};
use crate::place::MAX_LOOP_DEPTH;
use crate::remedy::OnFailure;
use crate::scopes::Scopes;

/// A node's number in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Index(u32);

/// The nodes of a definition, sorted by id, with their edges as numbers.
pub(crate) struct Plan {
    pub(crate) nodes: Vec<Planned>,
    /// Outside all loops, and the body of each loop.
    pub(crate) scopes: Vec<PlannedScope>,
    /// The joins that end what else leads to them.
    pub(crate) joins: Vec<Index>,
    /// What the events say that a run emits when it ends.
    pub(crate) emissions: Vec<Template>,
    /// Why the definition cannot be executed; validation lets none of these through.
    pub(crate) defect: Option<&'static str>,
}

/// The nodes that are executed together.
#[derive(Default)]
pub(crate) struct PlannedScope {
    /// Parents before children.
    pub(crate) members: Vec<Index>,
    /// By id.
    pub(crate) by_id: Vec<Index>,
}

/// One node of a plan.
pub(crate) struct Planned {
    pub(crate) id: NodeId,
    pub(crate) kind: Arc<str>,
    pub(crate) branch: Option<Arc<str>>,
    pub(crate) children: Vec<Index>,
    /// What may follow a failure instead of the children.
    pub(crate) fallbacks: Vec<Index>,
    /// How many edges lead to it inside its scope.
    pub(crate) parents: u32,
    /// Whether it begins with each iteration of the loop around it.
    pub(crate) is_entry: bool,
    /// The loops around it, the outermost first.
    pub(crate) loops: Vec<Index>,
    /// Its place among the members of its scope.
    pub(crate) local: usize,
    /// The scope that is its body.
    pub(crate) body: Option<usize>,
    /// The node that undoes it.
    pub(crate) compensated_by: Option<Index>,
    /// The node that it undoes.
    pub(crate) compensates: Option<Index>,
    /// What the engine executes itself; everything else is an effect.
    pub(crate) logic: Option<Logic>,
    /// How many parents must choose it, where that is less than all that settle.
    pub(crate) needs: Option<u32>,
    /// The nodes that lead to this join and nowhere else, when they are to end with it.
    pub(crate) losers: Vec<Index>,
    pub(crate) template: Template,
    pub(crate) left_sides: LeftSides,
    pub(crate) timeout_ms: u64,
    pub(crate) repeatable: bool,
    pub(crate) retry_policy: Option<RetryPolicy>,
    pub(crate) on_failure: Option<OnFailure>,
}

impl Index {
    pub(crate) fn new(number: usize) -> Self {
        // Definitions are limited to far fewer nodes; what is beyond would find no node.
        Self(u32::try_from(number).unwrap_or(u32::MAX))
    }

    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

impl Plan {
    pub(crate) fn of(definition: &Definition) -> Self {
        let graph = Graph::of(definition);
        let scopes = Scopes::of(&graph);
        let order = graph.order();
        let defect = defect(definition, &graph, &scopes, &order);
        let mut nodes: Vec<Planned> =
            definition.nodes.iter().map(|(id, node)| Planned::of(definition, id, node)).collect();
        let scope_of = |node: Index| match defect {
            Some(_) => 0,
            None => scopes.of[node.at()].unwrap_or_default(),
        };
        let order =
            if defect.is_some() { (0..nodes.len()).map(Index::new).collect() } else { order };
        let count = if defect.is_some() { 1 } else { scopes.owners.len() };
        let mut planned: Vec<PlannedScope> = (0..count).map(|_| PlannedScope::default()).collect();
        for index in order {
            let (scope, node) = (scope_of(index), &mut nodes[index.at()]);
            node.local = planned[scope].members.len();
            planned[scope].members.push(index);
        }
        if defect.is_none() {
            for (number, node) in nodes.iter_mut().enumerate() {
                let index = Index::new(number);
                node.loops = scopes.loops_around(scope_of(index));
                node.body = scopes.owners.iter().position(|owner| *owner == Some(index));
                node.children.clone_from(&graph.children[number]);
                node.fallbacks.clone_from(&graph.fallbacks[number]);
                node.compensated_by = graph.compensations[number];
            }
            connect(&mut nodes, &graph);
            for (number, node) in definition.nodes.values().enumerate() {
                if nodes[number].logic == Some(Logic::Join) {
                    let scope = &planned[scope_of(Index::new(number))];
                    nodes[number].losers = losers(scope, &nodes, number, node);
                }
            }
        }
        let has_losers = |(number, node): (usize, &Planned)| {
            (!node.losers.is_empty()).then_some(Index::new(number))
        };
        let joins = nodes.iter().enumerate().filter_map(has_losers).collect();
        let emissions =
            definition.emit.iter().map(|emission| Template::of(&emission.payload)).collect();
        for scope in &mut planned {
            scope.by_id.clone_from(&scope.members);
            scope.by_id.sort_unstable();
        }
        Self { nodes, scopes: planned, joins, emissions, defect }
    }

    pub(crate) fn index(&self, id: &str) -> Option<Index> {
        self.nodes.binary_search_by(|node| node.id.as_str().cmp(id)).ok().map(Index::new)
    }

    pub(crate) fn node(&self, index: Index) -> &Planned {
        &self.nodes[index.at()]
    }

    /// Whether a child of the node stands under that branch.
    pub(crate) fn has_branch(&self, node: &Planned, branch: &str) -> bool {
        let under = |child: &Index| self.node(*child).branch.as_deref() == Some(branch);
        node.children.iter().any(under)
    }

    /// The nodes of the scope that a node belongs to.
    pub(crate) fn beside(&self, index: Index) -> &[Index] {
        let body = |around: &Index| self.node(*around).body;
        let scope = self.node(index).loops.last().map_or(Some(0), body);
        scope.map_or(&[], |scope| self.scopes[scope].by_id.as_slice())
    }

    /// A scope in which nothing has begun.
    pub(crate) fn frame(&self, scope: usize) -> Frame {
        let state = |index: &Index| {
            let node = self.node(*index);
            if node.compensates.is_some() {
                return NodeState::reserved();
            }
            NodeState { chosen_by: u32::from(node.is_entry), ..NodeState::pending(node.parents) }
        };
        let nodes: Vec<NodeState> = self.scopes[scope].members.iter().map(state).collect();
        let unsettled = nodes.iter().filter(|state| state.phase == Phase::Pending).count();
        Frame { nodes, unsettled: u32::try_from(unsettled).unwrap_or(u32::MAX) }
    }
}

impl Planned {
    /// The node for itself; its edges are connected afterwards.
    fn of(definition: &Definition, id: &NodeId, node: &Node) -> Self {
        let logic = Logic::of(definition, id, node);
        let (template, left_sides) = match logic {
            Some(logic @ (Logic::If | Logic::Switch)) => {
                (Template::of(&node.payload), left_sides(logic, &node.payload))
            }
            Some(Logic::Format) => (Template::of_format(&node.payload), LeftSides::default()),
            Some(_) | None => (Template::of(&node.payload), LeftSides::default()),
        };
        Self {
            id: id.clone(),
            kind: Arc::clone(&node.kind),
            branch: node.branch.clone(),
            children: Vec::new(),
            fallbacks: Vec::new(),
            parents: 0,
            is_entry: false,
            loops: Vec::new(),
            local: 0,
            body: None,
            compensated_by: None,
            compensates: None,
            needs: logic
                .filter(|logic| *logic == Logic::Join)
                .and_then(|_| join_needs(&node.payload)),
            logic,
            losers: Vec::new(),
            template,
            left_sides,
            timeout_ms: node.timeout_ms(),
            repeatable: node.repeatable,
            retry_policy: node.retry_policy.clone(),
            on_failure: node.on_failure.clone(),
        }
    }
}

/// Tells nodes what leads to them.
fn connect(nodes: &mut [Planned], graph: &Graph<'_>) {
    for from in 0..nodes.len() {
        for to in graph.children[from].iter().chain(&graph.fallbacks[from]) {
            nodes[to.at()].parents += 1;
        }
        for entry in &graph.bodies[from] {
            nodes[entry.at()].is_entry = true;
        }
        if let Some(compensation) = graph.compensations[from] {
            nodes[compensation.at()].compensates = Some(Index::new(from));
        }
    }
}

/// The nodes before a join that lead to it and nowhere else, if the join says that they end with
/// it.
fn losers(scope: &PlannedScope, nodes: &[Planned], join: usize, node: &Node) -> Vec<Index> {
    if !cancels_rest(&node.payload) {
        return Vec::new();
    }
    let mut losers: Vec<Index> = Vec::new();
    for index in scope.members.iter().rev() {
        let planned = &nodes[index.at()];
        let mut next = planned.children.iter().chain(&planned.fallbacks).peekable();
        let leads_there =
            next.peek().is_some() && next.all(|next| next.at() == join || losers.contains(next));
        if leads_there && !planned.id.is_root() {
            losers.push(*index);
        }
    }
    losers
}

fn defect(
    definition: &Definition,
    graph: &Graph<'_>,
    scopes: &Scopes,
    order: &[Index],
) -> Option<&'static str> {
    let Some(root) = graph.root else { return Some("it has no root node") };
    if graph.has_unknown_child {
        return Some("a node that another one leads to does not exist");
    }
    if order.len() != graph.ids.len() {
        return Some("its nodes follow one another in a circle");
    }
    if !scopes.strays.is_empty() {
        return Some("a node belongs to two loops");
    }
    let orphan = |node: &Index| !graph.is_led_to(*node) && *node != root;
    if order.iter().any(orphan) {
        return Some("some node is not reached from the root");
    }
    let is_too_deep = |scope: usize| scopes.loops_around(scope).len() > MAX_LOOP_DEPTH;
    if (0..scopes.owners.len()).any(is_too_deep) {
        return Some("its loops are nested too deep");
    }
    compensation_defect(definition, graph)
}

fn compensation_defect(definition: &Definition, graph: &Graph<'_>) -> Option<&'static str> {
    let is_tangled = |node: &Index| {
        let is_loop = |node: &Node| &*node.kind == LOOP;
        let leads_on = !graph.children[node.at()].is_empty()
            || definition.node(graph.id(*node)).is_some_and(is_loop)
            || !graph.fallbacks[node.at()].is_empty()
            || graph.compensations[node.at()].is_some();
        leads_on || !graph.only_undoes(*node)
    };
    let is_defect = graph.compensations.iter().flatten().any(is_tangled);
    is_defect.then_some("a compensation is also something else")
}
