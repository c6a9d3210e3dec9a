//! Which provider is asked.

use crate::access::Principal;
use crate::assistant::{KIND, Provider};
use crate::connectors::{Error, Unresolved};
use crate::http::api::Api;
use crate::http::connectors;
use crate::http::problem::{Code, Problem};
use crate::primitives::ConnectorId;
use crate::projections::connectors::Projector;

/// The provider of the connector that is named, or of the one that is found for whoever asks as it would be for
/// their runs.
pub(super) async fn provider(
    api: &Api,
    who: &Principal,
    named: Option<ConnectorId>,
) -> Result<Provider, Problem> {
    api.assistant.is_on()?;
    let id = match named {
        // Whose eyes it is hidden from is told that there is none.
        Some(id) => connectors::named(api, who, id).await.map(|_| id)?,
        None => found(api, who).await?,
    };
    Ok(api.assistant.provider(who.organization, id).await?)
}

/// Where there is none, it may have been connected a moment ago: what is on the ledger is waited for.
async fn found(api: &Api, who: &Principal) -> Result<ConnectorId, Problem> {
    let nothing =
        |error: &Error| matches!(error, Error::Unresolved { why: Unresolved::Nothing, .. });
    let mut found = connectors::found(api, who, KIND).await;
    if found.as_ref().is_err_and(nothing) {
        api.view_follows(Projector::NAME).await?;
        found = connectors::found(api, who, KIND).await;
    }
    match found {
        Err(error) if nothing(&error) => Err(Problem::new(Code::AssistantNotConnected)),
        found => Ok(found?),
    }
}
