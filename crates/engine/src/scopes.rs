//! Which nodes are executed together: those outside all loops, and the body of each loop.

use crate::graph::Graph;
use crate::place::MAX_LOOP_DEPTH;
use crate::plan::Index;

/// The scopes of a definition. The first is that outside all loops; each loop's body is another.
pub(crate) struct Scopes {
    /// Which scope each node belongs to; none where the root does not lead.
    pub(crate) of: Vec<Option<usize>>,
    /// The loop whose body a scope is; the first has none.
    pub(crate) owners: Vec<Option<Index>>,
    /// Nodes that are led to from two scopes, each with the loop whose border is crossed.
    pub(crate) strays: Vec<(Index, Option<Index>)>,
}

impl Scopes {
    pub(crate) fn of(graph: &Graph<'_>) -> Self {
        let mut scopes =
            Self { of: vec![None; graph.ids.len()], owners: vec![None], strays: Vec::new() };
        let mut stack: Vec<(Index, usize)> = graph.root.map(|root| (root, 0)).into_iter().collect();
        while let Some((node, scope)) = stack.pop() {
            match scopes.of[node.at()] {
                None => scopes.of[node.at()] = Some(scope),
                Some(other) => {
                    if other != scope && !scopes.strays.iter().any(|(known, _)| *known == node) {
                        let owner = scopes.owners[other.max(scope)];
                        scopes.strays.push((node, owner));
                    }
                    continue;
                }
            }
            let beside = graph.children[node.at()].iter().chain(&graph.fallbacks[node.at()]);
            stack.extend(beside.chain(&graph.compensations[node.at()]).map(|next| (*next, scope)));
            if !graph.bodies[node.at()].is_empty() {
                let inside = scopes.owners.len();
                scopes.owners.push(Some(node));
                stack.extend(graph.bodies[node.at()].iter().map(|entry| (*entry, inside)));
            }
        }
        scopes
    }

    /// The loops around a scope, the outermost first. A definition in which a loop stands inside
    /// itself has no end of them; what is deeper than may be is cut off.
    pub(crate) fn loops_around(&self, scope: usize) -> Vec<Index> {
        let mut loops = Vec::new();
        let mut scope = scope;
        while let Some(owner) = self.owners[scope] {
            loops.push(owner);
            match self.of[owner.at()] {
                Some(outer) if loops.len() <= MAX_LOOP_DEPTH => scope = outer,
                Some(_) | None => break,
            }
        }
        loops.reverse();
        loops
    }
}
