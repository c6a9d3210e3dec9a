//! What an expression says.

use serde_json::Value;

use crate::definition::NodeId;

/// An expression, read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    /// A text, number, `true`, `false` or `null`.
    Literal(Value),
    /// A place in the run.
    Reference(Reference),
    /// `a || b`: the first that is not null.
    Fallback(Vec<Expression>),
}

/// A place in the run: a source, and a way into its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) source: Source,
    pub(crate) path: Vec<Step>,
    /// Where it stands in the expression, in characters from 1.
    pub(crate) position: usize,
}

/// Where a reference begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Trigger,
    Inputs,
    Props,
    WorkflowId,
    WorkflowVersion,
    Node { id: NodeId, part: Part },
}

/// What of a node is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Result,
    Payload,
    Error,
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// `.name`, which also is an index into a list when it is a number.
    Key { name: Box<str>, index: Option<usize> },
    /// `[n]`.
    Index(usize),
}

impl Step {
    pub(crate) fn key(name: &str) -> Self {
        Self::Key { name: name.into(), index: name.parse().ok() }
    }

    /// The name it asks for; an index has none.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Key { name, .. } => name,
            Self::Index(_) => "",
        }
    }
}

impl Expression {
    /// Calls `each` for every reference in it.
    pub(crate) fn references(&self, each: &mut impl FnMut(&Reference)) {
        match self {
            Self::Literal(_) => {}
            Self::Reference(reference) => each(reference),
            Self::Fallback(choices) => {
                for choice in choices {
                    choice.references(each);
                }
            }
        }
    }
}
