//! Where prices come from, as the operator says.

use std::fmt;
use std::time::Duration;

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use super::{Assets, Oracle};
use crate::primitives::Secret;

/// How old a price may be that fires.
const MAX_AGE: Duration = Duration::from_secs(30);

/// The settings of prices.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The WebSocket of the Stork oracle.
    pub stork_url: Option<String>,
    /// The token that it asks for, as it stands behind `Basic`.
    #[serde(skip_serializing)]
    pub stork_token: Option<Secret>,
    /// The address of the key that signs its prices.
    pub stork_key: Option<String>,
    /// What policies know the price of in US dollars.
    pub assets: Option<String>,
}

/// A source of prices.
#[derive(Clone)]
pub struct Feed {
    /// Its WebSocket.
    pub url: String,
    /// Its token.
    pub token: Secret,
    /// Whose word counts.
    pub oracle: Oracle,
    /// How long it may say nothing that counts; half a minute when absent.
    pub silence: Option<Duration>,
    /// What is kept of it for policies.
    pub assets: Assets,
}

/// By whose word policies know what coins and tokens are worth.
#[derive(Debug, Clone)]
pub struct Quotes {
    /// Whose word counts.
    pub oracle: Oracle,
    /// What has a price.
    pub assets: Assets,
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("oracle", &self.oracle).finish_non_exhaustive()
    }
}

/// The settings are not those of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFeed {
    /// Some of them are missing.
    #[error(
        "prices need all of `prices.stork_url`, `prices.stork_token` and `prices.stork_key`, or none"
    )]
    Incomplete,
    /// The key is no address.
    #[error("`prices.stork_key` is an address: 0x and 40 hexadecimal digits")]
    Key,
    /// What has a price is not written as it should be.
    #[error(
        "`prices.assets` is a list as `1:coin=ETHUSD,8453:0x…=USDCUSD/6`: the chain's id, `coin` or a token's \
         address, what the oracle calls it, and of a token its decimals; each once"
    )]
    Assets,
    /// There is nobody whose word counts.
    #[error("`prices.assets` needs `prices.stork_key`: prices count by the oracle's signature")]
    Unsigned,
    /// The token cannot be sent.
    #[error("`prices.stork_token` holds what no header can hold")]
    Token,
}

impl Config {
    /// The source that is meant; none where no setting is made.
    ///
    /// # Errors
    ///
    /// Some settings are missing or wrong; none is quoted.
    pub fn feed(&self) -> Result<Option<Feed>, InvalidFeed> {
        let (url, token, key) = match (&self.stork_url, &self.stork_token, &self.stork_key) {
            (None, None, None) => return Ok(None),
            // Whoever only signs hears no prices, and checks those that others have kept.
            (None, None, Some(_)) if self.assets.is_some() => return Ok(None),
            (Some(url), Some(token), Some(key)) => (url, token, key),
            (Some(_) | None, Some(_) | None, Some(_) | None) => {
                return Err(InvalidFeed::Incomplete);
            }
        };
        if !token.expose().bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return Err(InvalidFeed::Token);
        }
        let (oracle, assets) = (oracle(key)?, self.assets()?);
        Ok(Some(Feed { url: url.clone(), token: token.clone(), oracle, silence: None, assets }))
    }

    /// By whose word policies know prices; none where nothing has one. A process that only signs needs the key
    /// and the assets, and neither the URL nor the token.
    ///
    /// # Errors
    ///
    /// The list is none, or there is no key.
    pub fn quotes(&self) -> Result<Option<Quotes>, InvalidFeed> {
        let assets = self.assets()?;
        if assets == Assets::default() {
            return Ok(None);
        }
        let key = self.stork_key.as_ref().ok_or(InvalidFeed::Unsigned)?;
        Ok(Some(Quotes { oracle: oracle(key)?, assets }))
    }

    fn assets(&self) -> Result<Assets, InvalidFeed> {
        self.assets.as_deref().map_or_else(|| Ok(Assets::default()), Assets::read)
    }
}

fn oracle(key: &str) -> Result<Oracle, InvalidFeed> {
    let key = key.starts_with("0x").then(|| key.parse::<Address>().ok()).flatten();
    Ok(Oracle::new(key.ok_or(InvalidFeed::Key)?.into_array(), MAX_AGE))
}
