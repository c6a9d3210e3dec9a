//! The shape of a definition: which node follows which, and what is wrong with that.

use std::collections::VecDeque;

use crate::definition::{Definition, NodeId};
use crate::plan::Index;
use crate::remedy::OnFailure;

/// How many cycles are named; whoever mends ten may ask again.
const MAX_CYCLES: usize = 10;

/// Nodes by number, in the order of their ids, with their edges as numbers. What does not exist,
/// and what is named twice, is left out.
pub(crate) struct Graph<'a> {
    pub(crate) ids: Vec<&'a NodeId>,
    pub(crate) children: Vec<Vec<Index>>,
    pub(crate) parents: Vec<Vec<Index>>,
    /// What is executed for each item of a loop.
    pub(crate) bodies: Vec<Vec<Index>>,
    /// What may follow a failure instead of the children.
    pub(crate) fallbacks: Vec<Vec<Index>>,
    /// What undoes a node.
    pub(crate) compensations: Vec<Option<Index>>,
    pub(crate) root: Option<Index>,
    /// Whether some edge was left out, because there is no such node.
    pub(crate) has_unknown_child: bool,
    /// What a node leads to in any of these ways.
    next: Vec<Vec<Index>>,
    /// What leads to a node in any of these ways.
    before: Vec<Vec<Index>>,
}

/// The type of the nodes that have a body.
pub(crate) const LOOP: &str = "for-each";

impl<'a> Graph<'a> {
    pub(crate) fn of(definition: &'a Definition) -> Self {
        let ids: Vec<&NodeId> = definition.nodes.keys().collect();
        let index = |id: &str| ids.binary_search_by(|known| known.as_str().cmp(id)).ok();
        let mut has_unknown_child = false;
        let mut edges = |named: &mut dyn Iterator<Item = &NodeId>| -> Vec<Index> {
            let mut known = Vec::new();
            for id in named {
                match index(id.as_str()).map(Index::new) {
                    Some(to) if !known.contains(&to) => known.push(to),
                    Some(_) => {}
                    None => has_unknown_child = true,
                }
            }
            known
        };
        let (mut children, mut bodies, mut fallbacks) = (Vec::new(), Vec::new(), Vec::new());
        let mut compensations = Vec::new();
        for node in definition.nodes.values() {
            children.push(edges(&mut node.children.iter()));
            let body = node.loop_body.iter().filter(|_| &*node.kind == LOOP);
            bodies.push(edges(&mut { body }));
            let on_failure = node.on_failure.iter();
            fallbacks.push(edges(&mut on_failure.flat_map(OnFailure::fallbacks)));
            compensations.push(edges(&mut node.compensated_by.iter()).pop());
        }
        let mut next = children.clone();
        for (from, next) in next.iter_mut().enumerate() {
            let more = bodies[from].iter().chain(&fallbacks[from]).chain(&compensations[from]);
            for to in more {
                if !next.contains(to) {
                    next.push(*to);
                }
            }
        }
        let (parents, before) = (reversed(&children), reversed(&next));
        let root = index(NodeId::ROOT).map(Index::new);
        Self {
            ids,
            children,
            parents,
            bodies,
            fallbacks,
            compensations,
            root,
            has_unknown_child,
            next,
            before,
        }
    }

    pub(crate) fn index(&self, id: &NodeId) -> Option<Index> {
        self.ids.binary_search(&id).ok().map(Index::new)
    }

