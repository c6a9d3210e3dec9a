//! What changed between two definitions, for whoever reviews a draft.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::definition::{Definition, Node, NodeId};
use crate::pointer::below;

/// What changed. As large as the two definitions together at most.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    /// Nodes, by id.
    pub nodes: Vec<NodeChange>,
    /// Edges that came or went, the names of renamed nodes being the new ones.
    pub edges: Vec<EdgeChange>,
    /// What lies outside the nodes: `/props/limit`, `/inputSchema/0/required`.
    pub settings: Vec<ValueChange>,
}

/// What became of a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum NodeChange {
    /// It is new.
    Added {
        /// The node.
        node: NodeId,
        /// Its type.
        #[serde(rename = "type")]
        kind: String,
    },
    /// It is gone.
    Removed {
        /// The node.
        node: NodeId,
        /// Its type.
        #[serde(rename = "type")]
        kind: String,
    },
    /// It has another id and is the same otherwise.
    Renamed {
        /// The node's new id.
        node: NodeId,
        /// Its old one.
        from: NodeId,
    },
    /// It is another than before.
    Changed {
        /// The node.
        node: NodeId,
        /// Where: JSON pointers in the node, as `/payload/url`, `/retryPolicy/maxAttempts`.
        values: Vec<ValueChange>,
    },
}

/// An edge that came or went.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EdgeChange {
    /// Whether it came or went.
    pub change: EdgeFate,
    /// The parent.
    pub from: NodeId,
    /// The child.
    pub to: NodeId,
    /// The branch under which the child stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

/// Whether an edge came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeFate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
}

/// A value that is another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueChange {
    /// JSON pointer.
    pub path: String,
    /// What was there; absent when nothing was.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What is there; absent when nothing is.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

impl Diff {
    /// What changed from one definition to the other.
    pub fn of(before: &Definition, after: &Definition) -> Self {
        let renamed = renamed(before, after);
        Self {
            nodes: nodes(before, after, &renamed),
            edges: edges(before, after, &renamed),
            settings: settings(before, after),
        }
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.edges.is_empty() && self.settings.is_empty()
    }
}

/// By their old ids, the nodes that have a new id and the same content. Only where it is certain:
/// one node that went and one that came have that content.
fn renamed<'a>(before: &'a Definition, after: &'a Definition) -> BTreeMap<&'a NodeId, &'a NodeId> {
    let only = |here: &'a Definition, there: &Definition| {
        let mut alone: BTreeMap<String, Vec<&'a NodeId>> = BTreeMap::new();
        for (id, node) in here.nodes.iter().filter(|(id, _)| !there.nodes.contains_key(*id)) {
            alone.entry(content(node).to_string()).or_default().push(id);
        }
        alone
    };
    let mut came = only(after, before);
    let went = only(before, after).into_iter();
    went.filter_map(|(content, went)| match (went.as_slice(), came.remove(&content)?.as_slice()) {
        ([from], [to]) => Some((*from, *to)),
        _ => None,
    })
    .collect()
}

fn nodes(
    before: &Definition,
    after: &Definition,
    renamed: &BTreeMap<&NodeId, &NodeId>,
) -> Vec<NodeChange> {
    let old_name: BTreeMap<&NodeId, &NodeId> =
        renamed.iter().map(|(from, to)| (*to, *from)).collect();
    let mut changes = Vec::new();
    for (id, node) in &before.nodes {
        if !after.nodes.contains_key(id) && !renamed.contains_key(id) {
            changes.push(NodeChange::Removed { node: id.clone(), kind: node.kind.to_string() });
        }
    }
    for (id, node) in &after.nodes {
        if let Some(old) = before.nodes.get(id) {
            let mut values = Vec::new();
            compare(&content(old), &content(node), "", &mut values);
            values.extend(reordered(old, node));
            if !values.is_empty() {
                changes.push(NodeChange::Changed { node: id.clone(), values });
            }
        } else if let Some(from) = old_name.get(id) {
            changes.push(NodeChange::Renamed { node: id.clone(), from: (*from).clone() });
        } else {
            changes.push(NodeChange::Added { node: id.clone(), kind: node.kind.to_string() });
        }
    }
    changes
}

