//! What there is: data keys, who wraps them, and how many secrets each seals.

use serde::Serialize;

use super::error::while_doing;
use super::{Error, KeyId, Vault};
use crate::primitives::OrganizationId;

/// One data key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Its version.
    pub version: i32,
    /// The key-encryption key that wraps it.
    pub wrapped_by: KeyId,
    /// Whether it seals what is sealed now.
    pub newest: bool,
    /// How many secrets are sealed under it.
    pub secrets: i64,
}

/// All data keys, and the keys that this process accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Census {
    /// Where the key-encryption keys are.
    pub place: String,
    /// Those that are accepted here; the first one wraps.
    pub accepted: Vec<KeyId>,
    /// The data keys by organization and version.
    pub data_keys: Vec<Standing>,
}

impl Census {
    /// Counts.
    pub async fn take(vault: &Vault) -> Result<Self, Error> {
        let rows = sqlx::query!(
            r#"select organization_id as "organization_id!", version as "version!",
                      wrapped_by as "wrapped_by!", newest as "newest!", secrets as "secrets!"
                 from secrets_census()"#
        )
        .fetch_all(vault.pool())
        .await
        .map_err(while_doing("counting secrets"))?;
        let data_keys = rows.into_iter().filter_map(|row| {
            Some(Standing {
                organization: row.organization_id.parse().ok()?,
                version: row.version,
                wrapped_by: KeyId::stored(row.wrapped_by),
                newest: row.newest,
                secrets: row.secrets,
            })
        });
        Ok(Self {
            place: vault.source().place(),
            accepted: vault.source().ids().await?,
            data_keys: data_keys.collect(),
        })
    }

    /// The data keys that the current key-encryption key does not wrap.
    pub fn to_wrap(&self) -> impl Iterator<Item = &Standing> {
        let current = self.accepted.first();
        self.data_keys.iter().filter(move |key| Some(&key.wrapped_by) != current)
    }

    /// The data keys that nobody here can unwrap: their secrets are unreadable until the key that
    /// wraps them is given back.
    pub fn unreadable(&self) -> impl Iterator<Item = &Standing> {
        self.data_keys.iter().filter(|key| !self.accepted.contains(&key.wrapped_by))
    }

    /// How many secrets there are.
    pub fn secrets(&self) -> i64 {
        self.data_keys.iter().map(|key| key.secrets).sum()
    }

    /// How many of them are sealed under a data key that has a successor.
    pub fn to_seal(&self) -> i64 {
        self.data_keys.iter().filter(|key| !key.newest).map(|key| key.secrets).sum()
    }
}
