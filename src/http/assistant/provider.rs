//! Which provider is asked.

use crate::access::Principal;
use crate::assistant::{KIND, Provider};
use crate::connectors::{Error, Unresolved};
use crate::http::api::Api;
use crate::http::connectors;
use crate::http::problem::{Code, Problem};
use crate::primitives::ConnectorId;

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
        None => match connectors::found(api, who, KIND).await {
            Err(Error::Unresolved { why: Unresolved::Nothing, .. }) => {
                return Err(Problem::new(Code::AssistantNotConnected));
            }
            found => found?,
        },
    };
    Ok(api.assistant.provider(who.organization, id).await?)
}
