//! What a workflow may not do that handles personal data: keep it where shredding does not reach.

use super::all::{Checks, at};
use crate::diagnostic::{Diagnostic, DiagnosticCode, Findings};
use crate::personal::keeps_elsewhere;

pub(super) fn check(checks: &Checks<'_>, findings: &mut Findings) {
    let definition = checks.definition;
    let Some(personal) = definition.personal() else { return };
    if personal.subject.trim().is_empty() {
        findings.report(|| {
            let message = "it names nobody: take it from the trigger, like {{$inputs.customerId}}";
            Diagnostic::at("/personal/subject", DiagnosticCode::InvalidValue, message)
        });
    }
    for (id, node) in definition.nodes() {
        if keeps_elsewhere(&node.kind) {
            findings.report(|| {
                let message = format!(
                    "a {} node keeps what it is given outside of the run, where it could not be shredded: a workflow \
                     with personal data cannot have one",
                    node.kind
                );
                Diagnostic::of(id, at(id, "type"), DiagnosticCode::NotSupported, message)
            });
        }
    }
    if !definition.emissions().is_empty() {
        findings.report(|| {
            let message = "events that are emitted are kept outside of the run, where they could not be shredded";
            Diagnostic::at("/emit", DiagnosticCode::NotSupported, message)
        });
    }
    if definition.kept_variables().next().is_some() {
        findings.report(|| {
            let message = "a variable with the lifetime persist is kept outside of the run, where it could not be \
                           shredded";
            Diagnostic::at("/variableDefs", DiagnosticCode::NotSupported, message)
        });
    }
}
