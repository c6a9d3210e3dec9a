//! What the checks ask a definition.

use engine::{Definition, Node, NodeId};
use serde_json::Value;

/// The nodes of these types, by id.
pub(super) fn of_types<'a>(
    definition: &'a Definition,
    types: &'a [String],
) -> impl Iterator<Item = (&'a NodeId, &'a Node)> {
    definition.nodes().iter().filter(|(_, node)| types.iter().any(|kind| **kind == *node.kind))
}

/// The root's type.
pub(super) fn trigger(definition: &Definition) -> Option<&str> {
    definition.root().map(|root| &*root.kind)
}

/// Whether something says what a run must be given: declared inputs, or a schema at the trigger
/// that asks for anything.
pub(super) fn declares_input(definition: &Definition) -> bool {
    let schema = definition.root().and_then(|root| root.payload.get("inputSchema"));
    let asks = |schema: &Value| schema.as_object().is_some_and(|schema| !schema.is_empty());
    !definition.input_schema().is_empty() || schema.is_some_and(asks)
}

/// Names of nodes as a line has them: a few, and how many more.
pub(super) fn named<'a>(nodes: impl IntoIterator<Item = &'a NodeId>) -> String {
    const SHOWN: usize = 5;
    let names: Vec<String> = nodes.into_iter().map(|id| format!("`{id}`")).collect();
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names[..SHOWN].join(", ")),
    }
}
