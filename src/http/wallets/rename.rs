use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::order::carried_out;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::wallets::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};
use crate::primitives::WalletId;

/// What a wallet is to be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RenameWallet {
    /// 1 to 64 characters; no other wallet of the organization has it.
    #[schema(example = "Payroll")]
    name: String,
}

/// Calls a wallet otherwise.
#[utoipa::path(
    patch,
    operation_id = "rename_wallet",
    path = "/v1/wallets/{id}",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The wallet"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = RenameWallet,
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "There is no such wallet", body = Document),
        (status = 409, description = "Another wallet has the name", body = Document),
        (status = 422, description = "The name cannot be used", body = Document),
    ),
)]
pub async fn rename(
    api: Data<Api>,
    who: Principal,
    id: Path<WalletId>,
    key: IdempotencyKey,
    body: Body<RenameWallet>,
) -> Result<Answer<Record>, Problem> {
    let order = Order::Rename { name: body.content.name };
    carried_out(&api, &who, (*id, key, &body.fingerprint), order).await
}
