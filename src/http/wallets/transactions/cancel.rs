use actix_web::web::{Data, Path};

use super::order::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::wallet_lane::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::problem::{Document, Problem};
use crate::primitives::IntentId;

/// Calls a transaction off. What has no nonce yet is given up at once; else a transaction that moves nothing
/// is sent under its nonce, and whichever of the two is faster is carried out.
#[utoipa::path(
    post,
    operation_id = "cancel_transaction",
    path = "/v1/transactions/{id}/cancel",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The transaction"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "It is called off, or is being called off", body = Envelope<Record>),
        (status = 404, description = "There is no such transaction", body = Document),
        (status = 409, description = "It is over", body = Document),
    ),
)]
pub async fn cancel(
    api: Data<Api>,
    who: Principal,
    id: Path<IntentId>,
    key: IdempotencyKey,
) -> Result<Answer<Record>, Problem> {
    let reason = format!("{who} called it off");
    order(&api, &who, key, "", (*id, Order::Cancel { intent: *id, reason })).await
}
