//! A key as the API shows it: never its text, nor what is kept of it.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::api_key::{ApiKey, Issue};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::primitives::ApiKeyId;
use crate::projections::access::KeyRow;

/// An API key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
pub struct Record {
    /// Its id, which is not its text.
    #[schema(example = "key_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// What people call it.
    name: String,
    /// Whose it is: a service account, or a member.
    owner: String,
    /// What it opens at most, and never more than its owner may do at that moment; all of that when
    /// null.
    scopes: Option<Vec<String>>,
    /// Who issued it.
    created_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// From when on it opens nothing; never when null.
    #[serde(with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
    /// When it was revoked.
    #[serde(with = "time::serde::rfc3339::option")]
    revoked_at: Option<OffsetDateTime>,
    /// When it was last used, to the hour.
    #[serde(with = "time::serde::rfc3339::option")]
    last_used_at: Option<OffsetDateTime>,
}

impl From<KeyRow> for Record {
    fn from(row: KeyRow) -> Self {
        Self {
            id: row.key_id,
            name: row.name,
            owner: row.owner,
            scopes: row.scopes,
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.used_at,
        }
    }
}

/// A key by its id, as it is on the ledger now; that of another organization is none.
pub(super) async fn load(
    api: &Api,
    who: &Principal,
    id: ApiKeyId,
) -> Result<(ApiKey, Issue), Problem> {
    let key = api.api_keys.load(&id.to_string()).await?.aggregate;
    let issue = key.issue.clone().filter(|issue| issue.organization == who.organization);
    let issue = issue.ok_or_else(|| Problem::new(Code::ApiKeyNotFound))?;
    Ok((key, issue))
}

/// A key.
pub(super) fn of(id: &str, key: &ApiKey, issue: Issue) -> Record {
    Record {
        id: id.to_owned(),
        name: issue.name,
        owner: issue.owner.to_string(),
        scopes: issue.scopes,
        created_by: issue.by,
        created_at: issue.at,
        expires_at: issue.expires_at,
        revoked_at: key.revoked_at,
        last_used_at: key.used_at,
    }
}
