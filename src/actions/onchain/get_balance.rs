//! `get-balance`: how much an address has of a coin or a token.

use alloy_primitives::U256;
use engine::Failure;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use super::asking::{Answered, Chain};
use super::failure::{no_contract, reason, undone, unread, unreadable};
use super::told;
use crate::chains::{self, Held, Holding, holding};
use crate::onchain::{Balance, formatted};
use crate::primitives::ChainId;

/// The decimals of the coins of EVM chains.
const COIN_DECIMALS: u8 = 18;

impl Answered for Balance {
    fn chain(&self) -> ChainId {
        self.chain
    }

    fn answer(self, chain: Chain) -> BoxFuture<'static, Result<Value, Failure>> {
        async move {
            let block = chain.block(self.at).await?;
            let held = if let Some(token) = self.token {
                let held = holding(&*chain.reader, token, self.address, &block).await;
                let held = chain.there(held.map_err(|error| unread(&error))?)?;
                of_token(held, &token.to_checksum(None))?
            } else {
                let held = chain.reader.balance(self.address, &block).await;
                of_coin(chain.there(held.map_err(|error| unread(&error))?)?, self.chain)
            };
            let Held { amount, decimals, symbol } = held;
            let mut result = Map::new();
            told::at(&mut result, chain.id, &block);
            let told = [
                ("address", told::address(self.address)),
                ("tokenAddress", self.token.map(told::address).into()),
                ("balance", amount.to_string().into()),
                ("decimals", decimals.into()),
                ("formatted", decimals.map(|decimals| formatted(amount, decimals)).into()),
                ("symbol", symbol.into()),
            ];
            result.extend(told.map(|(name, value)| (name.to_owned(), value)));
            Ok(Value::Object(result))
        }
        .boxed()
    }
}

fn of_coin(amount: U256, chain: ChainId) -> Held {
    let symbol = chains::Chain::of(chain).map(|chain| chain.symbol.clone());
    Held { amount, decimals: Some(COIN_DECIMALS), symbol }
}

fn of_token(holding: Holding, token: &str) -> Result<Held, Failure> {
    let what = format!("balanceOf of {token}");
    match holding {
        Holding::Of(held) => Ok(held),
        Holding::NoContract => Err(no_contract(token)),
        Holding::Undone(refusal) => Err(undone(&what, &reason(&refusal, &[]))),
        Holding::NoToken(bytes) => Err(unreadable(&what, bytes)),
    }
}
