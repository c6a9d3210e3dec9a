//! All checks, in the order in which a person mends what they find.

use serde_json::Value;

use super::{loops, payload, personal, policy, references, remedies, structure};
use crate::catalog::{Catalog, NodeType};
use crate::definition::{Definition, NodeId};
use crate::diagnostic::{Diagnostic, Findings, MAX_DIAGNOSTICS};
use crate::graph::Graph;
use crate::node::logic_type;
use crate::parse::read;
use crate::pointer::below;

/// Everything that keeps a definition from being published, up to [`MAX_DIAGNOSTICS`].
pub fn validate(definition: &Definition, catalog: &dyn Catalog) -> Vec<Diagnostic> {
    let checks = Checks { definition, catalog, graph: Graph::of(definition) };
    let mut findings = Findings::default();
    structure::check(&checks, &mut findings);
    loops::check(&checks, &mut findings);
    remedies::check(&checks, &mut findings);
    payload::check(&checks, &mut findings);
    references::check(&checks, &mut findings);
    policy::check(&checks, &mut findings);
    personal::check(&checks, &mut findings);
    findings.into_list()
}

/// Reads and validates in one go: problems of shape and of meaning are listed together, as far as
/// what could be read has a meaning.
///
/// # Errors
/// Everything that keeps the definition from being published, up to [`MAX_DIAGNOSTICS`].
pub fn check(value: &Value, catalog: &dyn Catalog) -> Result<Definition, Vec<Diagnostic>> {
    let (definition, mut problems) = read(value);
    let Some(definition) = definition else { return Err(problems) };
    for problem in validate(&definition, catalog) {
        let is_known = problems.iter().any(|known| known.path == problem.path);
        if !is_known && problems.len() < MAX_DIAGNOSTICS {
            problems.push(problem);
        }
    }
    if problems.is_empty() { Ok(definition) } else { Err(problems) }
}

/// What every check looks at.
pub(super) struct Checks<'a> {
    pub(super) definition: &'a Definition,
    pub(super) catalog: &'a dyn Catalog,
    pub(super) graph: Graph<'a>,
}

impl Checks<'_> {
    /// What the type of a node is; what the engine executes itself no catalogue redefines.
    pub(super) fn node_type(&self, kind: &str) -> Option<NodeType> {
        logic_type(kind).or_else(|| self.catalog.node_type(kind))
    }
}

/// The pointer to a field of a node.
pub(super) fn at(node: &NodeId, field: &str) -> String {
    let mut path = below("/nodes", node.as_str());
    path.push('/');
    path.push_str(field);
    path
}
