//! Writes into a definition what the interfaces are that it names, so that the ledger says what people saw.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::order;
use crate::access::Principal;
use crate::aggregates::ui_component::UiComponent;
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::interfaces::{Component, ComponentType};
use crate::primitives::UiComponentId;
use crate::primitives::pointer::below;

/// How many places of a definition may name interfaces: each is read when it is checked.
const MAX_PLACES: usize = 100;

/// A fault: its place in the definition, and what helps.
type Fault = (String, String);

/// What an interface is named for.
#[derive(Clone, Copy)]
enum Purpose {
    /// A task is answered in it.
    Task,
    /// Runs are shown by it.
    Run,
}

/// The definition with each interface as it is now, or what keeps it from that.
pub(in crate::http) async fn pin(
    api: &Api,
    who: &Principal,
    mut definition: Value,
) -> Result<Result<Value, Vec<Fault>>, Problem> {
    let places = places(&definition);
    if places.len() > MAX_PLACES {
        let message = format!("{MAX_PLACES} places may name an interface: split the workflow");
        return Ok(Err(vec![("/nodes".to_owned(), message)]));
    }
    let mut faults = Vec::new();
    for (place, purpose) in places {
        let named = definition.pointer(&place).cloned().unwrap_or_default();
        let found = match find(api, who, &named).await? {
            Ok((id, version, found)) => suits(&found, version, purpose).map(|it| (id, version, it)),
            Err(fault) => Err(fault),
        };
        match (found, definition.pointer_mut(&place)) {
            (Ok((id, version, component)), Some(slot)) => {
                *slot = json!({ "componentId": id, "version": version, "component": component });
            }
            (Err((below, message)), _) => faults.push((format!("{place}{below}"), message)),
            (Ok(_), None) => {}
        }
    }
    Ok(if faults.is_empty() { Ok(definition) } else { Err(faults) })
}

/// When an interface that a definition takes as it is now changed last; none where it takes none.
pub(in crate::http) async fn changed_at(
    api: &Api,
    who: &Principal,
    definition: &Value,
) -> Result<Option<OffsetDateTime>, Problem> {
    let mut changed_at = None;
    for (place, _) in places(definition).into_iter().take(MAX_PLACES) {
        let named = definition.pointer(&place).cloned().unwrap_or_default();
        // A version that is named never changes.
        if named.get("version").is_some_and(|it| !it.is_null()) {
            continue;
        }
        if let Ok((_, version, found)) = find(api, who, &named).await? {
            changed_at = changed_at.max(found.edition(version).map(|edition| edition.at));
        }
    }
    Ok(changed_at)
}

/// Where a definition names interfaces.
fn places(definition: &Value) -> Vec<(String, Purpose)> {
    let mut places = Vec::new();
    if definition.get("uiComponent").is_some_and(|it| !it.is_null()) {
        places.push(("/uiComponent".to_owned(), Purpose::Run));
    }
    let nodes = definition.get("nodes").and_then(Value::as_object);
    for (id, node) in nodes.into_iter().flatten() {
        if node.get("type").and_then(Value::as_str) != Some("manual-task") {
            continue;
        }
        // What the payload was called before.
        for payload in ["payload", "props"] {
            let named = node.get(payload).and_then(|it| it.get("uiComponent"));
            if named.is_some_and(|it| !it.is_null()) {
                places.push((
                    format!("{}/{payload}/uiComponent", below("/nodes", id)),
                    Purpose::Task,
                ));
            }
        }
    }
    places
}

/// The interface that is named, and which version; or what is wrong below the place.
async fn find(
    api: &Api,
    who: &Principal,
    named: &Value,
) -> Result<Result<(UiComponentId, u64, UiComponent), Fault>, Problem> {
    let wrong = |below: &str, message: &str| Ok(Err((below.to_owned(), message.to_owned())));
    let id = named.get("componentId").and_then(Value::as_str);
    let Some(id) = id.and_then(|id| id.parse::<UiComponentId>().ok()) else {
        return wrong(
            "/componentId",
            "is the id of an interface, as `ui_01h455vb4pex5vsknk084sn02q`: `GET /v1/ui-components` lists them",
        );
    };
    let found = match order::load(api, who, id).await {
        Ok(found) => found,
        Err(problem) if problem.code() == Code::UiComponentNotFound => {
            return wrong(
                "/componentId",
                "there is no such interface in this organization: create it, or name another one",
            );
        }
        Err(problem) => return Err(problem),
    };
    let version = match named.get("version") {
        None | Some(Value::Null) if found.retired => {
            return wrong(
                "/componentId",
                "this interface was retired: name another one, or one of its versions by `version`",
            );
        }
        None | Some(Value::Null) => found.version(),
        Some(version) => version.as_u64().unwrap_or(0),
    };
    if found.edition(version).is_none() {
        let message = format!("is no version of this interface: it has 1 to {}", found.version());
        return Ok(Err(("/version".to_owned(), message)));
    }
    Ok(Ok((id, version, found)))
}

/// The version, where it is for this purpose.
fn suits(found: &UiComponent, version: u64, purpose: Purpose) -> Result<Component, Fault> {
    let edition = found.edition(version).map(|edition| Component::clone(&edition.component));
    let component = edition.ok_or_else(|| ("/version".to_owned(), "is no version".to_owned()))?;
    let answers = match component.component_type {
        ComponentType::Form | ComponentType::Modal => true,
        ComponentType::Custom => !component.actions.is_empty(),
        ComponentType::Display => false,
    };
    let shows = match component.component_type {
        ComponentType::Display | ComponentType::Custom => true,
        ComponentType::Form | ComponentType::Modal => false,
    };
    let (fits, message) = match purpose {
        Purpose::Task => {
            (answers, "a task is answered in a `Form`, a `Modal`, or a `Custom` with actions")
        }
        Purpose::Run => (shows, "runs are shown by a `Display` or a `Custom`"),
    };
    if fits { Ok(component) } else { Err(("/componentId".to_owned(), message.to_owned())) }
}
