//! Loops: their bodies, their borders, and how much they may execute.

use super::all::{Checks, at};
use crate::definition::{Node, NodeId};
use crate::diagnostic::{Diagnostic, DiagnosticCode, Findings, did_you_mean};
use crate::graph::LOOP;
use crate::limits::MAX_LOOP_NODES;
use crate::node::literal_items;
use crate::place::MAX_LOOP_DEPTH;
use crate::plan::Index;
use crate::pointer::below;
use crate::scopes::Scopes;

pub(super) fn check(checks: &Checks<'_>, findings: &mut Findings) {
    for (id, node) in &checks.definition.nodes {
        check_body(checks, id, node, findings);
    }
    let scopes = Scopes::of(&checks.graph);
    for (node, owner) in &scopes.strays {
        let id = checks.graph.id(*node);
        findings.report(|| {
            let message = match owner.map(|owner| checks.graph.id(owner)) {
                Some(owner) => format!(
                    "\"{id}\" is reached from inside the loop \"{owner}\" and from outside it: what \
                     follows the loop goes into the children of \"{owner}\""
                ),
                None => format!("\"{id}\" is reached from inside a loop and from outside it"),
            };
            let path = below("/nodes", id.as_str());
            Diagnostic::of(id, path, DiagnosticCode::LoopBorder, message)
        });
    }
    if checks.graph.cycles().is_empty() && scopes.strays.is_empty() {
        check_depth(checks, &scopes, findings);
        check_budget(checks, &scopes, findings);
    }
}

fn check_body(checks: &Checks<'_>, id: &NodeId, node: &Node, findings: &mut Findings) {
    let mut report = |path: String, code, message: String| {
        findings.report(|| Diagnostic::of(id, path, code, message));
    };
    if &*node.kind != LOOP {
        if !node.loop_body.is_empty() {
            let message = format!("only a {LOOP} has a body: remove loopBody, or change the type");
            report(at(id, "loopBody"), DiagnosticCode::InvalidValue, message);
        }
        return;
    }
    if node.loop_body.is_empty() {
        let message = "a loop needs a body: name the nodes to execute for each item in loopBody";
        report(at(id, "loopBody"), DiagnosticCode::MissingField, message.to_owned());
    }
    for (index, entry) in node.loop_body.iter().enumerate() {
        let path = below(&at(id, "loopBody"), &index.to_string());
        if !checks.definition.nodes.contains_key(entry) {
            let known = checks.definition.nodes.keys().map(NodeId::as_str);
            let near = did_you_mean(entry.as_str(), known);
            let message = format!("there is no node \"{entry}\"{near}");
            report(path, DiagnosticCode::UnknownChild, message);
        } else if node.loop_body[..index].contains(entry) {
            let message = format!("\"{entry}\" is in the body already: name it once");
            report(path, DiagnosticCode::DuplicateChild, message);
        }
    }
}

fn check_depth(checks: &Checks<'_>, scopes: &Scopes, findings: &mut Findings) {
    for (scope, owner) in scopes.owners.iter().enumerate() {
        // A loop around this one is told of already when it is too deep itself.
        if let Some(owner) = owner
            && scopes.loops_around(scope).len() == MAX_LOOP_DEPTH + 1
        {
            let id = checks.graph.id(*owner);
            findings.report(|| {
                let message = format!(
                    "loops stand inside one another at most {MAX_LOOP_DEPTH} deep: let a child \
                     workflow do the inner part"
                );
                Diagnostic::of(id, at(id, "loopBody"), DiagnosticCode::LimitExceeded, message)
            });
        }
    }
}

/// What loops over lists that are written out will execute is known before any run.
fn check_budget(checks: &Checks<'_>, scopes: &Scopes, findings: &mut Findings) {
    let mut members = vec![0_u64; scopes.owners.len()];
    for scope in scopes.of.iter().flatten() {
        members[*scope] += 1;
    }
    let items = |owner: &Index| {
        let node = checks.definition.node(checks.graph.id(*owner));
        node.and_then(|node| literal_items(&node.payload)).unwrap_or(1) as u64
    };
    let executed = |scope: usize| {
        let loops = scopes.loops_around(scope);
        loops.iter().map(items).fold(members[scope], u64::saturating_mul)
    };
    let total = (1..scopes.owners.len()).map(executed).fold(0, u64::saturating_add);
    if total > u64::from(MAX_LOOP_NODES) {
        findings.report(|| {
            let message = format!(
                "the loops execute {total} nodes, and those of a run may execute {MAX_LOOP_NODES}: \
                 let child workflows do parts of the work"
            );
            Diagnostic::at("/nodes", DiagnosticCode::LimitExceeded, message)
        });
    }
}
