use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::record::{chain_of, wallet};
use crate::access::Principal;
use crate::aggregates::wallet_floor::{Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::WalletId;

/// What is gone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WalletFloorRemoved)]
pub struct Removed {
    /// The wallet.
    #[schema(value_type = String)]
    wallet_id: WalletId,
    /// The chain.
    #[schema(example = 8453)]
    chain_id: u64,
}

/// Holds a wallet to nothing on a chain any more. What waits for money already goes on waiting.
#[utoipa::path(
    delete,
    operation_id = "remove_wallet_floor",
    path = "/v1/wallets/{id}/floors/{chain}",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The wallet"),
        ("chain" = String, Path, description = "The chain's name or id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "It is gone", body = Envelope<Removed>),
        (status = 400, description = "It is no chain", body = Document),
        (status = 404, description = "There is no such wallet, or it has no floor there", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    place: Path<(WalletId, String)>,
    key: IdempotencyKey,
) -> Result<Answer<Removed>, Problem> {
    let (id, chain) = place.into_inner();
    let chain = chain_of(&chain)?;
    wallet(&api, &who, id).await?;
    let fingerprint = format!("remove floor of {id} on {chain}");
    let done = match Turn::take(&api, &who, key, &fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let (by, at) = (who.to_string(), api.clock.now());
            let command = Command { by, at, order: Order::Remove };
            let stream = StreamId::wallet_floor(id, chain);
            ticket.execute(&api, &who, &api.floors, stream, command).await?
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    let removed = Removed { wallet_id: id, chain_id: chain };
    Ok(Answer::ok(removed).written(written).replayed(done.replayed))
}
