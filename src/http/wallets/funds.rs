//! What an address has on one chain, as its organization reads the chain.

use std::time::Duration;

use alloy_primitives::Address;
use tokio::time::timeout;

use crate::chains::{At, Chain, Error, Header, Held, Holding, Readers as _, holding};
use crate::http::api::Api;
use crate::primitives::OrganizationId;

/// How long one chain may take to answer: a slow one keeps nobody waiting for the others.
const PATIENCE: Duration = Duration::from_secs(8);
/// The decimals of the coins of EVM chains.
const COIN_DECIMALS: u8 = 18;

/// What an address has on a chain at a block.
#[derive(Debug)]
pub(super) struct Funds {
    /// The block.
    pub(super) block: Header,
    /// Of the chain's own coin.
    pub(super) coin: Held,
    /// Of each token that was asked for, or why that is not known.
    pub(super) tokens: Vec<(Address, Result<Held, String>)>,
}

impl Funds {
    /// Whether there is anything of the coin that fees are paid with.
    pub(super) fn can_pay_fees(&self) -> bool {
        !self.coin.amount.is_zero()
    }
}

/// Reads it, or says why it is not known. The texts hold hosts at most.
pub(super) async fn funds(
    api: &Api,
    organization: OrganizationId,
    chain: &Chain,
    address: Address,
    tokens: &[Address],
) -> Result<Funds, String> {
    let read = read(api, organization, chain, address, tokens);
    match timeout(PATIENCE, read).await {
        Ok(read) => read,
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

async fn read(
    api: &Api,
    organization: OrganizationId,
    chain: &Chain,
    address: Address,
    tokens: &[Address],
) -> Result<Funds, String> {
    let reader = api.chains.reader(organization, chain.id).await.map_err(|error| {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            chain.id = chain.id.0,
            "the endpoints of chain {} could not be opened for balances",
            chain.id
        );
        error.to_string()
    })?;
    let reader =
        reader.ok_or("neither the organization nor the installation has endpoints of it")?;
    let told = |error: Error| error.to_string();
    let gone = || "the chain was reorganized while it was read".to_owned();
    let block = reader.block_at(At::Latest).await.map_err(told)?.ok_or_else(gone)?;
    let amount = reader.balance(address, &block).await.map_err(told)?.ok_or_else(gone)?;
    let symbol = Some(chain.symbol.clone());
    let coin = Held { amount, decimals: Some(COIN_DECIMALS), symbol };
    let mut held = Vec::with_capacity(tokens.len());
    for token in tokens {
        let of = holding(&*reader, *token, address, &block).await.map_err(told);
        held.push((*token, of.and_then(|of| of.ok_or_else(gone)).and_then(of_token)));
    }
    Ok(Funds { block, coin, tokens: held })
}

fn of_token(holding: Holding) -> Result<Held, String> {
    match holding {
        Holding::Of(held) => Ok(held),
        Holding::NoContract => Err("there is no contract at this address on the chain".to_owned()),
        Holding::Undone(_) | Holding::NoToken(_) => {
            Err("the contract does not say what somebody has of it: it is no ERC-20 token"
                .to_owned())
        }
    }
}
