use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::aggregates::entry::{Place, Scope};
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::projections::storage;

/// Which keys are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those that begin with this.
    prefix: Option<String>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// A key that has a value.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StorageKey {
    /// The key.
    key: String,
    /// The version of its value.
    version: i64,
    /// Who set it.
    updated_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl From<storage::Key> for StorageKey {
    fn from(key: storage::Key) -> Self {
        let storage::Key { key, version, updated_by, updated_at } = key;
        Self { key, version, updated_by, updated_at }
    }
}

/// The keys of a store of the organization, in their order, without the values.
#[utoipa::path(
    get,
    operation_id = "list_storage_keys",
    path = "/v1/organization/storage/{store}",
    tag = "storage",
    params(("store" = String, Path, description = "The store"), Wanted),
    responses(
        (status = 200, description = "The keys", body = Envelope<Page<StorageKey>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    store: Path<String>,
    query: Params<Wanted>,
) -> Result<Answer<Page<StorageKey>>, Problem> {
    let Params(Wanted { prefix, limit, offset, cursor, min_position }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    let store = Place::store_named(&store)
        .map_err(|error| Problem::new(Code::InvalidPath).because(error))?;
    api.view_at(storage::Projector::NAME, min_position).await?;
    let prefix = prefix.unwrap_or_default();
    let filter = storage::Filter { scope: Scope::Organization, store, prefix: &prefix };
    let found = api.storage().list(who.organization, filter, &paging.of_view()?).await?;
    paging.answer(found, |key| Ok(key.into()))
}
