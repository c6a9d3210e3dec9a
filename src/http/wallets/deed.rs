use cqrs_es::DomainEvent;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::problem::Problem;

/// An event, as it stands on the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LedgerEvent)]
pub(super) struct Deed {
    /// Its name.
    event: String,
    /// Its place on the ledger.
    position: i64,
    /// What it says.
    #[schema(value_type = Object)]
    content: Value,
}

impl Deed {
    /// An event at this place as it is shown.
    pub(super) fn of(position: i64, event: &impl DomainEvent) -> Result<Self, Problem> {
        let name = event.event_type();
        let content = serde_json::to_value(event).map_err(Problem::internal)?;
        let content = content.get(&name).cloned().unwrap_or_default();
        Ok(Self { event: name, position, content })
    }
}
