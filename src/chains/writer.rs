//! What sending transactions to a chain costs, and the sending.

use alloy_primitives::{B256, Bytes, U256};
use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::Error;
use super::fault::Fault;
use super::pool::{Node, Pool};
use super::quantity;

/// How many blocks the market is judged by.
const BLOCKS: u64 = 20;
/// Tips in these percentiles of the gas of a block: patient, usual, quick.
const PERCENTILES: [u8; 3] = [10, 50, 90];

/// What being taken into a block costs, in wei a gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Market {
    /// On a chain whose blocks have a base fee (EIP-1559).
    Dynamic {
        /// The base fee of the next block.
        base_fee: u128,
        /// What is usually paid on top of it.
        tip: u128,
    },
    /// On a chain without.
    Legacy {
        /// What is usually paid.
        gas_price: u128,
    },
}

/// What the nodes said together when they were sent a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// One has taken it.
    Accepted,
    /// One had it before.
    AlreadyKnown,
    /// Its nonce is used: by itself, or by another transaction.
    NonceTooLow(String),
    /// It is not enough to take the place of another one of its nonce.
    Underpriced(String),
    /// None takes it.
    Refused(String),
    /// Nobody knows whether one has it.
    Unknown(String),
}

/// How nodes say that they have it.
const KNOWN: [&str; 3] = ["already known", "known transaction", "already imported"];
/// How they say that its nonce is used.
const USED: [&str; 3] = ["nonce too low", "oldnonce", "nonce has already been used"];
/// How they say that its price is too low to take another one's place.
const CHEAP: [&str; 2] = ["underpriced", "gas price too low to replace"];

impl Said {
    fn of_words(words: String) -> Self {
        let small = words.to_lowercase();
        let says = |families: &[&str]| families.iter().any(|family| small.contains(family));
        if says(&KNOWN) && !small.contains("unknown transaction") {
            Self::AlreadyKnown
        } else if says(&USED) {
            Self::NonceTooLow(words)
        } else if says(&CHEAP) {
            Self::Underpriced(words)
        } else {
            Self::Refused(words)
        }
    }

    /// What counts most: that one has it, then that nobody knows, then that it can never be taken.
    const fn weight(&self) -> u8 {
        match self {
            Self::Accepted => 5,
            Self::AlreadyKnown => 4,
            Self::Unknown(_) => 3,
            Self::NonceTooLow(_) => 2,
            Self::Underpriced(_) => 1,
            Self::Refused(_) => 0,
        }
    }
}

/// Sends to one chain, and asks what that costs.
pub trait ChainWriter: Send + Sync {
    /// What being taken into a block costs now.
    fn market(&self) -> BoxFuture<'_, Result<Market, Error>>;

    /// Sends a signed transaction to every endpoint that may be asked.
    fn send<'a>(&'a self, hash: B256, raw: &'a Bytes) -> BoxFuture<'a, Said>;
}

/// What `eth_feeHistory` tells.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct History {
    #[serde(default)]
    base_fee_per_gas: Vec<U256>,
    #[serde(default)]
    reward: Vec<Vec<U256>>,
}

impl History {
    /// The market by it; none where there is no base fee.
    fn market(&self) -> Option<Market> {
        let base_fee = self.base_fee_per_gas.last().and_then(|it| u128::try_from(*it).ok())?;
        let mut tips: Vec<u128> = self
            .reward
            .iter()
            .filter_map(|of_block| of_block.get(1))
            .filter_map(|tip| u128::try_from(*tip).ok())
            .collect();
        tips.sort_unstable();
        // Empty blocks tell nothing, and miners take nothing for nothing.
        let tip = tips.get(tips.len() / 2).copied().unwrap_or_default().max(1);
        Some(Market::Dynamic { base_fee, tip }).filter(|_| base_fee > 0)
    }
}

impl Pool {
    /// Asks the endpoints one after the other for what all of them have.
    async fn told<T: serde::de::DeserializeOwned + Send>(
        &self,
        method: &'static str,
        parameters: Vec<Value>,
    ) -> Result<T, Error> {
        let call = |node: std::sync::Arc<Node>| {
            let parameters = parameters.clone();
            async move {
                let told = self.heard(&node, node.rpc.ask::<T>(method, parameters)).await;
                told.map(Some)
            }
            .boxed()
        };
        let told = self.first(None, method, call).await?;
        told.ok_or_else(|| Error::Unreachable {
            chain: self.chain.id,
            problem: format!("no endpoint answers {method}"),
        })
    }

