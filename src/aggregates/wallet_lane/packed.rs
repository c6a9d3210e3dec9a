//! Many ids as one text: what is over grows for as long as a wallet lives, and is kept in each snapshot.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer, Serializer};
use uuid::Uuid;

use crate::primitives::IntentId;

/// The bytes of an id.
const SIZE: usize = 16;

/// Writes them one behind the other, in their order.
pub(super) fn serialize<S: Serializer>(
    ids: &BTreeSet<IntentId>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let bytes: Vec<u8> = ids.iter().flat_map(|id| id.as_uuid().into_bytes()).collect();
    serializer.serialize_str(&BASE64.encode(bytes))
}

/// Reads them.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeSet<IntentId>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = BASE64.decode(text).map_err(D::Error::custom)?;
    let (ids, rest) = bytes.as_chunks::<SIZE>();
    if !rest.is_empty() {
        return Err(D::Error::custom("there is half an id at its end"));
    }
    Ok(ids.iter().map(|bytes| IntentId::from_uuid(Uuid::from_bytes(*bytes))).collect())
}
