//! What the author of a definition did wrong, where, and how to mend it.

use serde::{Deserialize, Serialize};

use crate::definition::NodeId;

/// One thing that keeps a definition from being published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// The node at fault.
    #[serde(default, rename = "nodeId", skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    /// JSON pointer in the definition.
    pub path: String,
    /// What kind of fault it is.
    pub code: DiagnosticCode,
    /// What is wrong and what mends it.
    pub message: String,
}

/// The kinds of faults, for machines. In JSON: kebab-case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiagnosticCode {
    /// A value of the wrong JSON type, or not one of the values allowed.
    InvalidValue,
    /// A field that does not exist here.
    UnknownField,
    /// A field that must be there.
    MissingField,
    /// More nodes, levels or entries than a definition may have.
    LimitExceeded,
    /// Something that is planned and does not work yet.
    NotSupported,
    /// A node id that is not made of the allowed characters.
    InvalidNodeId,
    /// No node `root`.
    MissingRoot,
    /// A node type that does not exist.
    UnknownNodeType,
    /// A trigger elsewhere than at the root.
    MisplacedTrigger,
    /// Something other than a trigger at the root.
    RootNotTrigger,
    /// A child that is not a node.
    UnknownChild,
    /// The same child twice.
    DuplicateChild,
    /// A node that is its own descendant.
    Cycle,
    /// A node that is reached from inside a loop and from outside it.
    LoopBorder,
    /// A compensation that is also something else.
    InvalidCompensation,
    /// A node that the root does not lead to.
    UnreachableNode,
    /// A branch that the parent does not offer.
    UnknownBranch,
    /// A branch under a parent that chooses none.
    BranchWithoutChoice,
    /// A payload that its node type does not take.
    InvalidPayload,
    /// A connector that is missing, or of another provider.
    InvalidConnector,
    /// An expression that cannot be read.
    ExpressionSyntax,
    /// An expression that refers to a node that does not exist.
    UnknownNode,
    /// An expression that refers to a node that has not run by then.
    NotAnAncestor,
    /// A name or field that expressions do not know.
    UnknownName,
    /// A prop that the definition does not declare.
    UndeclaredProp,
    /// An input that the definition does not declare.
    UndeclaredInput,
    /// A variable that the definition does not declare.
    UndeclaredVariable,
    /// A retry policy out of its bounds.
    InvalidRetryPolicy,
    /// A time-out out of its bounds.
    InvalidTimeout,
}

impl Diagnostic {
    /// About the definition as a whole, or a place outside the nodes.
    pub fn at(path: impl Into<String>, code: DiagnosticCode, message: impl Into<String>) -> Self {
        Self { node: None, path: path.into(), code, message: message.into() }
    }

    /// About a node.
    pub fn of(
        node: &NodeId,
        path: impl Into<String>,
        code: DiagnosticCode,
        message: impl Into<String>,
    ) -> Self {
        Self { node: Some(node.clone()), ..Self::at(path, code, message) }
    }
}

/// How many problems are listed at most. Whoever mends these may ask again.
pub const MAX_DIAGNOSTICS: usize = 500;

/// Problems in the making: once there are [`MAX_DIAGNOSTICS`], the rest is not looked at.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Diagnostic>);

impl Findings {
    /// Adds a problem, which is put into words only when there is room for it.
    pub(crate) fn report(&mut self, diagnostic: impl FnOnce() -> Diagnostic) {
        if self.0.len() < MAX_DIAGNOSTICS {
            self.0.push(diagnostic());
        }
    }

    pub(crate) fn into_list(self) -> Vec<Diagnostic> {
        self.0
    }
}

/// Phrase to append to a message: `, did you mean "x"?` when a known name is near.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(name, known).map_or_else(String::new, |known| format!(", did you mean \"{known}\"?"))
}

/// How many slips make another word of a name.
const MAX_SLIPS: usize = 3;

/// The known name that is nearest to a mistyped one, if any is near enough to be meant.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody mistypes more than a third of a word; and long texts are not names.
    let name: Vec<char> = name.chars().flat_map(char::to_lowercase).take(65).collect();
    let limit = (name.len() / 3).clamp(1, MAX_SLIPS);
    known
        .filter_map(|candidate| {
            let letters: Vec<char> =
                candidate.chars().flat_map(char::to_lowercase).take(65).collect();
            let is_near = letters.len().abs_diff(name.len()) <= limit;
            is_near
                .then(|| distance(&name, &letters, limit))
                .flatten()
                .map(|slips| (slips, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance up to a limit, where swapping two neighbours counts as one slip.
fn distance(left: &[char], right: &[char], limit: usize) -> Option<usize> {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, from) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, to) in right.iter().enumerate() {
            let substituted = last[column] + usize::from(from != to);
            let mut best = substituted.min(last[column + 1] + 1).min(current[column] + 1);
            let is_swap =
                row > 0 && column > 0 && *from == right[column - 1] && left[row - 1] == *to;
            if is_swap {
                best = best.min(before_last[column - 1] + 1);
            }
            current.push(best);
        }
        if current.iter().all(|slips| *slips > limit) {
            return None;
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().filter(|slips| *slips <= limit)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_mistyped_name_finds_the_known_one() {
        let known = ["http-request", "format", "filter", "wait", "if"];
        let table = [
            ("http-reqest", Some("http-request")),
            ("http_request", Some("http-request")),
            ("fromat", Some("format")),
            ("FILTER", Some("filter")),
            ("fi", Some("if")),
            ("slack-message", None),
            ("", None),
        ];
        for (name, expected) in table {
            assert_eq!(nearest(name, known.into_iter()), expected, "{name}");
        }
    }
}
