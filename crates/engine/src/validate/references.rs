//! Expressions: their syntax, and whether what they refer to exists by then.

use serde_json::Value;

use super::all::{Checks, at};
use crate::definition::NodeId;
use crate::diagnostic::{Diagnostic, DiagnosticCode, Findings, did_you_mean};
use crate::expression::{
    Expression, Fault, FaultKind, Loop, Reference, Source, Step, has_expression,
};
use crate::graph::Set;
use crate::node::SET_VARIABLE;
use crate::personal::Personal;
use crate::plan::{Index, Planned};

pub(super) fn check(checks: &Checks<'_>, findings: &mut Findings) {
    // In a circle everything is its own ancestor: until it is broken, order says nothing.
    let is_ordered = checks.graph.cycles().is_empty();
    let ancestors = if is_ordered { checks.graph.ancestors() } else { Vec::new() };
    let declared = Declared::of(checks);
    let plan = checks.definition.plan();
    for (number, node) in plan.nodes.iter().enumerate() {
        let (index, ancestors) = (Index::new(number), ancestors.get(number));
        let site = Site::Node { node, index, ancestors };
        let mut walk = Walk { checks, declared: &declared, site, findings };
        node.template.expressions("", &mut |path, expression| walk.look_at(path, expression));
        for (_, left) in &node.left_sides.0 {
            left.expressions("/condition", &mut |path, left| walk.look_at(path, left));
        }
        check_variable(checks, &declared, node, findings);
    }
    if let Some(subject) = checks.definition.personal().map(Personal::template) {
        let mut walk = Walk { checks, declared: &declared, site: Site::Subject, findings };
        subject.expressions("", &mut |path, expression| walk.look_at(path, expression));
    }
    for (number, payload) in plan.emissions.iter().enumerate() {
        let site = Site::Emission(number);
        let mut walk = Walk { checks, declared: &declared, site, findings };
        payload.expressions("", &mut |path, expression| walk.look_at(path, expression));
    }
}

/// A variable that is set must be declared: nobody could read it otherwise.
fn check_variable(
    checks: &Checks<'_>,
    declared: &Declared<'_>,
    node: &Planned,
    findings: &mut Findings,
) {
    let payload = checks.definition.node(&node.id).filter(|_| &*node.kind == SET_VARIABLE);
    let name = payload.and_then(|node| node.payload.get("name")?.as_str());
    let Some(name) = name.filter(|name| !declared.variables.contains(name)) else { return };
    findings.report(|| {
        let path = format!("{}/name", at(&node.id, "payload"));
        let message = if has_expression(name) {
            "the name of a variable is written out, so that it can be checked".to_owned()
        } else {
            let near = did_you_mean(name, declared.variables.iter().copied());
            format!("no variable \"{name}\" is declared: add it to the variableDefs{near}")
        };
        Diagnostic::of(&node.id, path, DiagnosticCode::UndeclaredVariable, message)
    });
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
    site: Site<'a>,
    findings: &'f mut Findings,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
enum Site<'a> {
    /// In the payload of a node.
    Node { node: &'a Planned, index: Index, ancestors: Option<&'a Set> },
    /// In what the ending run tells others, where every node may be asked for.
    Emission(usize),
    /// In what says whose data a run handles, which is read before its first node.
    Subject,
}

impl Site<'_> {
    fn is_trigger(self) -> bool {
        matches!(self, Self::Node { node, .. } if node.id.is_root())
    }

    /// How many loops there are around it.
    fn loops(self) -> &'static str {
        match self {
            Self::Node { node, .. } if node.loops.len() == 1 => "one loop",
            Self::Node { node, .. } if !node.loops.is_empty() => "fewer loops",
            Self::Node { .. } | Self::Emission(_) | Self::Subject => "no loop",
        }
    }

    fn is_inside(self, up: usize) -> bool {
        matches!(self, Self::Node { node, .. } if node.loops.len() > up)
    }

    fn is_inside_of(self, around: Index) -> bool {
        matches!(self, Self::Node { node, .. } if node.loops.contains(&around))
    }
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
            Source::Trigger | Source::Inputs if self.site.is_trigger() => {
                self.report(path, DiagnosticCode::NotAnAncestor, || {
                    "the trigger's own payload is read before a run exists: use $props".to_owned()
                });
            }
            Source::Trigger
            | Source::WorkflowId
            | Source::WorkflowVersion
            | Source::StartedAt
            | Source::Event => {}
            Source::Loop { of: Loop::Above(up), .. } => {
                if !self.site.is_inside(*up) {
                    let around = self.site.loops();
                    self.report(path, DiagnosticCode::NotAnAncestor, || {
                        format!(
                            "$item and $index are those of the loop around a node, $parent_item \
                             and $parent_index of the loop around that, and here is {around}"
                        )
                    });
                }
            }
            Source::Loop { of: Loop::Of(id), .. } => {
                let around = self.existing(path, id);
                if around.is_some_and(|around| !self.site.is_inside_of(around)) {
                    self.report(path, DiagnosticCode::NotAnAncestor, || {
                        format!(
                            "\"{id}\" is no loop around this place: its items are known inside it"
                        )
                    });
                }
            }
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
            Source::Node { id, .. } => {
                self.refer_to(path, id);
                let is_root = self.checks.definition.resolve_alias(id).is_root();
                if matches!(self.site, Site::Subject) && !is_root {
                    self.report(path, DiagnosticCode::NotAnAncestor, || {
                        "whose data it is must be known before a node runs: take it from the trigger or the inputs".to_owned()
                    });
                }
            }
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
        let Site::Node { node, index: own_index, ancestors } = self.site else { return };
        if ancestors.is_some_and(|ancestors| !ancestors.contains(index)) {
            let own = &node.id;
            self.report(path, DiagnosticCode::NotAnAncestor, || {
                if own_index == index {
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
        let site = self.site;
        self.findings.report(|| match site {
            Site::Node { node, .. } => {
                let path = format!("{}{path}", at(&node.id, "payload"));
                Diagnostic::of(&node.id, path, code, message())
            }
            Site::Emission(number) => {
                Diagnostic::at(format!("/emit/{number}/payload{path}"), code, message())
            }
            Site::Subject => Diagnostic::at(format!("/personal/subject{path}"), code, message()),
        });
    }
}
