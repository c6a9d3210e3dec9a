//! A whole definition, in the shape of generation B or A.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::node::{Dialect, read_node};
use super::reader::{Place, Reader, describe, short};
use crate::definition::{
    Compiled, Definition, InputField, InputType, Lane, MAX_DEFINITION_DEPTH, MAX_NODES, Node,
    NodeId, Visibility, empty_object,
};
use crate::diagnostic::{Diagnostic, DiagnosticCode, did_you_mean};
use crate::ending::{Emission, MAX_EMISSIONS, is_event_name};
use crate::json::{Json, deeper_than};
use crate::personal::Personal;
use crate::pointer::below;
use crate::status::RunStatus;

const FIELDS: [&str; 14] = [
    "nodes",
    "triggerNodeIds",
    "inputSchema",
    "props",
    "variableDefs",
    "visibility",
    "publicWidgetConfig",
    "uiComponent",
    "blockExpansions",
    "errorWorkflow",
    "emit",
    "maxRunMs",
    "lane",
    "personal",
];

const INPUT_TYPES: [(&str, InputType); 5] = [
    ("string", InputType::String),
    ("number", InputType::Number),
    ("boolean", InputType::Boolean),
    ("object", InputType::Object),
    ("array", InputType::Array),
];

const VISIBILITIES: [(&str, Visibility); 4] = [
    ("private", Visibility::Private),
    ("org", Visibility::Org),
    ("public_view", Visibility::PublicView),
    ("public_execute", Visibility::PublicExecute),
];

const LANES: [(&str, Lane); 2] = [("critical", Lane::Critical), ("default", Lane::Default)];

/// Reads a definition. Generation A (`trigger` beside the nodes, `props` instead of `payload`) is
/// converted.
///
/// # Errors
/// Everything that is wrong with its shape. What is wrong with its meaning,
/// [`validate`](crate::validate) lists.
pub fn parse(value: &Value) -> Result<Definition, Vec<Diagnostic>> {
    match read(value) {
        (Some(definition), problems) if problems.is_empty() => Ok(definition),
        (_, problems) => Err(problems),
    }
}

/// Reads what can be read, beside everything that is wrong.
pub(crate) fn read(value: &Value) -> (Option<Definition>, Vec<Diagnostic>) {
    let mut reader = Reader::default();
    let definition = read_definition(&mut reader, value);
    (definition, reader.findings.into_list())
}

fn read_definition(reader: &mut Reader, value: &Value) -> Option<Definition> {
    let Value::Object(fields) = value else {
        reader.report(None, String::new(), DiagnosticCode::InvalidValue, || {
            format!("a definition is an object with nodes, and this is {}", describe(value))
        });
        return None;
    };
    if deeper_than(value, MAX_DEFINITION_DEPTH) {
        reader.report(None, String::new(), DiagnosticCode::LimitExceeded, || {
            format!("the definition is nested more than {MAX_DEFINITION_DEPTH} levels deep")
        });
        return None;
    }
    let place = Place { fields, path: String::new(), node: None };
    let has_root = place.get("nodes").is_some_and(|nodes| nodes.get(NodeId::ROOT).is_some());
    let dialect = match place.get("trigger") {
        Some(trigger) if !has_root => Dialect::of_trigger(trigger),
        Some(_) | None => Dialect::B,
    };
    match &dialect {
        Dialect::B => reader.only(&place, &FIELDS),
        Dialect::A { .. } => reader.only(&place, &[&["trigger"], FIELDS.as_slice()].concat()),
    }
    let nodes = read_nodes(reader, &place, &dialect)?;
    check_trigger_ids(reader, &place, &dialect);
    Some(Definition {
        nodes,
        trigger_node_ids: place.get("triggerNodeIds").map_or_else(Vec::new, |_| root_only()),
        input_schema: read_input_schema(reader, &place),
        props: reader.object_data(&place, "props").unwrap_or_else(empty_object),
        variable_defs: read_variables(reader, &place),
        visibility: read_visibility(reader, &place),
        public_widget_config: Reader::data(&place, "publicWidgetConfig"),
        ui_component: Reader::data(&place, "uiComponent"),
        block_expansions: Reader::data(&place, "blockExpansions"),
        error_workflow: reader.text(&place, "errorWorkflow"),
        emit: read_emissions(reader, &place),
        max_run_ms: reader.whole(&place, "maxRunMs"),
        lane: one_of(reader, &place, "lane", &LANES).unwrap_or_default(),
        personal: read_personal(reader, &place),
        compiled: Compiled::default(),
    })
}