/// The same children in another order.
fn reordered(before: &Node, after: &Node) -> Option<ValueChange> {
    let set = |node: &Node| node.children.iter().cloned().collect::<BTreeSet<_>>();
    let is_other = before.children != after.children && set(before) == set(after);
    let list = |node: &Node| node.children.iter().map(NodeId::as_str).collect();
    is_other.then(|| ValueChange {
        path: "/children".to_owned(),
        before: Some(list(before)),
        after: Some(list(after)),
    })
}

fn edges(
    before: &Definition,
    after: &Definition,
    renamed: &BTreeMap<&NodeId, &NodeId>,
) -> Vec<EdgeChange> {
    let name = |id: &NodeId| renamed.get(id).map_or_else(|| id.clone(), |new| (*new).clone());
    let all = |definition: &Definition, name: &dyn Fn(&NodeId) -> NodeId| {
        let mut edges = BTreeMap::new();
        for (id, node) in &definition.nodes {
            for child in &node.children {
                let branch = definition.nodes.get(child).and_then(|child| child.branch.as_deref());
                edges.insert((name(id), name(child)), branch.map(str::to_owned));
            }
        }
        edges
    };
    let (went, came) = (all(before, &name), all(after, &NodeId::clone));
    let changes = |here: &BTreeMap<(NodeId, NodeId), Option<String>>,
                   there: &BTreeMap<(NodeId, NodeId), Option<String>>,
                   change| {
        let alone = here.iter().filter(|(edge, _)| !there.contains_key(*edge));
        alone
            .map(|((from, to), branch)| {
                let (from, to, branch) = (from.clone(), to.clone(), branch.clone());
                EdgeChange { change, from, to, branch }
            })
            .collect::<Vec<_>>()
    };
    let mut edges = changes(&went, &came, EdgeFate::Removed);
    edges.extend(changes(&came, &went, EdgeFate::Added));
    edges
}

fn settings(before: &Definition, after: &Definition) -> Vec<ValueChange> {
    let without_nodes = |definition: &Definition| {
        let mut value = as_value(definition);
        if let Some(fields) = value.as_object_mut() {
            fields.remove("nodes");
        }
        value
    };
    let mut values = Vec::new();
    compare(&without_nodes(before), &without_nodes(after), "", &mut values);
    values
}

/// A node without its edges.
fn content(node: &Node) -> Value {
    let mut value = as_value(node);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("children");
    }
    value
}

fn as_value(part: &impl Serialize) -> Value {
    // A definition came out of JSON, and goes back into it.
    serde_json::to_value(part).unwrap_or_default()
}

fn compare(before: &Value, after: &Value, at: &str, changes: &mut Vec<ValueChange>) {
    match (before, after) {
        (before, after) if before == after => {}
        (Value::Object(old), Value::Object(new)) => {
            let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for key in keys {
                compare_parts(old.get(key), new.get(key), &below(at, key), changes);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for index in 0..old.len().max(new.len()) {
                let path = below(at, &index.to_string());
                compare_parts(old.get(index), new.get(index), &path, changes);
            }
        }
        (before, after) => note(Some(before), Some(after), at, changes),
    }
}

fn compare_parts(
    before: Option<&Value>,
    after: Option<&Value>,
    at: &str,
    changes: &mut Vec<ValueChange>,
) {
    match (before, after) {
        (Some(before), Some(after)) => compare(before, after, at, changes),
        (before, after) => note(before, after, at, changes),
    }
}

fn note(before: Option<&Value>, after: Option<&Value>, at: &str, changes: &mut Vec<ValueChange>) {
    let (before, after) = (before.cloned(), after.cloned());
    changes.push(ValueChange { path: at.to_owned(), before, after });
}

/// A field that is there, also where it holds null.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
