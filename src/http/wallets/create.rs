use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{Record, wallets};
use crate::access::Principal;
use crate::aggregates::wallets::{Command, Order, Provenance};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::{Recorded, StreamId};
use crate::primitives::WalletId;
use crate::signing::{KeyName, PrivateKey};

/// What a new wallet is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateWallet {
    /// 1 to 64 characters; no other wallet of the organization has it.
    #[schema(example = "Treasury")]
    name: String,
}

/// Makes a wallet. Its key is made by the backend, and stays there.
#[utoipa::path(
    post,
    operation_id = "create_wallet",
    path = "/v1/wallets",
    tag = "wallets",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = CreateWallet,
    responses(
        (status = 201, description = "Made", body = Envelope<Record>),
        (status = 409, description = "Another wallet has the name, or there are too many", body = Document),
        (status = 422, description = "The name cannot be used", body = Document),
        (status = 503, description = "The backend of keys does not answer", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<CreateWallet>,
) -> Result<Answer<Record>, Problem> {
    added(&api, &who, key, &body.fingerprint, (body.content.name, None)).await
}

/// Adds a wallet, once: with this key, or with one that the backend makes.
pub(super) async fn added(
    api: &Api,
    who: &Principal,
    key: IdempotencyKey,
    fingerprint: &str,
    (name, brought): (String, Option<PrivateKey>),
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(api, who, key, fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => add(api, who, &ticket, (name, brought)).await?,
    };
    let wallet = wallet_of(api, &done).await?;
    let record = Record::load(api, who, wallet).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let location = format!("/v1/wallets/{wallet}");
    Ok(Answer::created(record, location).written(written).replayed(done.replayed))
}

async fn add(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    (name, brought): (String, Option<PrivateKey>),
) -> Result<Done, Problem> {
    let (wallet, organization) = (WalletId::generate(), who.organization);
    let key = KeyName::new(organization, &wallet.to_string()).map_err(Problem::internal)?;
    let order = |address, backend: &str, provenance| Order::Add {
        organization,
        name: name.clone(),
        address,
        backend: backend.to_owned(),
        key: key.name().to_owned(),
        provenance,
    };
    let command = |order| Command { by: who.to_string(), at: api.clock.now(), wallet, order };
    // Before a key is made for it: a key that nobody uses stays in the backend for ever.
    let address = brought.as_ref().map_or_else(Default::default, PrivateKey::address);
    wallets(api, who).await?.decide(command(order(address, "", Provenance::Created)))?;
    let kind = api.signers.preferred();
    let signer = api.signers.of(kind).ok_or_else(|| Problem::new(Code::BackendOfKeysAway))?;
    let (address, provenance) = match &brought {
        None => (signer.create(&key).await, Provenance::Created),
        Some(brought) => (signer.import(&key, brought).await, Provenance::Imported),
    };
    let order = order(address?, kind.name(), provenance);
    let stream = StreamId::wallets(organization);
    ticket.execute(api, who, &api.wallets, stream, command(order)).await
}

/// The wallet that a request has added.
async fn wallet_of(api: &Api, done: &Done) -> Result<WalletId, Problem> {
    let events = api.journal.read_stream(&done.stream, done.sequence - 1, 1).await?;
    let id = events.first().map(Recorded::wallets).transpose()?.and_then(|event| event.added());
    id.ok_or_else(|| Problem::new(Code::Internal))
}