fn read_nodes(
    reader: &mut Reader,
    place: &Place<'_>,
    dialect: &Dialect,
) -> Option<BTreeMap<NodeId, Node>> {
    let fields = match (place.get("nodes"), dialect) {
        (Some(Value::Object(fields)), _) => fields,
        (Some(other), _) => {
            reader.wrong(place, "nodes", "an object of nodes by id", other);
            return None;
        }
        (None, Dialect::A { .. }) => &Map::new(),
        (None, Dialect::B) => {
            reader.missing(place, "nodes", "a definition needs nodes: {\"root\": {…}}");
            return None;
        }
    };
    if fields.len() > MAX_NODES {
        reader.report(None, place.at("nodes"), DiagnosticCode::LimitExceeded, || {
            let count = fields.len();
            format!("a definition has at most {MAX_NODES} nodes, and this one {count}: split it")
        });
        return None;
    }
    let mut nodes = BTreeMap::new();
    if let (Dialect::A { .. }, Some(trigger)) = (dialect, place.get("trigger")) {
        let id = NodeId::new(NodeId::ROOT);
        nodes.insert(id.clone(), read_node(reader, &id, trigger, place.at("trigger"), dialect));
    }
    for (name, value) in fields {
        let id = NodeId::from(name.as_str());
        let path = below(&place.at("nodes"), name);
        let node = read_node(reader, &id, value, path, dialect);
        nodes.insert(id, node);
    }
    Some(nodes)
}

/// Several triggers are for later; until then the list may name the root only.
fn check_trigger_ids(reader: &mut Reader, place: &Place<'_>, dialect: &Dialect) {
    let ids = reader.texts(place, "triggerNodeIds");
    let others = ids.iter().filter(|id| !dialect.child(id).is_root()).count();
    if others > 0 || ids.len() > 1 {
        let path = place.at("triggerNodeIds");
        reader.report(None, path, DiagnosticCode::NotSupported, || {
            "several triggers are not supported yet: list \"root\" only, or leave the list out"
                .to_owned()
        });
    }
}

fn root_only() -> Vec<NodeId> {
    vec![NodeId::new(NodeId::ROOT)]
}

fn read_input_schema(reader: &mut Reader, place: &Place<'_>) -> Vec<InputField> {
    let mut inputs: Vec<InputField> = Vec::new();
    for (index, item) in reader.list(place, "inputSchema").into_iter().flatten().enumerate() {
        let path = below(&place.at("inputSchema"), &index.to_string());
        let Value::Object(fields) = item else {
            reader.wrong_at(place, path, "an object with key and type", item);
            continue;
        };
        let place = Place { fields, path, node: None };
        reader.only(&place, &["key", "type", "required", "description"]);
        let key = reader.text(&place, "key");
        if place.get("key").is_none() {
            reader.missing(&place, "key", "an input needs a key: the name after $inputs.");
        }
        let kind = one_of(reader, &place, "type", &INPUT_TYPES);
        if place.get("type").is_none() {
            let cure = "an input needs a type: string, number, boolean, object or array";
            reader.missing(&place, "type", cure);
        }
        let required = reader.flag(&place, "required").unwrap_or(false);
        let description = reader.text(&place, "description");
        let (Some(key), Some(kind)) = (key, kind) else { continue };
        if inputs.iter().any(|known| known.key == key) {
            reader.report(None, place.at("key"), DiagnosticCode::InvalidValue, || {
                format!("the input \"{}\" is declared twice: remove one", short(&key))
            });
        }
        inputs.push(InputField { key, kind, required, description });
    }
    inputs
}

