use std::time::Duration;

use actix_web::web::{Data, Path};
use alloy_primitives::U256;
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{Record, TopUp, USUAL_WITHIN_MS, chain_of, wallet};
use crate::access::Principal;
use crate::aggregates::wallet_floor::{self, Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::journal::StreamId;
use crate::primitives::{WalletId, WorkflowId};
use crate::projections::wallet_floors::floors;
use crate::triggers::Lookup;

/// On how many chains a wallet has floors at most.
const MOST: usize = 64;
/// How long a workflow is looked for that was published a moment ago.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a wallet is to be held to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SetWalletFloor {
    /// How much of the chain's coin there should be at least, in its smallest unit, as a text.
    #[schema(example = "10000000000000000")]
    floor: String,
    /// Who gets more when the wallet cannot pay; nobody when absent.
    top_up: Option<TopUp>,
}

/// Holds a wallet to a floor on a chain. It is looked at soon, and said once when there is less.
#[utoipa::path(
    put,
    operation_id = "set_wallet_floor",
    path = "/v1/wallets/{id}/floors/{chain}",
    tag = "wallets",
    params(
        ("id" = String, Path, description = "The wallet"),
        ("chain" = String, Path, description = "The chain's name or id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = SetWalletFloor,
    responses(
        (status = 200, description = "It is set", body = Envelope<Record>),
        (status = 400, description = "It is no chain", body = Document),
        (status = 404, description = "There is no such wallet", body = Document),
        (status = 409, description = "The wallet has floors on too many chains", body = Document),
        (status = 422, description = "The amount, the workflow or the time is none", body = Document),
    ),
)]
pub async fn set(
    api: Data<Api>,
    who: Principal,
    place: Path<(WalletId, String)>,
    key: IdempotencyKey,
    body: Body<SetWalletFloor>,
) -> Result<Answer<Record>, Problem> {
    let (id, chain) = place.into_inner();
    let chain = chain_of(&chain)?;
    let address = wallet(&api, &who, id).await?.address;
    let SetWalletFloor { floor, top_up } = body.content;
    let is_number = !floor.is_empty() && floor.bytes().all(|byte| byte.is_ascii_digit());
    let amount = floor.parse::<U256>().ok().filter(|_| is_number);
    let whole = "must be a whole number of the smallest unit, in digits, as \"10000000000000000\"";
    let floor = amount.ok_or_else(|| Problem::new(Code::InvalidBody).at("/floor", whole))?;
    let fingerprint = format!("{id} {chain} {}", body.fingerprint);
    let done = match Turn::take(&api, &who, key, &fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let top_up = match top_up {
                Some(top_up) => Some(getting(&api, &who, &top_up).await?),
                None => None,
            };
            may_have_one_more(&api, &who, id, chain).await?;
            let organization = who.organization;
            let order = Order::Set { organization, wallet: id, address, chain, floor, top_up };
            let command = Command { by: who.to_string(), at: api.clock.now(), order };
            let stream = StreamId::wallet_floor(id, chain);
            ticket.execute(&api, &who, &api.floors, stream, command).await?
        }
    };
    let record = Record::load(&api, id, chain).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}

/// The workflow that gets more, where it can be started.
async fn getting(
    api: &Api,
    who: &Principal,
    top_up: &TopUp,
) -> Result<wallet_floor::TopUp, Problem> {
    let refuse = |why: &str| Problem::new(Code::InvalidBody).at("/topUp/workflowId", why);
    let none = || refuse("there is no such workflow");
    let workflow: WorkflowId = top_up.workflow_id.parse().map_err(|_| none())?;
    api.index.wait_for(api.tail.head(), PATIENCE).await;
    match api.index.live(who.organization, workflow) {
        Lookup::Unknown => return Err(none()),
        Lookup::Live(_) | Lookup::Paused(_) | Lookup::NotLive if api.hides(who, workflow) => {
            return Err(none());
        }
        Lookup::NotLive => return Err(refuse("it is not live: publish it first")),
        Lookup::Live(_) | Lookup::Paused(_) => {}
    }
    let within_ms = top_up.timeout_ms.unwrap_or(USUAL_WITHIN_MS);
    Ok(wallet_floor::TopUp { workflow_id: workflow, within_ms })
}

/// Refuses a floor on a chain too many.
async fn may_have_one_more(
    api: &Api,
    who: &Principal,
    wallet: WalletId,
    chain: u64,
) -> Result<(), Problem> {
    let held = floors(&api.views, who.organization, wallet).await?;
    let is_there = held.iter().any(|it| u64::try_from(it.chain_id) == Ok(chain));
    if is_there || held.len() < MOST {
        return Ok(());
    }
    let why = format!("a wallet has floors on at most {MOST} chains: remove one");
    Err(Problem::new(Code::WalletRefuses).because(why))
}