    async fn handed_to(&self, node: &Node, hash: B256, raw: &Bytes) -> Said {
        if let Err(fault) = self.prove(node).await {
            return Said::Unknown(format!("{}: {fault}", node.host()));
        }
        let call = node.rpc.ask::<B256>("eth_sendRawTransaction", vec![json!(raw)]);
        match self.heard(node, call).await {
            Ok(told) if told == hash => Said::Accepted,
            Ok(told) => Said::Unknown(format!("{}: it says {told}, not {hash}", node.host())),
            Err(Fault::Refused(refusal)) => Said::of_words(refusal.words),
            Err(
                fault @ (Fault::Silent(_)
                | Fault::Busy(_)
                | Fault::TooMuch(_)
                | Fault::Missing
                | Fault::Pruned
                | Fault::Unserved
                | Fault::Ill(_)
                | Fault::Invented(_)),
            ) => Said::Unknown(format!("{}: {fault}", node.host())),
        }
    }
}

impl ChainWriter for Pool {
    fn market(&self) -> BoxFuture<'_, Result<Market, Error>> {
        async move {
            let asked = vec![json!(quantity::text(BLOCKS)), json!("latest"), json!(PERCENTILES)];
            let history: Result<History, Error> = self.told("eth_feeHistory", asked).await;
            if let Some(market) = history.ok().and_then(|it| it.market()) {
                return Ok(market);
            }
            let price: U256 = self.told("eth_gasPrice", Vec::new()).await?;
            let gas_price = u128::try_from(price).map_err(|_| Error::Unreachable {
                chain: self.chain.id,
                problem: "eth_gasPrice: a price that nobody could pay".to_owned(),
            })?;
            Ok(Market::Legacy { gas_price })
        }
        .boxed()
    }

    fn send<'a>(&'a self, hash: B256, raw: &'a Bytes) -> BoxFuture<'a, Said> {
        async move {
            let nodes = self.askable(None);
            let said = join_all(nodes.iter().map(|node| self.handed_to(node, hash, raw))).await;
            let nobody = || Said::Unknown("no endpoint may be asked now".to_owned());
            said.into_iter().max_by_key(Said::weight).unwrap_or_else(nobody)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nodes_say_of_a_transaction_that_they_have_is_no_refusal() {
        for words in ["already known", "Known transaction: 0x12", "ALREADY_EXISTS: already known"] {
            assert_eq!(Said::of_words(words.to_owned()), Said::AlreadyKnown, "{words}");
        }
        let said = Said::of_words("unknown transaction".to_owned());
        assert_eq!(said, Said::Refused("unknown transaction".to_owned()));
    }

    #[test]
    fn a_used_nonce_a_low_price_and_a_refusal_are_told_apart() {
        let of = |words: &str| Said::of_words(words.to_owned());
        assert!(matches!(of("nonce too low: next nonce 5, tx nonce 4"), Said::NonceTooLow(_)));
        assert!(matches!(of("replacement transaction underpriced"), Said::Underpriced(_)));
        assert!(matches!(of("insufficient funds for gas * price + value"), Said::Refused(_)));
    }

    #[test]
    fn one_node_that_has_it_counts_more_than_all_that_refuse() {
        let said = [
            Said::Refused("no".to_owned()),
            Said::Accepted,
            Said::Unknown("gone".to_owned()),
            Said::AlreadyKnown,
        ];
        assert_eq!(said.into_iter().max_by_key(Said::weight), Some(Said::Accepted));
    }

    #[test]
    fn the_market_is_the_next_base_fee_and_the_middle_tip() {
        let history = json!({
            "baseFeePerGas": ["0x10", "0x20"],
            "reward": [["0x1", "0x5", "0x9"], ["0x1", "0x7", "0x9"], ["0x1", "0x3", "0x9"]],
            "gasUsedRatio": [0.5],
        });
        let history: History = serde_json::from_value(history).expect("a history");
        assert_eq!(history.market(), Some(Market::Dynamic { base_fee: 32, tip: 5 }));
        let none: History = serde_json::from_value(json!({})).expect("a history without fields");
        assert_eq!(none.market(), None);
    }
}
