use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{Record, carry_out};
use crate::access::Principal;
use crate::aggregates::retention::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};
use crate::primitives::HoldId;

/// Why a hold is lifted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LiftHold {
    /// Why: 1 to 1,000 characters, for whoever asks later.
    #[schema(example = "Case 7/2026 is closed")]
    reason: String,
}

/// Lifts a hold. What it was about is deleted when its time has come.
#[utoipa::path(
    post,
    operation_id = "lift_hold",
    path = "/v1/retention/holds/{id}/lift",
    tag = "retention",
    params(
        ("id" = String, Path, description = "The hold"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = LiftHold,
    responses(
        (status = 200, description = "It stands no more", body = Envelope<Record>),
        (status = 404, description = "There is no such hold", body = Document),
        (status = 422, description = "The reason is none", body = Document),
    ),
)]
pub async fn lift(
    api: Data<Api>,
    who: Principal,
    id: Path<HoldId>,
    key: IdempotencyKey,
    body: Body<LiftHold>,
) -> Result<Answer<Record>, Problem> {
    let fingerprint = format!("{id} {}", body.fingerprint);
    let order = Order::Lift { hold: *id, reason: body.content.reason };
    carry_out(&api, &who, (key, &fingerprint), order).await
}
