use std::sync::Arc;

use actix_web::web::{Data, Path};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::ToSchema;

use super::order;
use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::entry::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};

/// What is to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SetEntry {
    /// The value: any JSON of at most 256 KiB. Null is a value, too.
    #[serde(deserialize_with = "anything")]
    #[schema(value_type = serde_json::Value)]
    value: Value,
    /// The version that the entry must have, 0 when it must not exist: another one now is a
    /// conflict.
    expected_version: Option<u64>,
}

/// Without a default, so that a body without the field is refused.
fn anything<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Value::deserialize(deserializer)
}

/// Keeps a value under a key of the organization.
#[utoipa::path(
    put,
    operation_id = "set_storage_entry",
    path = "/v1/organization/storage/{store}/{key}",
    tag = "storage",
    params(
        ("store" = String, Path, description = "The store"),
        ("key" = String, Path, description = "The key, with every slash as %2F"),
    ),
    request_body = SetEntry,
    responses(
        (status = 200, description = "Kept", body = Envelope<Record>),
        (status = 400, description = "There can be no such key", body = Document),
        (status = 409, description = "Somebody else changed it", body = Document),
        (status = 422, description = "The body has the wrong shape, or the value is too large", body = Document),
    ),
)]
pub async fn set(
    api: Data<Api>,
    who: Principal,
    path: Path<(String, String)>,
    key: IdempotencyKey,
    body: Body<SetEntry>,
) -> Result<Answer<Record>, Problem> {
    let place = record::place(&path)?;
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let SetEntry { value, expected_version } = body.content;
    let set = Order::Set { value: Arc::new(value), expected: expected_version };
    let done = order::order(&api, &who, turn, place.clone(), set).await?;
    let entry = api.entries().read_at(&done.stream, done.sequence).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let record = Record::of(&place, &entry)?;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}
