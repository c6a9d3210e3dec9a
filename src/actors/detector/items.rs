//! An item of a source as a firing: the same id whether the source was asked or told it by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Trigger;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::Firing;
use crate::primitives::{WorkflowId, hex};
use crate::triggers::Subscription;
use crate::triggers::source::Item;

/// Ids of items are kept as they are up to here, and as their hash beyond.
const MAX_ID: usize = 120;

/// What an item fires.
pub(super) fn firing(
    workflow: WorkflowId,
    subscription: &Subscription,
    settings: &str,
    Item { id, body }: Item,
    at: OffsetDateTime,
) -> Firing {
    Firing {
        organization: subscription.organization,
        subscriber: subscription.subscriber.clone(),
        id: format!("poll:{workflow}:{settings}:{}", bounded(&id)),
        trigger: Trigger {
            kind: subscription.kind.to_owned(),
            source: subscription.kind.to_owned(),
            body: Arc::new(body),
            headers: BTreeMap::new(),
        },
        lane: subscription.lane,
        causation: None,
        correlation: None,
        at,
    }
}

/// What a subscription asks, in 16 digits: another question has another cursor.
pub(super) fn fingerprint(subscription: &Subscription) -> String {
    let mut hash = Sha256::new();
    hash.update(subscription.kind);
    hash.update([0]);
    hash.update(subscription.payload.to_string());
    let id = subscription.connector.as_ref().and_then(|connector| connector.id.as_deref());
    hash.update([0]);
    hash.update(id.unwrap_or_default());
    hex(&hash.finalize()[..8])
}

fn bounded(id: &str) -> String {
    let plain = id.len() <= MAX_ID && id.bytes().all(|byte| byte.is_ascii_graphic());
    if plain { id.to_owned() } else { format!("sha256:{}", hex(&Sha256::digest(id.as_bytes()))) }
}
