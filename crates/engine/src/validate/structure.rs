//! The graph: ids, types, edges, circles, reachability, branches.

use super::all::{Checks, at};
use crate::catalog::Role;
use crate::definition::{MAX_NODE_ID_LENGTH, MAX_NODES, Node, NodeId};
use crate::diagnostic::{Diagnostic, DiagnosticCode, Findings, did_you_mean};
use crate::node::{branches, logic_types};
use crate::plan::Index;
use crate::pointer::below;

pub(super) fn check(checks: &Checks<'_>, findings: &mut Findings) {
    if checks.graph.root.is_none() {
        findings.report(|| {
            let cure = "the definition has no node \"root\": add the trigger under that id";
            Diagnostic::at("/nodes", DiagnosticCode::MissingRoot, cure)
        });
    }
    if checks.definition.nodes.len() > MAX_NODES {
        findings.report(|| {
            let cure = format!("a definition has at most {MAX_NODES} nodes: split it");
            Diagnostic::at("/nodes", DiagnosticCode::LimitExceeded, cure)
        });
    }
    for (id, node) in &checks.definition.nodes {
        check_id(id, findings);
        check_type(checks, id, node, findings);
        check_children(checks, id, node, findings);
        check_branch(checks, id, node, findings);
    }
    check_cycles(checks, findings);
    check_reachability(checks, findings);
}

fn check_id(id: &NodeId, findings: &mut Findings) {
    if !id.is_well_formed() {
        findings.report(|| {
            let cure = format!(
                "a node id is a letter and then letters, digits, hyphens and underscores, \
                 {MAX_NODE_ID_LENGTH} at most: rename the node"
            );
            let path = below("/nodes", id.as_str());
            Diagnostic::of(id, path, DiagnosticCode::InvalidNodeId, cure)
        });
    }
}

fn check_type(checks: &Checks<'_>, id: &NodeId, node: &Node, findings: &mut Findings) {
    let kind = &*node.kind;
    // An empty type was reported when the definition was read.
    if kind.is_empty() {
        return;
    }
    let mut report = |code, message: &dyn Fn() -> String| {
        findings.report(|| Diagnostic::of(id, at(id, "type"), code, message()));
    };
    match checks.node_type(kind).map(|known| known.role) {
        None => report(DiagnosticCode::UnknownNodeType, &|| {
            let mut known = checks.catalog.known_types();
            known.extend(logic_types().map(str::to_owned));
            let near = did_you_mean(kind, known.iter().map(String::as_str));
            format!("there is no node type \"{kind}\"{near}")
        }),
        Some(Role::Trigger) if !id.is_root() => {
            report(DiagnosticCode::MisplacedTrigger, &|| {
                format!("\"{kind}\" is a trigger, and triggers stand at the root only")
            });
        }
        Some(Role::Logic | Role::Action) if id.is_root() => {
            report(DiagnosticCode::RootNotTrigger, &|| {
                format!(
                    "the root starts the workflow, and \"{kind}\" is no trigger: use manual or \
                     webhook, and make \"{kind}\" its child"
                )
            });
        }
        Some(Role::Trigger | Role::Logic | Role::Action) => {}
    }
}

fn check_children(checks: &Checks<'_>, id: &NodeId, node: &Node, findings: &mut Findings) {
    for (index, child) in node.children.iter().enumerate() {
        let path = || below(&at(id, "children"), &index.to_string());
        if !checks.definition.nodes.contains_key(child) {
            findings.report(|| {
                let known = checks.definition.nodes.keys().map(NodeId::as_str);
                let near = did_you_mean(child.as_str(), known);
                let message = format!("there is no node \"{child}\"{near}");
                Diagnostic::of(id, path(), DiagnosticCode::UnknownChild, message)
            });
        } else if node.children[..index].contains(child) {
            findings.report(|| {
                let message = format!("\"{child}\" is a child already: name it once");
                Diagnostic::of(id, path(), DiagnosticCode::DuplicateChild, message)
            });
        }
    }
}

/// A branch needs parents that choose; each of those must offer it.
fn check_branch(checks: &Checks<'_>, id: &NodeId, node: &Node, findings: &mut Findings) {
    let Some(branch) = &node.branch else { return };
    let Some(index) = checks.graph.index(id) else { return };
    let mut has_choice = false;
    for parent in checks.graph.parents(index) {
        let parent_id = checks.graph.id(*parent);
        let Some(parent) = checks.definition.node(parent_id) else { continue };
        let Some(known) = checks.node_type(&parent.kind) else {
            // Nobody knows what an unknown type offers; it is reported where it stands.
            has_choice = true;
            continue;
        };
        let offered = branches(parent, &known);
        if offered.is_empty() {
            continue;
        }
        has_choice = true;
        if !offered.contains(&&**branch) {
            findings.report(|| {
                let near = did_you_mean(branch, offered.iter().copied());
                let offered = offered.join(" and ");
                let message = format!(
                    "\"{parent_id}\" has no branch \"{branch}\"{near} (it offers {offered})"
                );
                Diagnostic::of(id, at(id, "branch"), DiagnosticCode::UnknownBranch, message)
            });
        }
    }
    if !has_choice {
        findings.report(|| {
            let message =
                "no parent of this node chooses a branch (if, switch and wait do): remove branch";
            Diagnostic::of(id, at(id, "branch"), DiagnosticCode::BranchWithoutChoice, message)
        });
    }
}

fn check_cycles(checks: &Checks<'_>, findings: &mut Findings) {
    for cycle in checks.graph.cycles() {
        let Some(last) = cycle.last() else { continue };
        findings.report(|| {
            let id = checks.graph.id(*last);
            let message = match cycle.as_slice() {
                [_] => format!("\"{id}\" is its own child: remove it from its children"),
                nodes => {
                    let name = |index: &Index| checks.graph.id(*index).as_str();
                    let names: Vec<&str> = nodes.iter().chain(nodes.first()).map(name).collect();
                    let circle = names.join(" → ");
                    format!("nodes follow one another in a circle, {circle}: remove one edge")
                }
            };
            Diagnostic::of(id, at(id, "children"), DiagnosticCode::Cycle, message)
        });
    }
}

fn check_reachability(checks: &Checks<'_>, findings: &mut Findings) {
    if checks.graph.root.is_none() {
        return;
    }
    let reachable = checks.graph.reachable();
    for (id, reached) in checks.graph.ids.iter().zip(reachable) {
        if !reached {
            findings.report(|| {
                let message = format!(
                    "the root does not lead to \"{id}\": name it among the children of a node, or \
                     remove it"
                );
                let path = below("/nodes", id.as_str());
                Diagnostic::of(id, path, DiagnosticCode::UnreachableNode, message)
            });
        }
    }
}
