//! Whether a delivery was signed by who holds the secret.

use actix_web::http::header::HeaderMap;
use engine::Node;
use time::OffsetDateTime;

use super::arrival::Turned;
use crate::aggregates::connector::Owner;
use crate::connectors::{Credentials, Error};
use crate::http::api::Api;
use crate::http::problem::Code;
use crate::primitives::OrganizationId;
use crate::triggers::signature::{Received, Signature};
use crate::triggers::webhook::SECRETS;

/// Refuses a delivery that is not signed as its receiver wants. The sender is not told why.
pub(super) async fn verify(
    api: &Api,
    organization: OrganizationId,
    root: &Node,
    signature: &Signature,
    received: &Received<'_>,
) -> Result<(), Turned> {
    let credentials = secrets(api, organization, root).await?;
    let verified = signature.verify(&credentials.signing_secrets(), received);
    verified.map_err(|refusal| Turned::silently(Code::WebhookUnverified, refusal.to_string()))
}

/// A delivery's headers, as signatures are looked for in them.
pub(super) fn listed(headers: &HeaderMap) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

/// What was received, and when.
pub(super) fn received<'a>(
    headers: &'a [(&'a str, &'a [u8])],
    body: &'a [u8],
    now: OffsetDateTime,
) -> Received<'a> {
    Received { headers, body, now: now.unix_timestamp() }
}

/// The connector that the trigger names, opened for this delivery.
async fn secrets(
    api: &Api,
    organization: OrganizationId,
    root: &Node,
) -> Result<Credentials, Turned> {
    let unusable = |reason: String| Turned::silently(Code::WebhookUnverified, reason);
    let named = root.connector.as_ref().filter(|named| named.kind == SECRETS).ok_or_else(|| {
        unusable(format!("the trigger names no connector of the type `{SECRETS}`"))
    })?;
    // The webhook acts for the organization.
    let asker = async { Ok(Owner::Organization) };
    let opened = async {
        let id = api.connectors.meant(organization, named, asker).await?;
        api.connectors.open(organization, id).await
    };
    match opened.await {
        Ok(credentials) if credentials.kind.kind == SECRETS => Ok(credentials),
        Ok(credentials) => {
            let kind = &credentials.kind.kind;
            Err(unusable(format!("the connector of the trigger is of the type `{kind}`")))
        }
        // Something to be mended by the receiver: whoever sends the same again finds the same.
        Err(
            error @ (Error::Unknown(_)
            | Error::UnknownKind(_)
            | Error::OtherKind { .. }
            | Error::Unresolved { .. }
            | Error::Pending(_)
            | Error::Expired { .. }
            | Error::NotRenewed { .. }
            | Error::Untestable(_)
            | Error::Data { .. }
            | Error::Damaged),
        ) => Err(unusable(error.to_string())),
        Err(
            error @ (Error::NotAwaited
            | Error::Refused(_)
            | Error::Contended
            | Error::Secrets(_)
            | Error::Journal(_)
            | Error::View(_)),
        ) => Err(Turned::new(error.into(), "the secrets could not be opened at that moment")),
    }
}
