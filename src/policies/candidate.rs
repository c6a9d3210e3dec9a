//! What is judged: the final transaction or document, and what is known about why it is to be signed.

use std::collections::BTreeMap;

use alloy_primitives::{Address, Bytes, U256};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::decimal;
use super::typed::DocumentCandidate;

/// The oldest that a price may be for amounts to be judged by it: as long as a price feed may rest
/// between two updates without being broken.
pub const MAX_PRICE_AGE: Duration = Duration::minutes(5);

/// The most decimals of a token: beyond it, no unit of one is a number that we can hold.
const MAX_DECIMALS: u8 = 36;

/// A transaction as it will be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Candidate {
    /// On which chain.
    pub chain_id: u64,
    /// The address of the key that signs.
    pub from: Address,
    /// The receiver; none where a contract is made.
    #[serde(default)]
    pub to: Option<Address>,
    /// Wei that go with it.
    #[serde(with = "decimal", default)]
    pub value: U256,
    /// The calldata.
    #[serde(default)]
    pub data: Bytes,
    /// The most gas that it may use.
    #[serde(default)]
    pub gas_limit: u64,
    /// The most wei for one gas.
    #[serde(with = "decimal", default)]
    pub max_fee: u128,
}

/// What is to be signed: a transaction, or a document. All rules are asked in one way about both.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    /// A transaction.
    Transaction(&'a Candidate),
    /// A document of EIP-712.
    Document(&'a DocumentCandidate),
}

impl Asked<'_> {
    /// On which chain it counts; none of a document that names none.
    pub fn chain(&self) -> Option<u64> {
        match self {
            Self::Transaction(it) => Some(it.chain_id),
            Self::Document(it) => it.document().domain().chain_id,
        }
    }
}

impl<'a> From<&'a Candidate> for Asked<'a> {
    fn from(candidate: &'a Candidate) -> Self {
        Self::Transaction(candidate)
    }
}

impl<'a> From<&'a DocumentCandidate> for Asked<'a> {
    fn from(candidate: &'a DocumentCandidate) -> Self {
        Self::Document(candidate)
    }
}

/// Which of the two it is. A transaction is sent by the house, once; the signature of a document may be
/// used by whoever has it, for as long as it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A transaction.
    Transaction,
    /// A document of EIP-712.
    Document,
}

/// What is known about why it is to be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Context {
    /// For which organization.
    pub organization: String,
    /// By which wallet.
    pub wallet: String,
    /// For which workflow; none where a person sends by hand.
    #[serde(default)]
    pub workflow: Option<String>,
    /// Who caused it, as an auditor reads it.
    pub actor: String,
    /// The kind of the trigger that began the run; none where no run is.
    #[serde(default)]
    pub trigger: Option<String>,
    /// When it is decided.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Prices whose signatures were checked.
    #[serde(default)]
    pub prices: Prices,
}

/// The price of one whole unit of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price {
    /// Millionths of a US dollar.
    #[serde(with = "decimal")]
    pub micro_usd: u128,
    /// How many decimals a whole unit has.
    pub decimals: u8,
    /// When it was signed.
    #[serde(with = "time::serde::rfc3339")]
    pub signed_at: OffsetDateTime,
}

/// Prices by chain and token; the chain's own coin is the zero address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prices(BTreeMap<String, Price>);

impl Prices {
    /// The same with one price more.
    #[must_use]
    pub fn with(mut self, chain: u64, token: Address, price: Price) -> Self {
        self.0.insert(key(chain, token), price);
        self
    }

    /// What an amount is worth, in millionths of a US dollar, rounded up; nothing where there is no
    /// price, where it is too old or from the future, or where the number is too large.
    pub(super) fn worth(
        &self,
        (chain, token): (u64, Address),
        amount: U256,
        at: OffsetDateTime,
    ) -> Option<U256> {
        if amount.is_zero() {
            return Some(U256::ZERO);
        }
        let price = self.0.get(&key(chain, token))?;
        let age = at - price.signed_at;
        if age > MAX_PRICE_AGE || age < -MAX_PRICE_AGE || price.decimals > MAX_DECIMALS {
            return None;
        }
        let unit = U256::from(10).checked_pow(U256::from(price.decimals))?;
        let product = amount.checked_mul(U256::from(price.micro_usd))?;
        Some(product.div_ceil(unit))
    }
}

fn key(chain: u64, token: Address) -> String {
    format!("{chain}:{token:#x}")
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_amount_is_worth_something_only_by_a_fresh_price() {
        let at = datetime!(2026-11-29 12:00 UTC);
        let token = Address::repeat_byte(1);
        let of = |signed_at| {
            let price = Price { micro_usd: 999_999, decimals: 6, signed_at };
            Prices::default().with(1, token, price)
        };
        let worth = |prices: &Prices, amount| prices.worth((1, token), amount, at);
        assert_eq!(worth(&of(at), U256::from(1_000_001)), Some(U256::from(1_000_000)));
        assert_eq!(worth(&of(at - Duration::minutes(6)), U256::from(1)), None);
        assert_eq!(worth(&of(at + Duration::minutes(6)), U256::from(1)), None);
        assert_eq!(worth(&of(at), U256::MAX), None);
        assert_eq!(worth(&Prices::default(), U256::from(1)), None);
    }
}
