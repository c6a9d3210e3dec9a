//! What stands in the accounts of a chain at a block, and what calls would do there.
//!
//! It is read from one endpoint, at a block that is named by its hash, so that the answer is of that
//! block or of none. Nobody can check what an endpoint says of a state without proofs of it.

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::block::{Extra, Header};
use super::error::Error;
use super::fault::{Fault, Refusal};
use super::pool::{Node, Pool};
use super::quantity;
use super::reader::ChainReader as _;

/// Which block is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The head, as most endpoints see it.
    Latest,
    /// The highest that the chain calls safe.
    Safe,
    /// The highest that is final.
    Finalized,
    /// The one at this height.
    Number(u64),
}

/// A call that is tried and not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Who calls; nobody in particular where it is not said.
    pub from: Option<Address>,
    /// Whom; nobody where it makes a contract.
    pub to: Option<Address>,
    /// What it brings, in the smallest unit of the chain's coin.
    pub value: U256,
    /// What it calls with.
    pub data: Bytes,
    /// The most gas that it may use; as much as the endpoint allows where it is not said.
    pub gas: Option<u64>,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// It gave this back.
    Returned(Bytes),
    /// It was undone.
    Undone(Refusal),
}

/// How much gas a call takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gas {
    /// That much is enough.
    Enough(u64),
    /// It is undone, however much there is.
    Undone(Refusal),
}

/// A transaction as it was sent, whether it is in a block or waits for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Submitted {
    /// Its hash.
    pub hash: B256,
    /// Who signed it.
    pub from: Address,
    /// Whom it calls or pays; nobody where it makes a contract.
    #[serde(default)]
    pub to: Option<Address>,
    /// What it pays, in the smallest unit of the chain's coin.
    pub value: U256,
    /// What it calls with.
    pub input: Bytes,
    /// Its number among those of its sender.
    #[serde(with = "quantity")]
    pub nonce: u64,
    /// The block that it is in.
    #[serde(default)]
    pub block_hash: Option<B256>,
    /// All other fields: gas, fees, what a chain has of its own.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A number as JSON-RPC writes it.
