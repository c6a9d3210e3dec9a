use actix_web::web::{Data, Path};

use super::record::Record;
use crate::access::Principal;
use crate::aggregates::wallets::{Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::journal::StreamId;
use crate::primitives::WalletId;

/// Gives an order about a wallet, once, and answers with the wallet as it is then.
pub(super) async fn carried_out(
    api: &Api,
    who: &Principal,
    (wallet, key, fingerprint): (WalletId, IdempotencyKey, &str),
    order: Order,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(api, who, key, fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let command = Command { by: who.to_string(), at: api.clock.now(), wallet, order };
            let stream = StreamId::wallets(who.organization);
            ticket.execute(api, who, &api.wallets, stream, command).await?
        }
    };
    let record = Record::load(api, who, wallet).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}

/// Uses a wallet wherever nobody says which.
#[utoipa::path(
    post,
    operation_id = "make_wallet_default",
    path = "/v1/wallets/{id}/default",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The wallet"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "There is no such wallet", body = Document),
        (status = 409, description = "It is archived", body = Document),
    ),
)]
pub async fn make_default(
    api: Data<Api>,
    who: Principal,
    id: Path<WalletId>,
    key: IdempotencyKey,
) -> Result<Answer<Record>, Problem> {
    carried_out(&api, &who, (*id, key, ""), Order::MakeDefault).await
}

/// Lets a wallet sign nothing any more. Its key and its history stay.
#[utoipa::path(
    post,
    operation_id = "archive_wallet",
    path = "/v1/wallets/{id}/archive",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The wallet"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "There is no such wallet", body = Document),
        (status = 409, description = "It is archived already", body = Document),
    ),
)]
pub async fn archive(
    api: Data<Api>,
    who: Principal,
    id: Path<WalletId>,
    key: IdempotencyKey,
) -> Result<Answer<Record>, Problem> {
    carried_out(&api, &who, (*id, key, ""), Order::Archive).await
}

/// Lets an archived wallet sign again.
#[utoipa::path(
    post,
    operation_id = "restore_wallet",
    path = "/v1/wallets/{id}/restore",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The wallet"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "Done", body = Envelope<Record>),
        (status = 404, description = "There is no such wallet", body = Document),
        (status = 409, description = "It is not archived", body = Document),
    ),
)]
pub async fn restore(
    api: Data<Api>,
    who: Principal,
    id: Path<WalletId>,
    key: IdempotencyKey,
) -> Result<Answer<Record>, Problem> {
    carried_out(&api, &who, (*id, key, ""), Order::Restore).await
}
