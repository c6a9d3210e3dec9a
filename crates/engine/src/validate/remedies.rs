//! What follows failures, and what undoes nodes: whether it exists and can be executed.

use super::all::{Checks, at};
use crate::definition::{Definition, Node, NodeId};
use crate::diagnostic::{Diagnostic, DiagnosticCode, Findings, did_you_mean};
use crate::graph::LOOP;
use crate::node::{Logic, join_needs};
use crate::pointer::below;

pub(super) fn check(checks: &Checks<'_>, findings: &mut Findings) {
    for (id, node) in &checks.definition.nodes {
        check_fallbacks(checks, id, node, findings);
        check_compensation(checks, id, node, findings);
        check_join(checks, id, node, findings);
    }
    let limit = checks.definition.max_run_ms;
    if limit.is_some_and(|limit| !(1..=Definition::MAX_RUN_MS).contains(&limit)) {
        findings.report(|| {
            let message =
                format!("must be from 1 to {} milliseconds (90 days)", Definition::MAX_RUN_MS);
            Diagnostic::at("/maxRunMs", DiagnosticCode::InvalidTimeout, message)
        });
    }
}

fn check_fallbacks(checks: &Checks<'_>, id: &NodeId, node: &Node, findings: &mut Findings) {
    let Some(on_failure) = &node.on_failure else { return };
    if id.is_root() {
        findings.report(|| {
            let message = "the trigger does not fail: remove onFailure";
            Diagnostic::of(id, at(id, "onFailure"), DiagnosticCode::InvalidValue, message)
        });
    }
    for fallback in on_failure.fallbacks() {
        if !checks.definition.nodes.contains_key(fallback) {
            findings.report(|| {
                let known = checks.definition.nodes.keys().map(NodeId::as_str);
                let near = did_you_mean(fallback.as_str(), known);
                let message = format!("there is no node \"{fallback}\"{near} to fall back to");
                Diagnostic::of(id, at(id, "onFailure"), DiagnosticCode::UnknownChild, message)
            });
        }
    }
}

fn check_compensation(checks: &Checks<'_>, id: &NodeId, node: &Node, findings: &mut Findings) {
    let Some(compensation) = &node.compensated_by else { return };
    let mut report = |code, message: String| {
        findings.report(|| Diagnostic::of(id, at(id, "compensatedBy"), code, message));
    };
    let Some(undo) = checks.definition.node(compensation) else {
        let known = checks.definition.nodes.keys().map(NodeId::as_str);
        let near = did_you_mean(compensation.as_str(), known);
        let message = format!("there is no node \"{compensation}\"{near}");
        return report(DiagnosticCode::UnknownChild, message);
    };
    if id.is_root() {
        let message = "the trigger does nothing that could be undone: remove compensatedBy";
        report(DiagnosticCode::InvalidValue, message.to_owned());
    }
    let leads_on = !undo.children.is_empty()
        || undo.compensated_by.is_some()
        || undo.on_failure.as_ref().is_some_and(|after| after.fallbacks().next().is_some());
    let index = checks.graph.index(compensation);
    let only_undoes = index.is_some_and(|index| checks.graph.only_undoes(index));
    if leads_on || !only_undoes || &*undo.kind == LOOP {
        let message = format!(
            "\"{compensation}\" undoes \"{id}\" and may be nothing else: no child or fallback of \
             another node, no compensation of a second one, without children, and no loop"
        );
        report(DiagnosticCode::InvalidCompensation, message);
    }
}

/// A join cannot wait for more nodes than lead to it.
fn check_join(checks: &Checks<'_>, id: &NodeId, node: &Node, findings: &mut Findings) {
    if Logic::named(&node.kind) != Some(Logic::Join) {
        return;
    }
    let parents = checks.graph.index(id).map_or(0, |index| checks.graph.parents(index).len());
    let Some(needs) = join_needs(&node.payload) else { return };
    if needs as usize > parents {
        findings.report(|| {
            let path = below(&at(id, "payload"), "count");
            let message =
                format!("only {parents} nodes lead to \"{id}\", and it waits for {needs}");
            Diagnostic::of(id, path, DiagnosticCode::InvalidPayload, message)
        });
    }
}
