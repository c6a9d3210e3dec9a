//! What has a price: coins and tokens of chains, and what the oracle calls them.

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy_primitives::Address;

use super::InvalidFeed;

/// How a chain's own coin is written.
const COIN: &str = "coin";
/// The decimals of the coins of EVM chains.
const COIN_DECIMALS: u8 = 18;
/// The most decimals that a token has here.
const MAX_DECIMALS: u8 = 36;

/// What has a price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// What the oracle calls it.
    pub name: Arc<str>,
    /// How many decimals a whole unit has.
    pub decimals: u8,
}

/// What has a price, by chain and token; the chain's own coin is the zero address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assets(BTreeMap<(u64, Address), Asset>);

impl Assets {
    /// Reads a list: `1:coin=ETHUSD` and `8453:0x…=USDCUSD/6`, with commas between them.
    ///
    /// # Errors
    /// A line is none of these, or something is named twice.
    pub fn read(text: &str) -> Result<Self, InvalidFeed> {
        let mut all = BTreeMap::new();
        for entry in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let (place, asset) = one(entry).ok_or(InvalidFeed::Assets)?;
            if all.insert(place, asset).is_some() {
                return Err(InvalidFeed::Assets);
            }
        }
        Ok(Self(all))
    }

    /// What has a price on a chain, by its token.
    pub fn on(&self, chain: u64) -> impl Iterator<Item = (Address, &Asset)> {
        self.0.iter().filter(move |((of, _), _)| *of == chain).map(|((_, token), it)| (*token, it))
    }

    /// What the oracle calls all of them, each once.
    pub fn names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<_> = self.0.values().map(|it| Arc::clone(&it.name)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether the oracle calls one of them so.
    pub fn has(&self, name: &str) -> bool {
        self.0.values().any(|it| &*it.name == name)
    }
}

fn one(entry: &str) -> Option<((u64, Address), Asset)> {
    let (place, asset) = entry.split_once('=')?;
    let (chain, token) = place.split_once(':')?;
    let chain = chain.parse().ok()?;
    let is_name = |name: &str| {
        (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if token == COIN {
        let asset = Asset { name: asset.into(), decimals: COIN_DECIMALS };
        return (is_name(&asset.name) && !asset.name.contains('/'))
            .then_some(((chain, Address::ZERO), asset));
    }
    let (name, decimals) = asset.rsplit_once('/')?;
    let decimals = decimals.parse().ok().filter(|it| *it <= MAX_DECIMALS)?;
    let token: Address = token.starts_with("0x").then(|| token.parse().ok()).flatten()?;
    let is_token = is_name(name) && token != Address::ZERO;
    is_token.then(|| ((chain, token), Asset { name: name.into(), decimals }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USDC: &str = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";

    #[test]
    fn coins_and_tokens_are_named_by_chain() {
        let text = format!("8453:coin=ETHUSD, 1:coin=ETHUSD,8453:{USDC}=USDCUSD/6");
        let all = Assets::read(&text).expect("a list");
        let names: Vec<_> = all.names().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["ETHUSD", "USDCUSD"]);
        let base: Vec<_> = all.on(8453).map(|(token, it)| (token, it.decimals)).collect();
        assert_eq!(base, [(Address::ZERO, 18), (USDC.parse().expect("an address"), 6)]);
        assert!(all.has("USDCUSD") && !all.has("BTCUSD"));
        assert_eq!(Assets::read("").expect("nothing"), Assets::default());
    }

    #[test]
    fn what_is_no_line_of_the_list_is_refused() {
        for wrong in [
            "ETHUSD",
            "1:coin",
            "x:coin=ETHUSD",
            "1:coin=",
            "1:coin=ETHUSD/18",
            "1:0x00=USDCUSD/6",
            "1:coin=ETHUSD,1:coin=BTCUSD",
            "1:0x0000000000000000000000000000000000000000=ETHUSD/18",
        ] {
            assert_eq!(Assets::read(wrong), Err(InvalidFeed::Assets), "{wrong}");
        }
        let without_decimals = format!("8453:{USDC}=USDCUSD");
        assert_eq!(Assets::read(&without_decimals), Err(InvalidFeed::Assets));
    }
}
