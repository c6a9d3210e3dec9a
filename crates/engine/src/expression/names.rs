//! The names that paths begin with.

use super::ast::{Loop, LoopPart, Part, Reference, Source, Step};
use super::parser::{Fault, FaultKind, syntax};
use crate::definition::NodeId;
use crate::diagnostic::did_you_mean;

const NAMES: [&str; 12] = [
    "$trigger",
    "$props",
    "$inputs",
    "$nodes",
    "$workflow",
    "$workflowId",
    "$vars",
    "$item",
    "$index",
    "$parent_item",
    "$parent_index",
    "$for",
];
const TRIGGER_FIELDS: [&str; 4] = ["body", "headers", "source", "type"];
/// What a wait sees of an event.
const EVENT_FIELDS: [&str; 5] = ["event", "payload", "source", "eventId", "metadata"];
const WORKFLOW_FIELDS: [(&str, Source); 3] = [
    ("id", Source::WorkflowId),
    ("version", Source::WorkflowVersion),
    ("startedAt", Source::StartedAt),
];
const PARTS: [(&str, Part); 3] =
    [("result", Part::Result), ("payload", Part::Payload), ("error", Part::Error)];
const LOOP_PARTS: [(&str, LoopPart); 2] = [("item", LoopPart::Item), ("index", LoopPart::Index)];

/// Tells what a path begins with, and takes the steps away that say so.
pub(super) fn reference(
    word: &str,
    mut path: Vec<Step>,
    position: usize,
) -> Result<Reference, Fault> {
    let around = |up, part| Source::Loop { of: Loop::Above(up), part };
    let source = match word {
        "$trigger" => {
            if let Some(field) = path.first().map(Step::name) {
                let known = TRIGGER_FIELDS.map(|field| (field, ()));
                known_field("$trigger", field, known, position)?;
            }
            Source::Trigger
        }
        "$props" => Source::Props,
        "$inputs" => Source::Inputs,
        "$workflowId" => Source::WorkflowId,
        "$workflow" => {
            let field = take(&mut path).unwrap_or_default();
            known_field("$workflow", &field, WORKFLOW_FIELDS, position)?
        }
        "$vars" => match take(&mut path) {
            Some(name) => Source::Variable(name.into()),
            None => return Err(syntax(position, "name the variable: $vars.<name>")),
        },
        "$item" => around(0, LoopPart::Item),
        "$index" => around(0, LoopPart::Index),
        "$parent_item" => around(1, LoopPart::Item),
        "$parent_index" => around(1, LoopPart::Index),
        "$for" => {
            let (Some(id), Some(field)) = (take(&mut path), take(&mut path)) else {
                let cure = "name the loop and what of it: $for.<id>.item or $for.<id>.index";
                return Err(syntax(position, cure));
            };
            let part = known_field(&format!("$for.{id}"), &field, LOOP_PARTS, position)?;
            Source::Loop { of: Loop::Of(NodeId::from(id)), part }
        }
        "$nodes" => match take(&mut path) {
            Some(id) => node(&id, &mut path, "$nodes.", position)?,
            None => return Err(syntax(position, "name the node: $nodes.<id>.result")),
        },
        name if name.starts_with('$') => {
            let known = NAMES.join(", ");
            let near = did_you_mean(name, NAMES.into_iter());
            let message = format!("the name {name} is not known{near} (known are {known})");
            return Err(Fault { kind: FaultKind::UnknownName, position, message });
        }
        id => node(id, &mut path, "", position)?,
    };
    Ok(Reference { source, path, position })
}

/// The same for what is read over an event.
pub(super) fn of_event(
    word: &str,
    mut path: Vec<Step>,
    position: usize,
) -> Result<Reference, Fault> {
    if EVENT_FIELDS.contains(&word) {
        path.insert(0, Step::key(word));
        return Ok(Reference { source: Source::Event, path, position });
    }
    let known = EVENT_FIELDS.join(", ");
    let near = did_you_mean(word, EVENT_FIELDS.into_iter());
    let message = format!(
        "an event has no field \"{word}\"{near} (it has {known}; texts go into quotes: \"{word}\")"
    );
    Err(Fault { kind: FaultKind::UnknownName, position, message })
}

fn node(id: &str, path: &mut Vec<Step>, prefix: &str, position: usize) -> Result<Source, Fault> {
    match take(path) {
        // A workflow that another one calls has its inputs there as well.
        Some(field) if id == NodeId::ROOT && field == "input" => Ok(Source::Inputs),
        Some(field) => {
            let part = known_field(&format!("{prefix}{id}"), &field, PARTS, position)?;
            Ok(Source::Node { id: NodeId::from(id), part })
        }
        None => Err(syntax(
            position,
            &format!(
                "say what of node {id} is meant: {prefix}{id}.result; texts go into quotes: \"{id}\""
            ),
        )),
    }
}

/// What a field of that owner means.
fn known_field<T, const N: usize>(
    owner: &str,
    field: &str,
    known: [(&'static str, T); N],
    position: usize,
) -> Result<T, Fault> {
    let names = known.each_ref().map(|(name, _)| *name);
    if let Some((_, meaning)) = known.into_iter().find(|(name, _)| *name == field) {
        return Ok(meaning);
    }
    let near = did_you_mean(field, names.into_iter());
    let names = names.join(", ");
    let message = format!("{owner} has no field \"{field}\"{near} (it has {names})");
    Err(Fault { kind: FaultKind::UnknownName, position, message })
}

fn take(path: &mut Vec<Step>) -> Option<String> {
    (!path.is_empty()).then(|| path.remove(0).name().to_owned())
}
