//! From nodes that stand for blocks to the nodes of these blocks. Runs execute concrete nodes only;
//! `blockExpansions` keeps where they come from.

use crate::primitives::pointer::below;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::content::Input;
use super::fill::{given, substitute};
use super::pointer::replace;
use super::{Fault, expression};

/// The type of a node that stands for a block.
pub const BLOCK: &str = "block";
/// How deep blocks may stand in one another.
const MAX_DEPTH: usize = 5;
/// How many nodes may come out of it: what a definition may have.
const MAX_NODES: usize = engine::MAX_NODES;
/// What stands between the id of the node and that of the node within the block.
const SEPARATOR: &str = "__";

/// A block as it is put in.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its version, which expansions name.
    pub version: u64,
    /// Its name.
    pub name: String,
    /// What has to be said.
    pub inputs: Vec<Input>,
    /// `{nodes, entry, result}`.
    pub definition: Value,
}

/// The blocks that a definition, or a block's own one, names.
pub fn references(definition: &Value) -> BTreeSet<String> {
    let nodes = definition.get("nodes").and_then(Value::as_object).into_iter().flatten();
    let named = nodes.filter(|(_, node)| is_block(node)).filter_map(|(_, node)| block_id(node));
    named.map(str::to_owned).collect()
}

fn is_block(node: &Value) -> bool {
    node.get("type").and_then(Value::as_str) == Some(BLOCK)
}

fn block_id(node: &Value) -> Option<&str> {
    node.get("payload")?.get("blockId")?.as_str()
}

/// What is wrong with a block: it begins somewhere, and one of its nodes has its result.
pub(super) fn check_block(definition: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let Some(nodes) = definition.get("nodes").and_then(Value::as_object) else {
        return vec![Fault::at("/definition/nodes", "must be an object of nodes")];
    };
    if nodes.is_empty() || nodes.len() > MAX_NODES {
        faults.push(Fault::at("/definition/nodes", format!("has 1 to {MAX_NODES} nodes")));
    }
    for key in definition.as_object().into_iter().flat_map(Map::keys) {
        if !["nodes", "entry", "result"].contains(&key.as_str()) {
            let message = "a block has `nodes`, `entry` and `result` only";
            faults.push(Fault::at(below("/definition", key), message));
        }
    }
    for (id, node) in nodes {
        let place = below("/definition/nodes", id);
        if !engine::NodeId::new(id.as_str()).is_well_formed() || id == "root" {
            faults.push(Fault::at(&place, "is no id of a node in a block"));
        }
        if !node.is_object() {
            faults.push(Fault::at(&place, "must be an object"));
        }
        for key in ["children", "loopBody"] {
            for child in ids(node.get(key)) {
                if !nodes.contains_key(child) {
                    let message = format!("there is no node `{child}` in this block");
                    faults.push(Fault::at(below(&place, key), message));
                }
            }
        }
    }
    let entries = ids(definition.get("entry"));
    if entries.is_empty() || entries.iter().any(|id| !nodes.contains_key(*id)) {
        faults.push(Fault::at("/definition/entry", "lists the nodes with which the block begins"));
    }
    let result = definition.get("result").and_then(Value::as_str);
    if !result.is_some_and(|id| nodes.contains_key(id)) {
        let message = "names the node whose result is the block's, and behind which it goes on";
        faults.push(Fault::at("/definition/result", message));
    }
    faults
}

fn ids(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The definition with concrete nodes in the place of those that stand for blocks.
pub fn expand(definition: &Value, blocks: &BTreeMap<String, Block>) -> Result<Value, Vec<Fault>> {
    let Some(nodes) = definition.get("nodes").and_then(Value::as_object) else {
        return Ok(definition.clone());
    };
    if !nodes.values().any(is_block) {
        return Ok(definition.clone());
    }
    let mut work = Work { blocks, nodes: nodes.clone(), origins: Map::new(), faults: Vec::new() };
    let outer: Vec<String> =
        nodes.iter().filter(|(_, node)| is_block(node)).map(|(id, _)| id.clone()).collect();
    for id in outer {
        work.open(&id, &mut Vec::new());
    }
    if !work.faults.is_empty() {
        return Err(work.faults);
    }
    let mut expanded = definition.clone();
    expanded["nodes"] = Value::Object(work.nodes);
    expanded["blockExpansions"] = Value::Object(work.origins);
    Ok(expanded)
}

struct Work<'a> {
    blocks: &'a BTreeMap<String, Block>,
    nodes: Map<String, Value>,
    origins: Map<String, Value>,
    faults: Vec<Fault>,
}

