use actix_web::web::{Data, Path};

use super::record::{Record, chain_of, wallet};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::primitives::WalletId;

/// What a wallet is held to on a chain.
#[utoipa::path(
    get,
    operation_id = "get_wallet_floor",
    path = "/v1/wallets/{id}/floors/{chain}",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The wallet"),
        ("chain" = String, Path, description = "The chain's name or id"),
    ),
    responses(
        (status = 200, description = "Its floor", body = Envelope<Record>),
        (status = 400, description = "It is no chain", body = Document),
        (status = 404, description = "There is no such wallet, or it has no floor there", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    place: Path<(WalletId, String)>,
) -> Result<Answer<Record>, Problem> {
    let (id, chain) = place.into_inner();
    wallet(&api, &who, id).await?;
    Ok(Answer::ok(Record::load(&api, id, chain_of(&chain)?).await?))
}
