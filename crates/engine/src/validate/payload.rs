//! Payloads, judged by the catalogue and by the nodes themselves; connectors.

use std::collections::BTreeSet;

use serde_json::Value;

use super::all::{Checks, at};
use crate::definition::{Node, NodeId};
use crate::diagnostic::{Diagnostic, DiagnosticCode, Findings};
use crate::expression::{Problem, has_expression};
use crate::node::{Logic, problems};

pub(super) fn check(checks: &Checks<'_>, findings: &mut Findings) {
    for (id, node) in &checks.definition.nodes {
        if checks.node_type(&node.kind).is_some() {
            check_payload(checks, id, node, findings);
        }
        check_connector(checks, id, node, findings);
    }
}

fn check_payload(checks: &Checks<'_>, id: &NodeId, node: &Node, findings: &mut Findings) {
    let by_catalog = checks.catalog.payload_problems(&node.kind, &node.payload).into_iter();
    let by_catalog = by_catalog.map(|problem| Problem::new(problem.path, problem.message));
    let by_node = Logic::named(&node.kind).filter(|_| !id.is_root());
    let by_node = by_node.map(|logic| problems(logic, &node.payload)).unwrap_or_default();
    // What an expression will be is known at run time only. The catalogue knows that itself: what it
    // says of such a place is that nothing belongs there.
    let by_node = by_node.into_iter().filter(|problem| !is_open(&node.payload, &problem.path));
    let mut told = BTreeSet::new();
    for problem in by_catalog.chain(by_node) {
        // Once is enough for a place.
        if !told.insert(problem.path.clone()) {
            continue;
        }
        findings.report(|| {
            let path = format!("{}{}", at(id, "payload"), problem.path);
            Diagnostic::of(id, path, DiagnosticCode::InvalidPayload, problem.message)
        });
    }
}

/// Whether the value at a place is a text with an expression.
fn is_open(payload: &Value, path: &str) -> bool {
    payload.pointer(path).and_then(Value::as_str).is_some_and(has_expression)
}

fn check_connector(checks: &Checks<'_>, id: &NodeId, node: &Node, findings: &mut Findings) {
    let Some(provider) = checks.node_type(&node.kind).and_then(|known| known.connector) else {
        return;
    };
    let message = match &node.connector {
        Some(connector) if *connector.kind == *provider => return,
        Some(connector) => format!(
            "\"{}\" works with a connector of {provider}, not of \"{}\"",
            node.kind, connector.kind
        ),
        None => format!(
            "\"{}\" needs a connector: {{\"type\": \"{provider}\"}}, with the id of yours",
            node.kind
        ),
    };
    findings.report(|| {
        Diagnostic::of(id, at(id, "connector"), DiagnosticCode::InvalidConnector, message)
    });
}
