//! An entry as the API shows it.

use engine::Json;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::aggregates::entry::{Entry, Place, Scope};
use crate::http::problem::{Code, Problem};

/// A value under a key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StorageEntry)]
pub struct Record {
    /// The store.
    #[schema(example = "default")]
    store: String,
    /// The key.
    #[schema(example = "rate/eur")]
    key: String,
    /// The value.
    #[schema(value_type = serde_json::Value)]
    value: Json,
    /// The version of the value: what `expectedVersion` is compared with.
    version: u64,
    /// Who set it.
    updated_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl Record {
    /// The entry at a place, if it has a value.
    pub(super) fn of(place: &Place, entry: &Entry) -> Result<Self, Problem> {
        let kept = entry.value().zip(entry.changed());
        let (value, changed) = kept.ok_or_else(|| Problem::new(Code::EntryNotFound))?;
        Ok(Self {
            store: place.store().to_owned(),
            key: place.key().to_owned(),
            value: value.clone(),
            version: entry.version(),
            updated_by: changed.by.clone(),
            updated_at: changed.at,
        })
    }
}

/// The place that a path names.
pub(super) fn place((store, key): &(String, String)) -> Result<Place, Problem> {
    Place::new(Scope::Organization, store, key)
        .map_err(|error| Problem::new(Code::InvalidPath).because(error))
}
