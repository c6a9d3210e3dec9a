use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use alloy_primitives::{Address, B256, U256};
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::funds::{Funds, funds};
use super::record::wallets;
use crate::abi;
use crate::access::Principal;
use crate::chains::{self, Chain, Origin, chain_id};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Code, Document, Problem};
use crate::onchain::formatted;
use crate::primitives::{ChainId, OrganizationId, WalletId};
use crate::projections::wallet_floors::{Held, floors};

/// The most chains that are asked at a time.
const MAX_CHAINS: usize = 64;
/// The most tokens that are asked for on each chain.
const MAX_TOKENS: usize = 50;

/// Which balances are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Names or ids of chains, with commas between them; when absent, all chains of which the
    /// organization or the installation named endpoints, and where there are none, those of the
    /// catalogue.
    chain: Option<String>,
    /// Addresses of tokens on these chains, with commas between them, up to 50; with `chain` only.
    token: Option<String>,
}

/// What a wallet has, by chain.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WalletBalances)]
pub struct Balances {
    /// The wallet.
    #[schema(value_type = String)]
    wallet_id: WalletId,
    /// Its address, the same on every chain.
    #[schema(example = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")]
    address: String,
    /// The chains that were asked, by their numbers.
    chains: Vec<OnChain>,
    /// Whether anything that was asked for is not known.
    is_partial: bool,
}

/// What a wallet has on one chain.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WalletBalancesOnChain)]
struct OnChain {
    /// The chain.
    #[schema(example = 8453)]
    chain_id: u64,
    /// Its name in workflows.
    #[schema(example = "base")]
    chain: String,
    /// Why nothing is known of it now; null where something is.
    problem: Option<String>,
    /// Whether it has anything of the coin to pay fees with; null where that is not known.
    can_pay_fees: Option<bool>,
    /// How much of the coin there should be at least, in the smallest unit; null where nobody says.
    floor: Option<String>,
    /// Whether there is less; null where there is no floor, or it is not known.
    is_low: Option<bool>,
    /// The block of which the balances are.
    block_number: Option<u64>,
    /// Its hash.
    #[schema(value_type = Option<String>)]
    block_hash: Option<B256>,
    /// Its time, in seconds since 1970.
    block_timestamp: Option<u64>,
    /// The coin first, then the tokens in the order in which they were asked for.
    balances: Vec<Amount>,
}

/// How much a wallet has of one thing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WalletBalance)]
struct Amount {
    /// The token; null for the chain's coin.
    token_address: Option<String>,
    /// What the token calls itself, which proves nothing, or the symbol of the coin.
    symbol: Option<String>,
    /// How much, in the smallest unit; null where it is not known.
    #[schema(example = "1500000000000000000")]
    balance: Option<String>,
    /// How many decimals people write it with.
    decimals: Option<u8>,
    /// How much, as people write it.
    #[schema(example = "1.5")]
    formatted: Option<String>,
    /// Why it is not known.
    problem: Option<String>,
}

/// What a wallet has of coins, and of tokens where they are named. A chain that does not answer is told
/// as such beside the others.
#[utoipa::path(
    get,
    operation_id = "get_wallet_balances",
    path = "/v1/wallets/{id}/balances",
    tag = "wallets",
    params(("id" = String, Path, description = "The wallet"), Wanted),
    responses(
        (status = 200, description = "What it has, as far as the chains say so",
         body = Envelope<Balances>),
        (status = 400, description = "A chain or a token is none", body = Document),
        (status = 404, description = "There is no such wallet", body = Document),
    ),
)]
pub async fn balances(
    api: Data<Api>,
    who: Principal,
    id: Path<WalletId>,
    wanted: Params<Wanted>,
) -> Result<Answer<Balances>, Problem> {
    let all = wallets(&api, &who).await?;
    let wallet = all.all.get(&*id).ok_or_else(|| Problem::new(Code::WalletNotFound))?;
    let address = wallet.address;
    let tokens = tokens(wanted.0.token.as_deref(), wanted.0.chain.is_some())?;
    let chains = chains(&api, who.organization, wanted.0.chain.as_deref()).await?;
    let asked = chains.iter().map(|chain| funds(&api, who.organization, chain, address, &tokens));
    let told = join_all(asked).await;
    let held = floors(&api.views, who.organization, *id).await?;
    let floor_of = |chain: &Chain| {
        let same = |it: &&Held| u64::try_from(it.chain_id) == Ok(chain.id.0);
        held.iter().find(same).map(|it| it.floor.clone())
    };
    let shown = chains.into_iter().zip(told).map(|(chain, funds)| {
        let floor = floor_of(&chain);
        OnChain::of(chain, funds, floor)
    });
    let chains: Vec<_> = shown.collect();
    let is_partial = chains.iter().any(OnChain::is_partial);
    let address = address.to_checksum(None);
    Ok(Answer::ok(Balances { wallet_id: *id, address, chains, is_partial }))
}

