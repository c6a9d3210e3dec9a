//! The connectors that a definition names, held against those that there are.

use engine::{Connector, Definition, Diagnostic, DiagnosticCode, Node, NodeId};

use super::{order, record};
use crate::access::Principal;
use crate::connectors::{Error, Kinds, Unresolved};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::primitives::ConnectorId;
use crate::triggers::webhook;

/// The node types that take a connector of any type.
const TAKES_ANY: [&str; 1] = ["http-request"];

/// What a node type takes.
enum Takes {
    /// A connector of any type.
    Any,
    /// One of this type.
    Only(&'static str),
    /// None.
    None,
}

impl Takes {
    fn of(kind: &str) -> Self {
        if TAKES_ANY.contains(&kind) {
            return Self::Any;
        }
        webhook::connector_of(kind).map_or(Self::None, Self::Only)
    }
}

/// A connector as a node names it.
pub(in crate::http) async fn named(
    api: &Api,
    who: &Principal,
    id: ConnectorId,
) -> Result<Connector, Problem> {
    let connector = order::load(api, who, id).await?;
    Ok(Connector { kind: connector.kind, id: Some(id.to_string()) })
}

/// The connector of a type that is meant where somebody names none.
pub(in crate::http) async fn found(
    api: &Api,
    who: &Principal,
    kind: &str,
) -> Result<ConnectorId, Error> {
    api.connectors.find(who.organization, kind, record::known_as(who)).await
}

/// Everything that is wrong with the connectors of a definition, for somebody who wants to run it.
pub(in crate::http) async fn problems(
    api: &Api,
    who: &Principal,
    definition: &Definition,
) -> Result<Vec<Diagnostic>, Problem> {
    let mut found = Vec::new();
    for (id, node) in definition.nodes() {
        let Some(connector) = &node.connector else {
            let missing = missing(node).map(|message| diagnostic(id, "", message));
            found.extend(missing);
            continue;
        };
        let problem = match Takes::of(&node.kind) {
            Takes::Any => problem(api, who, connector).await?,
            Takes::Only(kind) if connector.kind == kind => problem(api, who, connector).await?,
            Takes::Only(kind) => {
                let message = format!("\"{}\" takes a connector of the type \"{kind}\"", node.kind);
                Some(("/type", message))
            }
            Takes::None => Some(("", format!("\"{}\" takes no connector: remove it", node.kind))),
        };
        found.extend(problem.map(|(place, message)| diagnostic(id, place, message)));
    }
    Ok(found)
}

/// What a node lacks that names no connector, where it needs one.
fn missing(node: &Node) -> Option<String> {
    let unsigned = &*node.kind == "webhook" && node.payload["signature"].is_null();
    let kind = webhook::connector_of(&node.kind).filter(|_| !unsigned)?;
    Some(format!("\"{}\" takes a connector of the type \"{kind}\": name one here", node.kind))
}

async fn problem(
    api: &Api,
    who: &Principal,
    named: &Connector,
) -> Result<Option<(&'static str, String)>, Problem> {
    let kind = &named.kind;
    if Kinds::builtin().get(kind).is_none() {
        let message = format!("there is no connector type \"{kind}\"");
        return Ok(Some(("/type", format!("{message}: `GET /v1/connector-types` lists them"))));
    }
    let Some(id) = &named.id else {
        let asker = record::known_as(who);
        return match api.connectors.find(who.organization, kind, asker).await {
            Ok(_) => Ok(None),
            Err(Error::Unresolved { why: Unresolved::Nothing, .. }) => Ok(Some((
                "/id",
                format!("there is no connector of the type \"{kind}\" yet: connect one"),
            ))),
            Err(error @ Error::Unresolved { .. }) => Ok(Some(("/id", error.to_string()))),
            Err(error) => Err(error.into()),
        };
    };
    let Ok(id) = id.parse::<ConnectorId>() else {
        return Ok(Some(("/id", "is no id of a connector (`conn_…`)".to_owned())));
    };
    match order::load(api, who, id).await {
        Ok(connector) if connector.kind == *kind => Ok(None),
        Ok(connector) => Ok(Some(("/type", format!("{id} is of the type \"{}\"", connector.kind)))),
        Err(problem) if problem.code() == Code::ConnectorNotFound => {
            Ok(Some(("/id", format!("there is no connector {id}"))))
        }
        Err(problem) => Err(problem),
    }
}

fn diagnostic(id: &NodeId, place: &str, message: String) -> Diagnostic {
    let path = format!("/nodes/{id}/connector{place}");
    Diagnostic::of(id, path, DiagnosticCode::InvalidConnector, message)
}
