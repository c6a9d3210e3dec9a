use actix_web::web::{Data, Path};

use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::primitives::WalletId;

/// A wallet.
#[utoipa::path(
    get,
    operation_id = "get_wallet",
    path = "/v1/wallets/{id}",
    tag = "wallets",
    params(("id" = String, Path, description = "The wallet")),
    responses(
        (status = 200, description = "The wallet", body = Envelope<Record>),
        (status = 404, description = "There is no such wallet", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<WalletId>,
) -> Result<Answer<Record>, Problem> {
    Ok(Answer::ok(Record::load(&api, &who, *id).await?))
}
