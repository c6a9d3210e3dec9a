//! One node of a definition.

use serde_json::Value;

use super::definition::one_of;
use super::reader::{Place, Reader, short};
use crate::definition::{Connector, Node, NodeId, RetryPolicy, Strategy, empty_object};
use crate::diagnostic::DiagnosticCode;
use crate::failure::FailureCategory;
use crate::json::Json;
use crate::pointer::below;
use crate::remedy::{Handler, MAX_HANDLERS, OnFailure, Remedy};

const FIELDS: [&str; 15] = [
    "type",
    "payload",
    "children",
    "branch",
    "loopBody",
    "connector",
    "title",
    "titleOverride",
    "description",
    "outputSchema",
    "retryPolicy",
    "timeoutMs",
    "repeatable",
    "onFailure",
    "compensatedBy",
];

const STRATEGIES: [(&str, Strategy); 2] =
    [("fixed", Strategy::Fixed), ("exponential", Strategy::Exponential)];

/// Which generation of definitions is read.
pub(super) enum Dialect {
    /// `nodes.root` is the trigger; nodes have a `payload`.
    B,
    /// The trigger stands beside the nodes and has this id; nodes have an `id` and `props`.
    A { trigger: Option<String> },
}

impl Dialect {
    /// Generation A, as its trigger says.
    pub(super) fn of_trigger(trigger: &Value) -> Self {
        Self::A { trigger: trigger.get("id").and_then(Value::as_str).map(str::to_owned) }
    }

    /// The node that a name among children means.
    pub(super) fn child(&self, name: &str) -> NodeId {
        match self {
            Self::A { trigger } if trigger.as_deref() == Some(name) || name == "trigger" => {
                NodeId::new(NodeId::ROOT)
            }
            Self::A { .. } | Self::B => NodeId::from(name),
        }
    }
}

/// Reads a node; what cannot be read is noted and left at its default. A node without a type that
/// could be read has an empty one.
pub(super) fn read_node(
    reader: &mut Reader,
    id: &NodeId,
    value: &Value,
    path: String,
    dialect: &Dialect,
) -> Node {
    let Value::Object(fields) = value else {
        reader.report(Some(id), path, DiagnosticCode::InvalidValue, || {
            "a node is an object with type, payload and children".to_owned()
        });
        return node_of("");
    };
    let place = Place { fields, path, node: Some(id.clone()) };
    check_fields(reader, id, &place, dialect);
    if place.get("type").is_none() {
        reader.missing(&place, "type", "a node needs a type, like http-request or if");
    }
    let kind = reader.text(&place, "type").unwrap_or_default();
    if place.get("type").is_some_and(|kind| kind.as_str() == Some("")) {
        reader.missing(&place, "type", "the type is empty; name one, like http-request or if");
    }
    let children = reader.texts(&place, "children");
    let loop_body = reader.texts(&place, "loopBody");
    Node {
        payload: read_payload(reader, &place, dialect),
        children: children.iter().map(|child| dialect.child(child)).collect(),
        loop_body: loop_body.iter().map(|entry| dialect.child(entry)).collect(),
        branch: reader.text(&place, "branch").map(Into::into),
        connector: read_connector(reader, &place, dialect),
        title: reader.text(&place, "title"),
        title_override: reader.text(&place, "titleOverride"),
        description: reader.text(&place, "description"),
        output_schema: Reader::data(&place, "outputSchema"),
        retry_policy: read_retry_policy(reader, &place),
        on_failure: read_on_failure(reader, &place, dialect),
        compensated_by: reader.text(&place, "compensatedBy").map(|id| dialect.child(&id)),
        timeout_ms: reader.whole(&place, "timeoutMs"),
        repeatable: reader.flag(&place, "repeatable").unwrap_or(true),
        ..node_of(&kind)
    }
}

fn node_of(kind: &str) -> Node {
    Node {
        kind: kind.into(),
        payload: empty_object(),
        children: Vec::new(),
        loop_body: Vec::new(),
        branch: None,
        connector: None,
        title: None,
        title_override: None,
        description: None,
        output_schema: None,
        retry_policy: None,
        on_failure: None,
        compensated_by: None,
        timeout_ms: None,
        repeatable: true,
    }
}

fn check_fields(reader: &mut Reader, id: &NodeId, place: &Place<'_>, dialect: &Dialect) {
    match dialect {
        Dialect::B => reader.only(place, &FIELDS),
        Dialect::A { .. } => {
            reader.only(place, &[&FIELDS[..], &["id", "props"]].concat());
            if let Some(other) = reader.text(place, "id").filter(|_| !id.is_root())
                && other != id.as_str()
            {
                reader.report(Some(id), place.at("id"), DiagnosticCode::InvalidValue, || {
                    format!("must be the node's name among the nodes, and is \"{}\"", short(&other))
                });
            }
        }
    }
}

fn read_payload(reader: &mut Reader, place: &Place<'_>, dialect: &Dialect) -> Json {
    let field = match dialect {
        Dialect::A { .. } if place.get("payload").is_none() => "props",
        Dialect::A { .. } | Dialect::B => "payload",
    };
    reader.object_data(place, field).unwrap_or_else(empty_object)
}