fn read_variables(reader: &mut Reader, place: &Place<'_>) -> Option<Json> {
    let items = reader.list(place, "variableDefs")?;
    for (index, item) in items.iter().enumerate() {
        if !item.get("name").is_some_and(Value::is_string) {
            let path = below(&place.at("variableDefs"), &index.to_string());
            reader.wrong_at(place, path, "an object with a name", item);
        }
    }
    Reader::data(place, "variableDefs")
}

const ENDS: [(&str, RunStatus); 3] = [
    ("success", RunStatus::Success),
    ("failure", RunStatus::Failure),
    ("cancelled", RunStatus::Cancelled),
];

fn read_emissions(reader: &mut Reader, place: &Place<'_>) -> Vec<Emission> {
    let items = reader.list(place, "emit").unwrap_or_default();
    if items.len() > MAX_EMISSIONS {
        reader.report(None, place.at("emit"), DiagnosticCode::LimitExceeded, || {
            format!("a run emits at most {MAX_EMISSIONS} events, and this one {}", items.len())
        });
    }
    let mut emissions = Vec::new();
    for (index, item) in items.iter().enumerate().take(MAX_EMISSIONS) {
        let path = below(&place.at("emit"), &index.to_string());
        let Value::Object(fields) = item else {
            reader.wrong_at(place, path, "an object with event and payload", item);
            continue;
        };
        let place = Place { fields, path, node: None };
        reader.only(&place, &["on", "event", "payload"]);
        let event = reader.text(&place, "event").unwrap_or_default();
        if !is_event_name(&event) {
            let cure = "the event needs a name of words with dots between, like order.paid";
            reader.missing(&place, "event", cure);
        }
        let mut on = Vec::new();
        for (index, word) in reader.texts(&place, "on").iter().enumerate() {
            match ENDS.iter().find(|(known, _)| known == word) {
                Some((_, end)) if !on.contains(end) => on.push(*end),
                Some(_) => {}
                None => {
                    let path = below(&place.at("on"), &index.to_string());
                    reader.report(None, path, DiagnosticCode::InvalidValue, || {
                        format!("\"{}\" is none of success, failure, cancelled", short(word))
                    });
                }
            }
        }
        let payload = Reader::data(&place, "payload").unwrap_or_else(empty_object);
        emissions.push(Emission { on, event, payload });
    }
    emissions
}

fn read_personal(reader: &mut Reader, place: &Place<'_>) -> Option<Personal> {
    let Value::Object(fields) = place.get("personal")? else {
        let found = place.get("personal").unwrap_or(&Value::Null);
        reader.wrong(place, "personal", "an object with subject", found);
        return None;
    };
    let place = Place { fields, path: place.at("personal"), node: None };
    reader.only(&place, &["subject"]);
    if place.get("subject").is_none() {
        let cure = "personal needs a subject, like \"{{$inputs.customerId}}\": whose data it is";
        reader.missing(&place, "subject", cure);
    }
    Some(Personal { subject: reader.text(&place, "subject")? })
}

fn read_visibility(reader: &mut Reader, place: &Place<'_>) -> Option<Visibility> {
    one_of(reader, place, "visibility", &VISIBILITIES)
}

/// A text that is one of some words.
pub(super) fn one_of<T: Copy>(
    reader: &mut Reader,
    place: &Place<'_>,
    field: &str,
    words: &[(&str, T)],
) -> Option<T> {
    let text = reader.text(place, field)?;
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        reader.report(place.node.as_ref(), place.at(field), DiagnosticCode::InvalidValue, || {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let near = did_you_mean(&text, known.iter().copied());
            format!("\"{}\" is none of {}{near}", short(&text), known.join(", "))
        });
    }
    found
}
