//! The floor of a wallet as the API shows it, and what refuses to change one.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::wallet_floor::{self, Error, Floor, Setting};
use crate::aggregates::wallets::Wallet;
use crate::chains::{Chain, chain_id};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::http::wallets::record::wallets;
use crate::journal::StreamId;
use crate::primitives::{ChainId, WalletId};
use crate::projections::wallet_floors::Held;

/// How long a run that gets more may take where nobody says: an hour, in milliseconds.
pub(super) const USUAL_WITHIN_MS: u64 = 60 * 60 * 1_000;

/// Who gets more of the coin when the wallet cannot pay.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = WalletTopUp)]
pub(super) struct TopUp {
    /// A live workflow of the organization: it swaps a token, or sends coins from another wallet.
    #[schema(example = "wf_01h455vb4pex5vsknk084sn02q")]
    pub(super) workflow_id: String,
    /// How long a run of it may take, and what cannot be paid waits for it, in milliseconds: 10,000 to
    /// 604,800,000, an hour when absent.
    #[schema(example = 600_000)]
    pub(super) timeout_ms: Option<u64>,
}

/// What a wallet is held to on a chain.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WalletFloor)]
pub struct Record {
    /// The wallet.
    #[schema(value_type = String)]
    wallet_id: WalletId,
    /// The chain.
    #[schema(example = 8453)]
    chain_id: u64,
    /// Its name in workflows.
    #[schema(example = "base")]
    chain: String,
    /// How much of the coin there should be at least, in its smallest unit.
    #[schema(example = "10000000000000000")]
    floor: String,
    /// Who gets more when the wallet cannot pay; null where nobody does.
    top_up: Option<TopUp>,
    /// Whether there was less when it was looked at the last time.
    is_low: bool,
    /// How much there was when that changed last, in the smallest unit.
    balance: Option<String>,
    /// Of which block that is.
    block_number: Option<u64>,
    /// When it was seen.
    #[serde(with = "time::serde::rfc3339::option")]
    crossed_at: Option<OffsetDateTime>,
    /// Who set it.
    set_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    set_at: OffsetDateTime,
}

impl Record {
    /// The floor, where there is one.
    pub(super) fn of(floor: Floor) -> Option<Self> {
        let Floor { setting, is_low, crossing } = floor;
        let Setting { wallet, address: _, chain, floor, top_up, by, at } = setting?;
        let top_up = top_up.map(|it| TopUp {
            workflow_id: it.workflow_id.to_string(),
            timeout_ms: Some(it.within_ms),
        });
        Some(Self {
            wallet_id: wallet,
            chain_id: chain,
            chain: called(chain),
            floor: floor.to_string(),
            top_up,
            is_low,
            balance: crossing.as_ref().map(|it| it.seen.balance.clone()),
            block_number: crossing.as_ref().map(|it| it.seen.block_number),
            crossed_at: crossing.map(|it| it.at),
            set_by: by,
            set_at: at,
        })
    }

    /// The floor of a wallet as the view shows it.
    pub(super) fn held(wallet_id: WalletId, held: Held) -> Self {
        let number = |it: i64| u64::try_from(it).unwrap_or_default();
        let chain_id = number(held.chain_id);
        let timeout_ms = held.within_ms.map(number);
        Self {
            wallet_id,
            chain_id,
            chain: called(chain_id),
            floor: held.floor,
            top_up: held.workflow_id.map(|workflow_id| TopUp { workflow_id, timeout_ms }),
            is_low: held.is_low,
            balance: held.balance,
            block_number: held.block_number.map(number),
            crossed_at: held.crossed_at,
            set_by: held.set_by,
            set_at: held.set_at,
        }
    }

    /// The floor of a wallet on a chain.
    pub(super) async fn load(api: &Api, wallet: WalletId, chain: u64) -> Result<Self, Problem> {
        let stream = StreamId::wallet_floor(wallet, chain);
        let floor = api.floors.load(&stream.aggregate_id).await?.aggregate;
        Self::of(floor).ok_or_else(|| Problem::new(Code::WalletFloorNotFound))
    }
}

fn called(chain: u64) -> String {
    let chain = ChainId(chain);
    Chain::of(chain).map_or_else(|| Chain::unknown(chain).slug, |it| it.slug.clone())
}

/// The chain that a path names.
pub(super) fn chain_of(text: &str) -> Result<u64, Problem> {
    chain_id(Some(&Value::from(text)))
        .map_err(|why| Problem::new(Code::InvalidQuery).at("chain", why))
}

/// A wallet of the principal's organization.
pub(super) async fn wallet(api: &Api, who: &Principal, id: WalletId) -> Result<Wallet, Problem> {
    let mut all = wallets(api, who).await?;
    all.all.remove(&id).ok_or_else(|| Problem::new(Code::WalletNotFound))
}

impl From<wallet_floor::Error> for Problem {
    fn from(refusal: Error) -> Self {
        match refusal {
            Error::Unset => Self::new(Code::WalletFloorNotFound),
            Error::Within => Self::new(Code::InvalidBody).at("/topUp/timeoutMs", refusal),
        }
    }
}
