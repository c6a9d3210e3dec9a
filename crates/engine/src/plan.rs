//! A definition as execution needs it: indexed, ordered, compiled once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::definition::{Definition, Node, NodeId, RetryPolicy};
use crate::expression::Template;
use crate::graph::Graph;
use crate::node::{LeftSides, Logic, left_sides};

/// A node's number in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Index(u32);

/// The nodes of a definition, sorted by id, with their edges as numbers.
pub(crate) struct Plan {
    pub(crate) nodes: Vec<Planned>,
    /// All nodes, parents before children.
    pub(crate) order: Vec<Index>,
    /// Why the definition cannot be executed; validation lets none of these through.
    pub(crate) defect: Option<&'static str>,
}

/// One node of a plan.
pub(crate) struct Planned {
    pub(crate) id: NodeId,
    pub(crate) kind: Arc<str>,
    pub(crate) branch: Option<Arc<str>>,
    pub(crate) children: Vec<Index>,
    /// How many nodes have it as a child.
    pub(crate) parents: u32,
    /// What the engine executes itself; everything else is an effect.
    pub(crate) logic: Option<Logic>,
    pub(crate) template: Template,
    pub(crate) left_sides: LeftSides,
    pub(crate) timeout_ms: u64,
    pub(crate) repeatable: bool,
    pub(crate) retry_policy: Option<RetryPolicy>,
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
        let order = graph.order();
        let defect = defect(&graph, &order);
        let edges = graph.children.into_iter().zip(graph.parents);
        let nodes = definition.nodes.iter().zip(edges);
        let nodes = nodes.map(|((id, node), (children, parents))| {
            Planned::of(id, node, children, u32::try_from(parents.len()).unwrap_or(u32::MAX))
        });
        Self { nodes: nodes.collect(), order, defect }
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
}

impl Planned {
    fn of(id: &NodeId, node: &Node, children: Vec<Index>, parents: u32) -> Self {
        let logic = Logic::named(&node.kind).filter(|_| !id.is_root());
        let (template, left_sides) = match logic {
            Some(Logic::If) => (Template::of(&node.payload), left_sides(&node.payload)),
            Some(Logic::Format) => (Template::of_format(&node.payload), LeftSides::default()),
            Some(
                Logic::Log
                | Logic::Filter
                | Logic::Pluck
                | Logic::Fail
                | Logic::Delay
                | Logic::Wait
                | Logic::Plain(_),
            )
            | None => (Template::of(&node.payload), LeftSides::default()),
        };
        Self {
            id: id.clone(),
            kind: Arc::clone(&node.kind),
            branch: node.branch.clone(),
            children,
            parents,
            logic,
            template,
            left_sides,
            timeout_ms: node.timeout_ms(),
            repeatable: node.repeatable,
            retry_policy: node.retry_policy.clone(),
        }
    }
}

fn defect(graph: &Graph<'_>, order: &[Index]) -> Option<&'static str> {
    let Some(root) = graph.root else { return Some("it has no root node") };
    if graph.has_unknown_child {
        return Some("a child of some node does not exist");
    }
    if order.len() != graph.ids.len() {
        return Some("its nodes follow one another in a circle");
    }
    let orphan = |node: &Index| graph.parents[node.at()].is_empty() && *node != root;
    order.iter().any(orphan).then_some("some node is not reached from the root")
}
