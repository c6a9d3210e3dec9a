//! Expressions: their syntax, and whether what they refer to exists by then.

use serde_json::Value;

use super::all::{Checks, at};
use crate::definition::NodeId;
use crate::diagnostic::{Diagnostic, DiagnosticCode, Findings, did_you_mean};
use crate::expression::{Expression, Fault, FaultKind, Loop, Reference, Source, Step};
use crate::graph::Set;
use crate::plan::{Index, Planned};

pub(super) fn check(checks: &Checks<'_>, findings: &mut Findings) {
    // In a circle everything is its own ancestor: until it is broken, order says nothing.
    let is_ordered = checks.graph.cycles().is_empty();
    let ancestors = if is_ordered { checks.graph.ancestors() } else { Vec::new() };
    let declared = Declared::of(checks);
    for (number, node) in checks.definition.plan().nodes.iter().enumerate() {
        let mut walk = Walk {
            checks,
            declared: &declared,
            node,
            index: Index::new(number),
            ancestors: ancestors.get(number),
            findings,
        };
        node.template.expressions("", &mut |path, expression| walk.look_at(path, expression));
        for (_, left) in &node.left_sides.0 {
            left.expressions("/condition", &mut |path, left| walk.look_at(path, left));
        }
    }
}

/// The names that the definition declares.
struct Declared<'a> {
    props: Vec<&'a str>,
    /// None when nothing is declared: then every input may be asked for.
    inputs: Option<Vec<&'a str>>,
    variables: Vec<&'a str>,
}

impl<'a> Declared<'a> {
    fn of(checks: &Checks<'a>) -> Self {
        let props = checks.definition.props.as_object();
        let fields = checks.definition.input_schema.iter().map(|input| input.key.as_str());
        let schema = checks.definition.root().and_then(|root| {
            root.payload.get("inputSchema")?.get("properties").and_then(Value::as_object)
        });
        let properties = schema.into_iter().flat_map(|schema| schema.keys().map(String::as_str));
        let inputs: Vec<&str> = fields.chain(properties).collect();
        let variables = checks.definition.variable_defs.iter();
        let variables = variables.flat_map(|list| list.as_array().into_iter().flatten());
        Self {
            variables: variables.filter_map(|known| known.get("name")?.as_str()).collect(),
            props: props
                .map(|props| props.keys().map(String::as_str).collect())
                .unwrap_or_default(),
            inputs: Some(inputs).filter(|inputs| !inputs.is_empty()),
        }
    }
}

struct Walk<'a, 'f> {
    checks: &'a Checks<'a>,
    declared: &'a Declared<'a>,
    node: &'a Planned,
    index: Index,
    ancestors: Option<&'a Set>,
    findings: &'f mut Findings,
}

impl Walk<'_, '_> {
    fn look_at(&mut self, path: &str, expression: Result<&Expression, &Fault>) {
        match expression {
            Ok(expression) => expression.references(&mut |reference| self.refer(path, reference)),
            Err(fault) => {
                let code = match fault.kind {
                    FaultKind::Syntax => DiagnosticCode::ExpressionSyntax,
                    FaultKind::UnknownName => DiagnosticCode::UnknownName,
                };
                self.report(path, code, || {
                    format!("at character {}: {}", fault.position, fault.message)
                });
            }
        }
    }

    fn refer(&mut self, path: &str, reference: &Reference) {
        let field = reference.path.first().map(Step::name);
        match &reference.source {
            Source::Trigger | Source::Inputs if self.node.id.is_root() => {
                self.report(path, DiagnosticCode::NotAnAncestor, || {
                    "the trigger's own payload is read before a run exists: use $props".to_owned()
                });
            }
            Source::Trigger
            | Source::WorkflowId
            | Source::WorkflowVersion
            | Source::StartedAt
            | Source::Loop { of: Loop::Above(_), .. } => {}
            Source::Loop { of: Loop::Of(id), .. } => drop(self.existing(path, id)),
            Source::Variable(name) => {
                let declared = self.declared;
                if !declared.variables.contains(&&**name) {
                    self.report(path, DiagnosticCode::UndeclaredVariable, || {
                        let near = did_you_mean(name, declared.variables.iter().copied());
                        format!(
                            "no variable \"{name}\" is declared: add it to the variableDefs{near}"
                        )
                    });
                }
            }
            Source::Props => {
                let declared = self.declared;
                if let Some(field) = field.filter(|field| !declared.props.contains(field)) {
                    self.report(path, DiagnosticCode::UndeclaredProp, || {
                        let near = did_you_mean(field, declared.props.iter().copied());
                        format!("no prop \"{field}\" is declared: add it to the props{near}")
                    });
                }
            }
            Source::Inputs => {
                let Some(inputs) = &self.declared.inputs else { return };
                if let Some(field) = field.filter(|field| !inputs.contains(field)) {
                    self.report(path, DiagnosticCode::UndeclaredInput, || {
                        let near = did_you_mean(field, inputs.iter().copied());
                        format!("no input \"{field}\" is declared: add it to the inputSchema{near}")
                    });
                }
            }
            Source::Node { id, .. } => self.refer_to(path, id),
        }
    }

    /// The node of that name; reported when there is none.
    fn existing(&mut self, path: &str, id: &NodeId) -> Option<Index> {
        let checks = self.checks;
        let id = checks.definition.resolve_alias(id);
        let index = checks.graph.index(id);
        if index.is_none() {
            self.report(path, DiagnosticCode::UnknownNode, || {
                let known = checks.definition.nodes.keys().map(NodeId::as_str);
                let near = did_you_mean(id.as_str(), known);
                format!("there is no node \"{id}\"{near}")
            });
        }
        index
    }

    fn refer_to(&mut self, path: &str, id: &NodeId) {
        let Some(index) = self.existing(path, id) else { return };
        let id = self.checks.definition.resolve_alias(id);
        if self.ancestors.is_some_and(|ancestors| !ancestors.contains(index)) {
            let is_itself = self.index == index;
            let own = &self.node.id;
            self.report(path, DiagnosticCode::NotAnAncestor, || {
                if is_itself {
                    return format!("\"{own}\" refers to itself: refer to a node before it");
                }
                format!(
                    "\"{id}\" is not an ancestor of \"{own}\", so it may not have run by then: \
                     put \"{own}\" behind it, or refer to another node"
                )
            });
        }
    }

    fn report(&mut self, path: &str, code: DiagnosticCode, message: impl FnOnce() -> String) {
        let id = &self.node.id;
        self.findings.report(|| {
            let path = format!("{}{path}", at(id, "payload"));
            Diagnostic::of(id, path, code, message())
        });
    }
}