#[derive(Deserialize)]
#[serde(transparent)]
struct Quantity(#[serde(with = "quantity")] u64);

impl Message {
    pub(super) fn asked(&self) -> Value {
        let mut asked = json!({ "data": self.data, "value": self.value });
        for (name, address) in [("from", self.from), ("to", self.to)] {
            if let Some(address) = address {
                asked[name] = json!(address);
            }
        }
        if let Some(gas) = self.gas {
            asked["gas"] = quantity::text(gas).into();
        }
        asked
    }
}

impl Pool {
    pub(super) async fn block_meant(&self, at: At) -> Result<Option<Header>, Error> {
        let number = match at {
            At::Number(number) => Some(number),
            At::Latest => Some(self.poll().await?.latest),
            At::Safe => self.poll().await?.safe,
            At::Finalized => self.poll().await?.finalized,
        };
        match number {
            Some(number) => self.header(number).await,
            None => Ok(None),
        }
    }

    pub(super) async fn called(
        &self,
        message: &Message,
        block: &Header,
    ) -> Result<Option<Called>, Error> {
        let asked = [message.asked()];
        let told = self.stated("eth_call", &asked, block);
        match told.await? {
            Some(Ok(data)) => Ok(Some(Called::Returned(data))),
            Some(Err(refusal)) => Ok(Some(Called::Undone(refusal))),
            None => Ok(None),
        }
    }

    /// At the endpoint's own newest block: not every node estimates at another one.
    pub(super) async fn gas_of(&self, message: &Message, block: &Header) -> Result<Gas, Error> {
        let asked = message.asked();
        let told = self
            .first(self.shown_by(block.hash), "the head", |node| {
                let asked = vec![asked.clone()];
                Box::pin(async move {
                    self.heard(&node, async {
                        refused(node.rpc.ask::<Quantity>("eth_estimateGas", asked).await)
                    })
                    .await
                    .map(Some)
                })
            })
            .await?;
        match told {
            Some(Ok(Quantity(gas))) => Ok(Gas::Enough(gas)),
            Some(Err(refusal)) => Ok(Gas::Undone(refusal)),
            None => Err(self.nobody()),
        }
    }

    pub(super) async fn balance_of(
        &self,
        address: Address,
        block: &Header,
    ) -> Result<Option<U256>, Error> {
        self.of_account("eth_getBalance", address, block).await
    }

    pub(super) async fn nonce_of(
        &self,
        address: Address,
        block: &Header,
    ) -> Result<Option<u64>, Error> {
        let told: Option<Quantity> =
            self.of_account("eth_getTransactionCount", address, block).await?;
        Ok(told.map(|Quantity(nonce)| nonce))
    }

    pub(super) async fn code_of(
        &self,
        address: Address,
        block: &Header,
    ) -> Result<Option<Bytes>, Error> {
        self.of_account("eth_getCode", address, block).await
    }

    pub(super) async fn submitted(&self, hash: B256) -> Result<Option<Submitted>, Error> {
        self.first(None, &hash.to_string(), |node| {
            Box::pin(async move {
                self.heard(&node, async {
                    let asked = vec![json!(hash)];
                    let told: Option<Submitted> =
                        node.rpc.ask("eth_getTransactionByHash", asked).await?;
                    match told {
                        Some(it) if it.hash != hash => {
                            Err(Fault::Invented("another transaction than was asked for".into()))
                        }
                        told => Ok(told),
                    }
                })
                .await
            })
        })
        .await
    }

    /// What stands in one account.
    async fn of_account<T: DeserializeOwned + Send>(
        &self,
        method: &'static str,
        address: Address,
        block: &Header,
    ) -> Result<Option<T>, Error> {
        let asked = [json!(address)];
        match self.stated(method, &asked, block).await? {
            Some(Ok(told)) => Ok(Some(told)),
            Some(Err(Refusal { words, data: _ })) => {
                Err(Error::Refused { chain: self.chain.id, problem: words })
            }
            None => Ok(None),
        }
    }

    /// Asks about the state at a block; whoever has shown it is asked first.
    pub(super) async fn stated<T: DeserializeOwned + Send>(
        &self,
        method: &'static str,
        asked: &[Value],
        block: &Header,
    ) -> Result<Option<Result<T, Refusal>>, Error> {
        self.first(self.shown_by(block.hash), &block.number.to_string(), |node| {
            let (asked, block) = (asked.to_vec(), block.clone());
            Box::pin(async move {
                self.heard(&node, async {
                    refused(self.state_from(&node, method, asked, &block).await)
                })
                .await
                .map(Some)
            })
        })
        .await
    }

    async fn state_from<T: DeserializeOwned>(
        &self,
        node: &Node,
        method: &'static str,
        asked: Vec<Value>,
        block: &Header,
    ) -> Result<T, Fault> {
        let mut by_hash = asked.clone();
        by_hash.push(json!({ "blockHash": block.hash }));
        match node.rpc.ask(method, by_hash).await {
            // It may not know how to be asked by a hash (EIP-1898).
            Err(Fault::Ill(_) | Fault::Unserved) => {
                let there = self.header_call(node, block.number).await?;
                if there.is_none_or(|there| there.hash != block.hash) {
                    return Err(Fault::Missing);
                }
                let mut by_number = asked;
                by_number.push(quantity::text(block.number).into());
                node.rpc.ask(method, by_number).await
            }
            told => told,
        }
    }

    fn nobody(&self) -> Error {
        Error::Unreachable { chain: self.chain.id, problem: "none has a head".to_owned() }
    }
}

/// A refusal is an answer: it is no fault of the endpoint, and ends no hearing.
fn refused<T>(told: Result<T, Fault>) -> Result<Result<T, Refusal>, Fault> {
    match told {
        Ok(told) => Ok(Ok(told)),
        Err(Fault::Refused(refusal)) => Ok(Err(refusal)),
        Err(fault) => Err(fault),
    }
}
