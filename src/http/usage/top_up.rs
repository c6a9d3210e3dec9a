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

/// Units that were paid for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TopUp {
    /// How many units, at least 1.
    units: u64,
    /// What it refers to, an invoice or an order: at most 200 bytes.
    reference: Option<String>,
}

/// Adds units that the organization has paid for. Only the holder of the
/// installation's admin key may.
#[utoipa::path(
    post,
    operation_id = "top_up_units",
    path = "/v1/usage/top-ups",
    tag = "usage",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = TopUp,
    responses(
        (status = 200, description = "Done", body = Envelope<AccountRecord>),
        (status = 422, description = "The amount is out of bounds", body = Document),
    ),
)]
pub async fn top_up(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<TopUp>,
) -> Result<Answer<AccountRecord>, Problem> {
    let TopUp { units, reference } = body.content;
    order::order(&api, &who, key, &body.fingerprint, Order::TopUp { units, reference }).await
}
