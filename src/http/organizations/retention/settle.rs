use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{Record, carry_out};
use crate::access::Principal;
use crate::aggregates::retention::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};

/// How long runs are kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SetRetention {
    /// After how many days runs are deleted for good, counted from the end of the month in which they began: 365 or
    /// more. Null keeps them.
    #[schema(example = 2555)]
    delete_after_days: Option<u32>,
}

/// Settles how long runs are kept. A shorter time counts after 7 days, so that somebody may take it back; a longer one
/// counts at once. Only months that have left the database are deleted, and nothing that a hold is about.
#[utoipa::path(
    put,
    operation_id = "set_retention",
    path = "/v1/retention",
    tag = "retention",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = SetRetention,
    responses(
        (status = 200, description = "What is kept now", body = Envelope<Record>),
        (status = 422, description = "The time is none", body = Document),
    ),
)]
pub async fn settle(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<SetRetention>,
) -> Result<Answer<Record>, Problem> {
    let order = Order::Settle(body.content.delete_after_days);
    carry_out(&api, &who, (key, &body.fingerprint), order).await
}