    pub(crate) fn id(&self, index: Index) -> &'a NodeId {
        self.ids[index.at()]
    }

    pub(crate) fn parents(&self, index: Index) -> &[Index] {
        &self.parents[index.at()]
    }

    /// Whether anything leads to the node.
    pub(crate) fn is_led_to(&self, index: Index) -> bool {
        !self.before[index.at()].is_empty()
    }

    /// Whether the node undoes one other node, and is nothing else to any.
    pub(crate) fn only_undoes(&self, index: Index) -> bool {
        let otherwise = self.children.iter().chain(&self.bodies).chain(&self.fallbacks);
        let undone = self.compensations.iter().filter(|undo| **undo == Some(index)).count();
        undone == 1 && !otherwise.flatten().any(|next| *next == index)
    }

    /// All nodes, parents before children, as far as no cycle keeps them out.
    pub(crate) fn order(&self) -> Vec<Index> {
        let mut missing: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let free = (0..missing.len()).filter(|node| missing[*node] == 0);
        let mut queue: VecDeque<Index> = free.map(Index::new).collect();
        let mut order = Vec::with_capacity(missing.len());
        while let Some(node) = queue.pop_front() {
            order.push(node);
            for child in &self.next[node.at()] {
                missing[child.at()] -= 1;
                if missing[child.at()] == 0 {
                    queue.push_back(*child);
                }
            }
        }
        order
    }

    /// Which nodes the root leads to.
    pub(crate) fn reachable(&self) -> Vec<bool> {
        let mut reached = vec![false; self.ids.len()];
        let mut stack: Vec<Index> = self.root.into_iter().collect();
        while let Some(node) = stack.pop() {
            if !std::mem::replace(&mut reached[node.at()], true) {
                stack.extend(&self.next[node.at()]);
            }
        }
        reached
    }

    /// Cycles, each as the nodes along it; a node that is its own child is one of length one.
    pub(crate) fn cycles(&self) -> Vec<Vec<Index>> {
        let mut search =
            Search { graph: self, mark: vec![Mark::New; self.ids.len()], found: Vec::new() };
        for node in 0..self.ids.len() {
            search.from(Index::new(node));
        }
        search.found
    }

    /// For each node the set of its ancestors. Needs a graph without cycles.
    pub(crate) fn ancestors(&self) -> Vec<Set> {
        let mut ancestors = vec![Set::new(self.ids.len()); self.ids.len()];
        for node in self.order() {
            let mut set = std::mem::take(&mut ancestors[node.at()]);
            for parent in &self.before[node.at()] {
                set.insert(*parent);
                set.include(&ancestors[parent.at()]);
            }
            ancestors[node.at()] = set;
        }
        ancestors
    }
}

/// Every edge the other way round.
fn reversed(edges: &[Vec<Index>]) -> Vec<Vec<Index>> {
    let mut reversed = vec![Vec::new(); edges.len()];
    for (from, edges) in edges.iter().enumerate() {
        for to in edges {
            reversed[to.at()].push(Index::new(from));
        }
    }
    reversed
}

/// A set of nodes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Set(Vec<u64>);

impl Set {
    fn new(nodes: usize) -> Self {
        Self(vec![0; nodes.div_ceil(64)])
    }

    fn insert(&mut self, node: Index) {
        self.0[node.at() / 64] |= 1 << (node.at() % 64);
    }

    fn include(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }

    pub(crate) fn contains(&self, node: Index) -> bool {
        self.0.get(node.at() / 64).is_some_and(|word| word & (1 << (node.at() % 64)) != 0)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    OnPath,
    Done,
}

/// A depth-first search without recursion, since a definition may be a thousand nodes deep.
struct Search<'a> {
    graph: &'a Graph<'a>,
    mark: Vec<Mark>,
    found: Vec<Vec<Index>>,
}

impl Search<'_> {
    fn from(&mut self, start: Index) {
        if self.mark[start.at()] != Mark::New {
            return;
        }
        // The path to where the search is, each node with the number of its next child.
        let mut path = vec![(start, 0)];
        self.mark[start.at()] = Mark::OnPath;
        while let Some((node, next)) = path.last_mut() {
            let Some(child) = self.graph.next[node.at()].get(*next).copied() else {
                self.mark[node.at()] = Mark::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match self.mark[child.at()] {
                Mark::New => {
                    self.mark[child.at()] = Mark::OnPath;
                    path.push((child, 0));
                }
                Mark::OnPath if self.found.len() < MAX_CYCLES => {
                    let cycle = path.iter().map(|(node, _)| *node);
                    self.found.push(cycle.skip_while(|node| *node != child).collect());
                }
                Mark::Done | Mark::OnPath => {}
            }
        }
    }
}
