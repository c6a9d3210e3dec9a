//! A connector as the API shows it: never a secret of it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::{Actor, Principal};
use crate::aggregates::connector::{Connector, Owner};
use crate::http::problem::{Code, Problem};
use crate::projections::connectors::Summary;

/// A connector.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Connector)]
pub struct Record {
    /// Its id.
    #[schema(example = "conn_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// The provider.
    #[serde(rename = "type")]
    #[schema(example = "slack")]
    kind: String,
    /// What people call it.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Who answers for it: `organization`, a user or a service account.
    owner: String,
    /// Who else may see and use it: `private` or `organization`.
    visibility: String,
    /// How it stands: `pending` (access is not granted yet), `connected`, `failing` (the last test
    /// failed) or `expired` (it has to be authorized anew).
    status: String,
    /// Why, unless it is good.
    status_reason: Option<String>,
    /// When that was found; null when it was never tried.
    #[serde(with = "time::serde::rfc3339::option")]
    checked_at: Option<OffsetDateTime>,
    /// Its data. Of what is secret the last four characters are shown at most.
    #[schema(value_type = Object, example = json!({ "botToken": "••••1234" }))]
    data: Map<String, Value>,
    /// What the provider has granted.
    scopes: Option<String>,
    /// When its access ends for good, where it cannot be renewed.
    #[serde(with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
    /// How often it changed.
    version: u64,
    /// Who connected it.
    created_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

/// The connector as the ledger has it.
pub(super) fn of(connector: &Connector) -> Result<Record, Problem> {
    let unknown = || Problem::new(Code::ConnectorNotFound);
    let id = connector.id.ok_or_else(unknown)?;
    let (created_at, updated_at) =
        connector.created_at.zip(connector.updated_at).ok_or_else(unknown)?;
    let data = connector.data.as_ref().ok_or_else(unknown)?;
    Ok(Record {
        id: id.to_string(),
        kind: connector.kind.clone(),
        name: connector.name.clone(),
        description: connector.description.clone(),
        owner: connector.owner.to_string(),
        visibility: connector.visibility.name().to_owned(),
        status: connector.status().name().to_owned(),
        status_reason: connector.check.as_ref().and_then(|check| check.reason.clone()),
        checked_at: connector.checked_at,
        data: masked(data.settings.as_object().cloned().unwrap_or_default(), data.hints.clone()),
        scopes: connector.scopes.clone(),
        expires_at: connector.expires_at,
        version: connector.version,
        created_by: connector.created_by.clone(),
        created_at,
        updated_at,
    })
}

/// The connector as the view has it.
pub(super) fn listed(summary: Summary) -> Result<Record, Problem> {
    let settings = serde_json::from_str(&summary.settings).map_err(Problem::internal)?;
    let hints = serde_json::from_str(&summary.hints).map_err(Problem::internal)?;
    Ok(Record {
        id: summary.connector_id,
        kind: summary.kind,
        name: summary.name,
        description: summary.description,
        owner: summary.owner,
        visibility: summary.visibility,
        status: summary.status,
        status_reason: summary.reason,
        checked_at: summary.checked_at,
        data: masked(settings, hints),
        scopes: summary.scopes,
        expires_at: summary.expires_at,
        version: u64::try_from(summary.version).map_err(Problem::internal)?,
        created_by: summary.created_by,
        created_at: summary.created_at,
        updated_at: summary.updated_at,
    })
}

fn masked(settings: Map<String, Value>, hints: BTreeMap<String, String>) -> Map<String, Value> {
    let hints = hints.into_iter().map(|(name, hint)| (name, hint.into()));
    settings.into_iter().chain(hints).collect()
}

/// As which owner a principal is known; nobody for those who act for the organization.
pub(super) fn known_as(who: &Principal) -> Owner {
    match who.actor {
        Actor::User(user) => Owner::User(user),
        Actor::ServiceAccount(account) => Owner::ServiceAccount(account),
        Actor::Admin | Actor::Webhook(_) | Actor::Public(_) | Actor::ApiKey(_) => {
            Owner::Organization
        }
    }
}

/// Whether a principal sees this connector. The holder of the admin key sees all: somebody has to be
/// able to clear up after those who have left.
pub(super) fn is_seen_by(connector: &Connector, who: &Principal) -> bool {
    who.actor == Actor::Admin || connector.is_open_to(known_as(who))
}
