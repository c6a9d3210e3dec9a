//! What coins and tokens are worth in US dollars where a policy asks: by the newest price on record that the
//! oracle has signed and that is young enough. Whoever decides checks the signature.

use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::Address;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

use crate::journal::{self, Journal};
use crate::policies::{Applied, Decision, MAX_PRICE_AGE, Price, Prices};
use crate::triggers::price::{Asset, Quotes};

/// Whose prices these are.
const SOURCE: &str = "stork";
/// Units of 10^-18 in a millionth of a US dollar.
const MICRO: u128 = 1_000_000_000_000;

/// A price as a decision was made by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    /// On which chain.
    chain_id: u64,
    /// Of which token; the zero address is the chain's own coin.
    token: Address,
    /// What the source calls it.
    asset: Arc<str>,
    /// Who says so.
    source: &'static str,
    /// What a whole unit is worth, in millionths of a US dollar, in digits.
    micro_usd: String,
    /// When the source signed it.
    #[serde(with = "time::serde::rfc3339")]
    signed_at: OffsetDateTime,
    /// How old it was, in milliseconds.
    age_ms: i64,
}

/// A decision as auditors read it, with the prices by which it was made.
///
/// # Errors
/// It cannot be written.
pub fn with_prices(decision: &Decision, quotes: &[Quote]) -> Result<Value, serde_json::Error> {
    let mut told = serde_json::to_value(decision)?;
    if !quotes.is_empty() {
        told["prices"] = serde_json::to_value(quotes)?;
    }
    Ok(told)
}

/// Where prices are found. Cheap to clone.
#[derive(Clone)]
pub struct Quoting {
    journal: Journal,
    quotes: Option<Arc<Quotes>>,
}

impl Quoting {
    /// Prices on this ledger's database, by the word of this source; none where the operator names none.
    pub fn new(journal: Journal, quotes: Option<Quotes>) -> Self {
        Self { journal, quotes: quotes.map(Arc::new) }
    }

    /// The prices of a chain for these policies, and what they come from; none where no policy asks for dollars.
    pub async fn prices(
        &self,
        applied: &[Applied<'_>],
        chain: Option<u64>,
        at: OffsetDateTime,
    ) -> Result<(Prices, Vec<Quote>), journal::Error> {
        let (mut prices, mut quotes) = (Prices::default(), Vec::new());
        let is_asked = applied.iter().any(|it| it.document.asks_for_dollars());
        let (Some(source), Some(chain), true) = (&self.quotes, chain, is_asked) else {
            return Ok((prices, quotes));
        };
        let wanted: Vec<_> = source.assets.on(chain).collect();
        if wanted.is_empty() {
            return Ok((prices, quotes));
        }
        let mut names: Vec<String> = wanted.iter().map(|(_, it)| it.name.to_string()).collect();
        names.sort_unstable();
        names.dedup();
        let oracle = source.oracle.patient(MAX_PRICE_AGE.try_into().unwrap_or(Duration::ZERO));
        let now_ns = at.unix_timestamp_nanos().try_into().unwrap_or(u64::MAX);
        for (asset, signed) in self.journal.signed_prices(&names).await? {
            // What does not count is as though it was not there.
            let Ok(reading) = oracle.check(&asset, &signed, now_ns) else { continue };
            let Ok(units) = u128::try_from(reading.tick.price.units()) else { continue };
            let signed_at = i128::from(reading.tick.at_ns);
            let Ok(signed_at) = OffsetDateTime::from_unix_timestamp_nanos(signed_at) else {
                continue;
            };
            // Rounded up: a limit is not widened by what is too small to be written.
            let micro_usd = units.div_ceil(MICRO);
            for (token, Asset { name, decimals }) in &wanted {
                if **name != *asset || micro_usd == 0 {
                    continue;
                }
                let price = Price { micro_usd, decimals: *decimals, signed_at };
                prices = prices.with(chain, *token, price);
                quotes.push(Quote {
                    chain_id: chain,
                    token: *token,
                    asset: Arc::clone(name),
                    source: SOURCE,
                    micro_usd: micro_usd.to_string(),
                    signed_at,
                    age_ms: i64::try_from((at - signed_at).whole_milliseconds())
                        .unwrap_or(i64::MAX),
                });
            }
        }
        Ok((prices, quotes))
    }
}
