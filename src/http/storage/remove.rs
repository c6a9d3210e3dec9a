use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{order, record};
use crate::access::Principal;
use crate::aggregates::entry::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, Params};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};

/// How the value is to be removed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Removal {
    /// The version that the entry must have: another one now is a conflict.
    expected_version: Option<u64>,
}

/// A key that has no value any more.
#[derive(Debug, Serialize, ToSchema)]
pub struct Removed {
    /// The store.
    store: String,
    /// The key.
    key: String,
}

/// Removes a value of the organization. Its history stays on the ledger.
#[utoipa::path(
    delete,
    operation_id = "remove_storage_entry",
    path = "/v1/organization/storage/{store}/{key}",
    tag = "storage",
    params(
        ("store" = String, Path, description = "The store"),
        ("key" = String, Path, description = "The key, with every slash as %2F"),
        Removal,
    ),
    responses(
        (status = 200, description = "Removed", body = Envelope<Removed>),
        (status = 400, description = "There can be no such key", body = Document),
        (status = 404, description = "There is no value", body = Document),
        (status = 409, description = "Somebody else changed it", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    path: Path<(String, String)>,
    key: IdempotencyKey,
    query: Params<Removal>,
) -> Result<Answer<Removed>, Problem> {
    let place = record::place(&path)?;
    let expected = query.0.expected_version;
    let fingerprint = format!("{}/{} at {expected:?}", place.store(), place.key());
    let turn = Turn::take(&api, &who, key, &fingerprint).await?;
    let done = order::order(&api, &who, turn, place.clone(), Order::Remove { expected }).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let removed = Removed { store: place.store().to_owned(), key: place.key().to_owned() };
    Ok(Answer::ok(removed).written(written).replayed(done.replayed))
}
