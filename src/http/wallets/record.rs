//! A wallet as it is answered, and what refuses to change one.

use alloy_primitives::Address;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::wallets::{Error, Provenance, Wallet, Wallets};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::primitives::{OrganizationId, WalletId};
use crate::signing;

/// A wallet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Wallet)]
pub struct Record {
    /// Its id.
    #[schema(value_type = String)]
    pub(super) id: WalletId,
    /// Whose it is.
    #[schema(value_type = String)]
    organization_id: OrganizationId,
    /// Its address, the same on every EVM chain.
    #[schema(value_type = String, example = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")]
    address: String,
    /// What people call it.
    name: String,
    /// Whether it is used where nobody says which.
    is_default: bool,
    /// `active`, or `archived`: then it signs nothing.
    status: &'static str,
    /// The backend that keeps its key.
    #[schema(example = "pkcs11")]
    backend: String,
    /// `created` where nobody has ever seen the key, `imported` where somebody brought it along.
    provenance: &'static str,
    /// Who added it.
    created_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl Record {
    /// A wallet of these.
    pub(super) fn of(organization: OrganizationId, all: &Wallets, id: WalletId) -> Option<Self> {
        let Wallet { name, address, backend, key: _, provenance, is_archived, by, at } =
            all.all.get(&id)?.clone();
        Some(Self {
            id,
            organization_id: organization,
            address: shown(address),
            name,
            is_default: all.unnamed() == Some(id),
            status: if is_archived { "archived" } else { "active" },
            backend,
            provenance: match provenance {
                Provenance::Created => "created",
                Provenance::Imported => "imported",
            },
            created_by: by,
            created_at: at,
        })
    }

    /// A wallet of the principal's organization.
    pub(super) async fn load(api: &Api, who: &Principal, id: WalletId) -> Result<Self, Problem> {
        let all = wallets(api, who).await?;
        Self::of(who.organization, &all, id).ok_or_else(|| Problem::new(Code::WalletNotFound))
    }
}

/// With its checksum, as people compare it.
fn shown(address: Address) -> String {
    address.to_checksum(None)
}

/// The wallets of the principal's organization.
pub(super) async fn wallets(api: &Api, who: &Principal) -> Result<Wallets, Problem> {
    Ok(api.wallets.load(&who.organization.to_string()).await?.aggregate)
}

impl From<signing::Error> for Problem {
    fn from(error: signing::Error) -> Self {
        if matches!(error, signing::Error::NoImport) {
            return Self::new(Code::BackendOfKeysRefuses).because(error);
        }
        if error.is_transient() {
            return Self::away(Code::BackendOfKeysAway, error);
        }
        Self::internal(error)
    }
}

impl From<Error> for Problem {
    fn from(refusal: Error) -> Self {
        match refusal {
            Error::Unknown => Self::new(Code::WalletNotFound),
            Error::Name => Self::new(Code::InvalidBody).at("/name", refusal),
            Error::Exists
            | Error::NameTaken(_)
            | Error::AddressTaken(_)
            | Error::Full
            | Error::Archived
            | Error::InUse => Self::new(Code::WalletRefuses).because(refusal),
        }
    }
}
