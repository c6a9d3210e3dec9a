use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::order;
use super::record::AccountRecord;
use crate::access::Principal;
use crate::aggregates::account::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};

/// Units as a present.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Grant {
    /// How many units, at least 1.
    units: u64,
    /// Why, at most 200 bytes.
    reason: Option<String>,
}

/// Gives units to the organization, beside what its plan grants each month. Only the holder of the
/// installation's admin key may.
#[utoipa::path(
    post,
    operation_id = "grant_units",
    path = "/v1/usage/grants",
    tag = "usage",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = Grant,
    responses(
        (status = 200, description = "Done", body = Envelope<AccountRecord>),
        (status = 422, description = "The amount is out of bounds", body = Document),
    ),
)]
pub async fn grant(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<Grant>,
) -> Result<Answer<AccountRecord>, Problem> {
    let Grant { units, reason } = body.content;
    order::order(&api, &who, key, &body.fingerprint, Order::Grant { units, reason }).await
}
