//! A program's account as the API shows it.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::aggregates::organization::{Account, Organization};
use crate::http::problem::{Code, Problem};
use crate::primitives::ServiceAccountId;

/// The account of a program.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServiceAccount)]
pub struct Record {
    /// Its id.
    #[schema(example = "sa_01h455vb4pex5vsknk084sn02q")]
    pub(super) id: String,
    /// What people call it.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// What its keys may do at most.
    permissions: Vec<String>,
    /// Who made it.
    created_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// An account that was removed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RemovedServiceAccount)]
pub struct Removed {
    /// The account.
    pub(super) id: String,
}

/// An account.
pub(super) fn of(id: ServiceAccountId, account: &Account) -> Record {
    Record {
        id: id.to_string(),
        name: account.name.clone(),
        description: account.description.clone(),
        permissions: account.permissions().names(),
        created_by: account.by.clone(),
        created_at: account.at,
    }
}

/// An account by its id.
pub(super) fn find(organization: &Organization, id: ServiceAccountId) -> Result<Record, Problem> {
    let account = organization.accounts.get(&id);
    let account = account.ok_or_else(|| Problem::new(Code::ServiceAccountNotFound))?;
    Ok(of(id, account))
}