impl Work<'_> {
    /// Puts the nodes of a block in the place of a node; `within` are the blocks around it.
    fn open(&mut self, id: &str, within: &mut Vec<String>) {
        let place = below("/nodes", id);
        let Some(node) = self.nodes.remove(id) else { return };
        let Some(name) = block_id(&node).map(str::to_owned) else {
            let message = "names the block: `{\"blockId\": \"blk_…\", \"inputs\": {…}}`";
            return self.fault(&below(&place, "payload"), message);
        };
        let blocks = self.blocks;
        let Some(block) = blocks.get(&name) else {
            return self.fault(&format!("{place}/payload/blockId"), "there is no such block");
        };
        if within.contains(&name) {
            return self.fault(&place, "the block contains itself");
        }
        if within.len() >= MAX_DEPTH {
            let message = format!("blocks stand in one another at most {MAX_DEPTH} deep");
            return self.fault(&place, &message);
        }
        let inner = block.definition.get("nodes").and_then(Value::as_object);
        let inner = inner.cloned().unwrap_or_default();
        if self.nodes.len() + inner.len() > MAX_NODES {
            let message = format!("with its blocks a definition has at most {MAX_NODES} nodes");
            return self.fault(&place, &message);
        }
        let said = node.get("payload").and_then(|payload| payload.get("inputs"));
        let said = said.and_then(Value::as_object).cloned().unwrap_or_default();
        let inputs =
            given(&block.inputs, &said, &format!("{place}/payload/inputs"), &mut self.faults);
        let renamed: BTreeMap<String, String> =
            inner.keys().map(|key| (key.clone(), format!("{id}{SEPARATOR}{key}"))).collect();
        if renamed.values().any(|new| !engine::NodeId::new(new.as_str()).is_well_formed()) {
            return self.fault(&place, "its id is too long for the nodes of the block behind it");
        }
        let result = block.definition.get("result").and_then(Value::as_str).unwrap_or_default();
        let result = renamed.get(result).cloned().unwrap_or_default();
        let entries: Vec<String> = ids(block.definition.get("entry"))
            .iter()
            .filter_map(|entry| renamed.get(*entry).cloned())
            .collect();
        let mut opened = Vec::new();
        for (key, inner) in &inner {
            let new = &renamed[key];
            let mut concrete = place_in(inner, &inputs, &renamed);
            if entries.contains(new)
                && let Some(branch) = node.get("branch")
                && concrete.get("branch").is_none()
            {
                concrete["branch"] = branch.clone();
            }
            if *new == result {
                let children = ids(concrete.get("children")).into_iter().map(str::to_owned);
                let behind = ids(node.get("children")).into_iter().map(str::to_owned);
                concrete["children"] = children.chain(behind).collect();
            }
            if is_block(&concrete) {
                opened.push(new.clone());
            }
            self.nodes.insert(new.clone(), concrete);
        }
        self.lead(id, &entries, &result);
        self.origins.insert(
            id.to_owned(),
            json!({
                "blockId": name, "version": block.version, "name": block.name,
                "nodes": renamed, "result": result,
            }),
        );
        within.push(name);
        for id in opened {
            self.open(&id, within);
        }
        within.pop();
    }

    /// Leads everything that led to a node to what stands in its place.
    fn lead(&mut self, id: &str, entries: &[String], result: &str) {
        let one = BTreeMap::from([(id.to_owned(), result.to_owned())]);
        for node in self.nodes.values_mut() {
            for key in ["children", "loopBody"] {
                let Some(list) = node.get(key).and_then(Value::as_array) else { continue };
                let led: Vec<Value> = list
                    .iter()
                    .flat_map(|child| {
                        if child.as_str() == Some(id) {
                            entries.iter().map(|entry| json!(entry)).collect()
                        } else {
                            vec![child.clone()]
                        }
                    })
                    .collect();
                node[key] = led.into();
            }
            *node = renamed_in(node, &one);
        }
        for origin in self.origins.values_mut() {
            if origin["result"] == *id {
                origin["result"] = json!(result);
            }
        }
    }

    fn fault(&mut self, place: &str, message: &str) {
        self.faults.push(Fault::at(place, message));
    }
}

/// A node of a block with its inputs filled in and the names of its siblings as they are outside.
fn place_in(
    node: &Value,
    inputs: &BTreeMap<String, Value>,
    renamed: &BTreeMap<String, String>,
) -> Value {
    let mut placed = renamed_in(node, renamed);
    for key in ["children", "loopBody"] {
        let list: Vec<&str> = ids(node.get(key));
        if !list.is_empty() {
            placed[key] = list.iter().filter_map(|id| renamed.get(*id)).cloned().collect();
        }
    }
    if let Some(other) = node.get("compensatedBy").and_then(Value::as_str)
        && let Some(new) = renamed.get(other)
    {
        placed["compensatedBy"] = json!(new);
    }
    if let Some(remedy) = node.get("onFailure") {
        let name = |text: &str| json!(renamed.get(text).map_or(text, String::as_str));
        placed["onFailure"] = replace(remedy, &name, &str::to_owned);
    }
    // Alone an input is its value; where something is calculated with it, it stands in brackets.
    let value_of = |found: &str| found.strip_prefix("$inputs.").and_then(|key| inputs.get(key));
    let filled = substitute(&placed, &value_of);
    let calculated = |text: &str| {
        expression::map(text, |found| {
            let mapped = expression::map_paths(found, |path| {
                let Some(rest) = path.strip_prefix("$inputs.") else { return path.to_owned() };
                let (key, behind) = rest.find('.').map_or((rest, ""), |point| rest.split_at(point));
                match inputs.get(key) {
                    None => path.to_owned(),
                    Some(Value::String(text)) => match expression::whole(text) {
                        Some(inner) => format!("({inner}){behind}"),
                        None => format!("{}{behind}", Value::from(text.as_str())),
                    },
                    Some(value) => format!("{value}{behind}"),
                }
            });
            format!("{{{{{mapped}}}}}")
        })
    };
    replace(&filled, &|text| Value::String(calculated(text)), &calculated)
}

/// The value with names of nodes replaced in its expressions.
fn renamed_in(value: &Value, renamed: &BTreeMap<String, String>) -> Value {
    let name = |path: &str| {
        let mut parts: Vec<&str> = path.split('.').collect();
        let place = usize::from(matches!(parts[0], "$nodes" | "$for"));
        match parts.get(place).and_then(|part| renamed.get(*part)) {
            Some(new) if place == 1 || parts.len() > 1 => {
                parts[place] = new;
                parts.join(".")
            }
            Some(_) | None => path.to_owned(),
        }
    };
    let text = |text: &str| {
        expression::map(text, |found| format!("{{{{{}}}}}", expression::map_paths(found, name)))
    };
    replace(value, &|old| Value::String(text(old)), &text)
}
