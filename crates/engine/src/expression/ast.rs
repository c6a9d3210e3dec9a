//! What an expression says.

use serde_json::Value;

use super::functions::Function;
use crate::condition::Operator;
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
    /// `condition ? then : otherwise`; only one of the two is evaluated.
    Choice { condition: Box<Expression>, then: Box<Expression>, otherwise: Box<Expression> },
    /// `a && b`: whether all of them are true.
    Every(Vec<Expression>),
    /// `!a`.
    Not(Box<Expression>),
    /// `a < b`, by the rules of conditions.
    Compare { left: Box<Expression>, operator: Operator, right: Box<Expression> },
    /// `a + b - c`, from the left. Kept flat, so that long sums are not deep.
    Chain { first: Box<Expression>, rest: Vec<(&'static Function, Expression)> },
    /// `name(a, b)`.
    Call { function: &'static Function, arguments: Vec<Expression> },
    /// `parseJson(a).b`: a way into a value that is not a place in the run.
    Inside { of: Box<Expression>, path: Vec<Step> },
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
    /// `$workflow.startedAt`: when the run started, which is all the clock that there is.
    StartedAt,
    Node {
        id: NodeId,
        part: Part,
    },
    /// `$vars.<name>`.
    Variable(Box<str>),
    /// The turn of a loop: `$item`, `$parent_index`, `$for.<id>.item`.
    Loop {
        of: Loop,
        part: LoopPart,
    },
    /// An event that a wait looks at, where an expression is read over one: no place in a run.
    Event,
}

/// What of a node is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Result,
    Payload,
    Error,
}

/// Which loop is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Loop {
    /// The loop that the node stands in is 0, the one around that is 1.
    Above(usize),
    /// The loop of that node.
    Of(NodeId),
}

/// What of a loop's turn is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoopPart {
    Item,
    Index,
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
            Self::Fallback(parts) | Self::Every(parts) => all(parts, each),
            Self::Call { arguments, .. } => all(arguments, each),
            Self::Not(inner) | Self::Inside { of: inner, .. } => inner.references(each),
            Self::Choice { condition, then, otherwise } => {
                condition.references(each);
                then.references(each);
                otherwise.references(each);
            }
            Self::Compare { left, right, .. } => {
                left.references(each);
                right.references(each);
            }
            Self::Chain { first, rest } => {
                first.references(each);
                for (_, next) in rest {
                    next.references(each);
                }
            }
        }
    }

    /// Whether it is true or false whatever the run knows, and so never null.
    pub(super) fn is_truth(&self) -> bool {
        match self {
            Self::Every(_) | Self::Not(_) | Self::Compare { .. } => true,
            Self::Literal(_)
            | Self::Reference(_)
            | Self::Fallback(_)
            | Self::Choice { .. }
            | Self::Chain { .. }
            | Self::Call { .. }
            | Self::Inside { .. } => false,
        }
    }
}

fn all(expressions: &[Expression], each: &mut impl FnMut(&Reference)) {
    for expression in expressions {
        expression.references(each);
    }
}
