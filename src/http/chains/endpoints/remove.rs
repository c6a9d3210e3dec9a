use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::record::chain_of;
use crate::access::Principal;
use crate::aggregates::chain_endpoints::{Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;

/// What is gone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChainEndpointsRemoved)]
pub struct Removed {
    /// The chain, which is read as the installation reads it.
    #[schema(example = 8453)]
    chain_id: u64,
}

/// Reads a chain as the installation reads it again. What was sealed is forgotten. Triggers go on where
/// they were: nothing is passed by, and nothing fires twice.
#[utoipa::path(
    delete,
    operation_id = "remove_chain_endpoints",
    path = "/v1/chains/{chain}/endpoints",
    tag = "triggers",
    params(
        ("chain" = String, Path, description = "The chain's name or id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "They are gone", body = Envelope<Removed>),
        (status = 400, description = "It is no chain", body = Document),
        (status = 404, description = "The organization named none", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    chain: Path<String>,
    key: IdempotencyKey,
) -> Result<Answer<Removed>, Problem> {
    let chain = chain_of(&chain)?;
    let fingerprint = format!("remove endpoints of {chain}");
    let done = match Turn::take(&api, &who, key, &fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let (by, at) = (who.to_string(), api.clock.now());
            let command = Command { by, at, chain, order: Order::Remove };
            let stream = StreamId::chain_endpoints(who.organization);
            ticket.execute(&api, &who, api.chains.store(), stream, command).await?
        }
    };
    // Also when this is a replay: the first time may have been cut off here.
    let hold = api.chains.hold(who.organization, chain).await?;
    api.chains.forget_older(who.organization, chain).await?;
    drop(hold);
    let written = api.written(&done.stream, done.sequence).await;
    let removed = Removed { chain_id: chain };
    Ok(Answer::ok(removed).written(written).replayed(done.replayed))
}
