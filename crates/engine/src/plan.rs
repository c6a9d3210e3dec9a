//! A definition as execution needs it: indexed, ordered, compiled once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::definition::{Definition, NodeId};

/// A node's number in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Index(u32);

/// The nodes of a definition, sorted by id, with their edges as numbers.
pub(crate) struct Plan {
    pub(crate) nodes: Vec<Planned>,
}

/// One node of a plan.
pub(crate) struct Planned {
    pub(crate) id: NodeId,
    pub(crate) branch: Option<Arc<str>>,
    pub(crate) children: Vec<Index>,
    /// How many nodes have it as a child.
    pub(crate) parents: u32,
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
        let nodes = definition.nodes.iter().map(|(id, node)| Planned {
            id: id.clone(),
            branch: node.branch.clone(),
            children: Vec::new(),
            parents: 0,
        });
        let mut plan = Self { nodes: nodes.collect() };
        for (number, node) in definition.nodes.values().enumerate() {
            for child in &node.children {
                let Some(child) = plan.index(child.as_str()) else { continue };
                if !plan.nodes[number].children.contains(&child) {
                    plan.nodes[number].children.push(child);
                    plan.nodes[child.at()].parents += 1;
                }
            }
        }
        plan
    }

    pub(crate) fn index(&self, id: &str) -> Option<Index> {
        self.nodes.binary_search_by(|node| node.id.as_str().cmp(id)).ok().map(Index::new)
    }

    pub(crate) fn node(&self, index: Index) -> &Planned {
        &self.nodes[index.at()]
    }
}