impl OnChain {
    fn of(chain: Chain, funds: Result<Funds, String>, floor: Option<String>) -> Self {
        let (chain_id, chain) = (chain.id.0, chain.slug);
        let can_pay_fees = funds.as_ref().ok().map(Funds::can_pay_fees);
        let least = floor.as_ref().and_then(|it| it.parse::<U256>().ok());
        let is_low = funds.as_ref().ok().zip(least).map(|(it, least)| it.coin.amount < least);
        match funds {
            Ok(Funds { block, coin, tokens }) => {
                let tokens = tokens.into_iter().map(|(token, held)| Amount::of(Some(token), held));
                Self {
                    chain_id,
                    chain,
                    problem: None,
                    can_pay_fees,
                    floor,
                    is_low,
                    block_number: Some(block.number),
                    block_hash: Some(block.hash),
                    block_timestamp: Some(block.timestamp_s),
                    balances: std::iter::once(Amount::of(None, Ok(coin))).chain(tokens).collect(),
                }
            }
            Err(problem) => Self {
                chain_id,
                chain,
                problem: Some(problem),
                can_pay_fees,
                floor,
                is_low,
                block_number: None,
                block_hash: None,
                block_timestamp: None,
                balances: Vec::new(),
            },
        }
    }

    fn is_partial(&self) -> bool {
        self.problem.is_some() || self.balances.iter().any(|it| it.problem.is_some())
    }
}

impl Amount {
    fn of(token: Option<Address>, held: Result<chains::Held, String>) -> Self {
        let token_address = token.map(|token| token.to_checksum(None));
        match held {
            Ok(chains::Held { amount, decimals, symbol }) => Self {
                token_address,
                symbol,
                balance: Some(amount.to_string()),
                decimals,
                formatted: decimals.map(|decimals| formatted(amount, decimals)),
                problem: None,
            },
            Err(problem) => Self {
                token_address,
                symbol: None,
                balance: None,
                decimals: None,
                formatted: None,
                problem: Some(problem),
            },
        }
    }
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|it| !it.is_empty())
}

fn tokens(text: Option<&str>, has_chain: bool) -> Result<Vec<Address>, Problem> {
    let refuse = |why: String| Problem::new(Code::InvalidQuery).at("token", why);
    let Some(text) = text else { return Ok(Vec::new()) };
    if !has_chain {
        return Err(refuse("an address is a token on some chain: name it in `chain`".to_owned()));
    }
    let tokens: Result<Vec<_>, _> = listed(text)
        .map(|it| abi::address(it).map_err(|why| refuse(format!("`{it}` {why}"))))
        .collect();
    let tokens = tokens?;
    if tokens.len() > MAX_TOKENS {
        return Err(refuse(format!("must be {MAX_TOKENS} or fewer")));
    }
    Ok(tokens)
}

/// The chains that are meant, by their numbers.
async fn chains(
    api: &Api,
    organization: OrganizationId,
    named: Option<&str>,
) -> Result<Vec<Chain>, Problem> {
    let refuse = |why: String| Problem::new(Code::InvalidQuery).at("chain", why);
    let listing = api.chains.sources().all();
    let known = |id: u64| {
        let listed = listing.iter().find(|it| it.chain.id.0 == id);
        let chain = listed.map(|it| it.chain.clone());
        (id, chain.unwrap_or_else(|| Chain::unknown(ChainId(id))))
    };
    let mut chains = BTreeMap::new();
    if let Some(named) = named {
        for text in listed(named) {
            chains.extend([known(chain_id(Some(&Value::from(text))).map_err(refuse)?)]);
        }
        if chains.is_empty() || chains.len() > MAX_CHAINS {
            return Err(refuse(format!("must name 1 to {MAX_CHAINS} chains")));
        }
        return Ok(chains.into_values().collect());
    }
    let own = api.chains.store().load(&organization.to_string()).await?.aggregate;
    chains.extend(own.chains.keys().map(|id| known(*id)));
    let of = |origin| listing.iter().filter(move |it| it.origin == origin).map(|it| it.chain.id.0);
    chains.extend(of(Origin::Configured).map(known));
    if chains.is_empty() {
        chains.extend(of(Origin::Public).map(known));
    }
    Ok(chains.into_values().take(MAX_CHAINS).collect())
}