fn read_connector(reader: &mut Reader, place: &Place<'_>, dialect: &Dialect) -> Option<Connector> {
    if let (Dialect::A { .. }, Some(Value::String(name))) = (dialect, place.get("connector")) {
        return Some(Connector { kind: name.clone(), id: None });
    }
    let place = reader.object(place, "connector")?;
    reader.only(&place, &["type", "id"]);
    if place.get("type").is_none() {
        reader.missing(&place, "type", "a connector needs a type: the provider");
    }
    let id = reader.text(&place, "id");
    Some(Connector { kind: reader.text(&place, "type")?, id })
}

fn read_retry_policy(reader: &mut Reader, place: &Place<'_>) -> Option<RetryPolicy> {
    let place = reader.object(place, "retryPolicy")?;
    reader.only(
        &place,
        &[
            "maxAttempts",
            "strategy",
            "initialInterval",
            "maxInterval",
            "backoffMultiplier",
            "jitter",
            "retryableErrors",
            "nonRetryableErrors",
        ],
    );
    let usual = RetryPolicy::default();
    let attempts = reader.whole(&place, "maxAttempts");
    Some(RetryPolicy {
        max_attempts: attempts
            .map_or(usual.max_attempts, |attempts| u32::try_from(attempts).unwrap_or(u32::MAX)),
        strategy: one_of(reader, &place, "strategy", &STRATEGIES).unwrap_or(usual.strategy),
        initial_interval: reader.whole(&place, "initialInterval").unwrap_or(usual.initial_interval),
        max_interval: reader.whole(&place, "maxInterval").unwrap_or(usual.max_interval),
        backoff_multiplier: reader
            .number(&place, "backoffMultiplier")
            .unwrap_or(usual.backoff_multiplier),
        jitter: reader.number(&place, "jitter").unwrap_or(usual.jitter),
        retryable_errors: reader.texts(&place, "retryableErrors"),
        non_retryable_errors: reader.texts(&place, "nonRetryableErrors"),
    })
}

const ACTIONS: [(&str, Action); 3] =
    [("stop", Action::Stop), ("continue", Action::Continue), ("fallback", Action::Fallback)];

/// The words for what follows a failure.
#[derive(Clone, Copy)]
enum Action {
    Stop,
    Continue,
    Fallback,
}

fn read_on_failure(reader: &mut Reader, place: &Place<'_>, dialect: &Dialect) -> Option<OnFailure> {
    let place = reader.object(place, "onFailure")?;
    reader.only(&place, &["action", "node", "handlers"]);
    let remedy = read_remedy(reader, &place, dialect).unwrap_or(Remedy::Stop);
    let items = reader.list(&place, "handlers").unwrap_or_default();
    if place.get("action").is_none() && items.is_empty() {
        reader.missing(&place, "action", "onFailure needs an action: stop, continue or fallback");
    }
    if items.len() > MAX_HANDLERS {
        reader.report(
            place.node.as_ref(),
            place.at("handlers"),
            DiagnosticCode::LimitExceeded,
            || format!("a node has at most {MAX_HANDLERS} handlers, and this one {}", items.len()),
        );
    }
    let mut handlers = Vec::new();
    for (index, item) in items.iter().enumerate().take(MAX_HANDLERS) {
        let path = below(&place.at("handlers"), &index.to_string());
        let Value::Object(fields) = item else {
            reader.wrong_at(&place, path, "an object with category or code, and action", item);
            continue;
        };
        let place = Place { fields, path, node: place.node.clone() };
        reader.only(&place, &["category", "code", "action", "node"]);
        if place.get("action").is_none() {
            reader.missing(
                &place,
                "action",
                "a handler needs an action: stop, continue or fallback",
            );
        }
        let category = one_of(reader, &place, "category", &FailureCategory::ALL);
        let code = reader.text(&place, "code");
        if place.get("category").is_none() && place.get("code").is_none() {
            let cure = "a handler is for a category or a code of failures; for all of them set the \
                        action of onFailure itself";
            reader.missing(&place, "category", cure);
        }
        if let Some(remedy) = read_remedy(reader, &place, dialect) {
            handlers.push(Handler { category, code, remedy });
        }
    }
    Some(OnFailure { remedy, handlers })
}

fn read_remedy(reader: &mut Reader, place: &Place<'_>, dialect: &Dialect) -> Option<Remedy> {
    let node = reader.text(place, "node");
    match one_of(reader, place, "action", &ACTIONS)? {
        action @ (Action::Stop | Action::Continue) => {
            if node.is_some() {
                let code = DiagnosticCode::InvalidValue;
                reader.report(place.node.as_ref(), place.at("node"), code, || {
                    "only the action fallback leads to a node: remove node, or make it the action"
                        .to_owned()
                });
            }
            Some(match action {
                Action::Continue => Remedy::Continue,
                Action::Stop | Action::Fallback => Remedy::Stop,
            })
        }
        Action::Fallback => {
            if node.is_none() {
                reader.missing(place, "node", "a fallback names the node that follows");
            }
            Some(Remedy::Fallback { node: dialect.child(&node?) })
        }
    }
}
