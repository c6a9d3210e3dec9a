//! The chains that are known, from `catalog/chains.json`.

use std::fmt::Write as _;
use std::sync::LazyLock;

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use crate::primitives::ChainId;

/// Where the generated page lies.
pub const PAGE: &str = "docs/chains.md";

/// How old, in seconds of the chain, a block of a chain that nobody knows is when it is final.
const FINAL_AFTER_S: u64 = 180;

/// The time between blocks that is assumed where nobody knows it.
const BLOCK_TIME_MS: u64 = 2_000;

static BUILTIN: LazyLock<Vec<Chain>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../catalog/chains.json"))
        .expect("the embedded catalogue is a list of chains: a test reads it")
});

/// What is known of a chain before anybody is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chain {
    /// Its number.
    pub id: ChainId,
    /// Its name in configurations and workflows.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Whether its coins are worth nothing; one that nobody knows counts as real.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_testnet: bool,
    /// The symbol of its coin.
    pub symbol: String,
    /// The usual time between two blocks, in milliseconds.
    pub block_time_ms: u64,
    /// After how many blocks on top of it a block is rarely replaced, which takes between some seconds
    /// and two minutes.
    pub confirmations: u64,
    /// When a block is final.
    pub finality: Finality,
    /// Whether the blooms of its headers say the truth.
    pub bloom: Blooms,
    /// The hash of its first block, where it is known for sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genesis: Option<B256>,
    /// Endpoints that anybody may use, and that are asked unless an installation names its own.
    pub endpoints: Vec<String>,
    /// Where people look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explorer: Option<Explorer>,
    /// The registry of the Ethereum Name Service, where the chain has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ens: Option<Address>,
}

/// When a block is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Finality {
    /// The chain says so by its tags `safe` and `finalized`.
    Tags,
    /// It is that many seconds older, by the chain's own time, than the newest one.
    Seconds(u64),
    /// That many blocks stand on it.
    Confirmations(u64),
}

/// Whether the blooms of a chain's headers say the truth: some chains leave them empty, and some
/// have logs that stand in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Blooms {
    /// A log that the bloom rules out is not there.
    Trusted,
    /// They say nothing.
    Untrusted,
}

/// Patterns of links for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Explorer {
    /// With `{hash}`.
    pub transaction: String,
    /// With `{address}`.
    pub address: String,
    /// With `{number}`.
    pub block: String,
}

impl Chain {
    /// The chains that this build knows, by their numbers.
    pub fn all() -> &'static [Self] {
        &BUILTIN
    }

    /// The chain with a number.
    pub fn of(id: ChainId) -> Option<&'static Self> {
        BUILTIN.iter().find(|chain| chain.id == id)
    }

    /// The chain that a text names, by its slug or its number.
    pub fn named(text: &str) -> Option<&'static Self> {
        BUILTIN.iter().find(|chain| chain.slug == text || chain.id.to_string() == text)
    }

    /// After how many blocks a block of a chain counts as settled that nobody knows.
    pub const CONFIRMATIONS_OF_UNKNOWN: u64 = 12;

    /// What is assumed of a chain that only an installation or an organization knows.
    pub fn unknown(id: ChainId) -> Self {
        Self {
            id,
            slug: id.to_string(),
            name: format!("Chain {id}"),
            is_testnet: false,
            symbol: "ETH".into(),
            block_time_ms: BLOCK_TIME_MS,
            confirmations: Self::CONFIRMATIONS_OF_UNKNOWN,
            finality: Finality::Seconds(FINAL_AFTER_S),
            bloom: Blooms::Untrusted,
            genesis: None,
            endpoints: Vec::new(),
            explorer: None,
            ens: None,
        }
    }

    /// How many blocks one endpoint may be behind the others before it counts as lagging: those of
    /// five seconds, since endpoints are not asked at the same instant.
    pub(super) fn patience(&self) -> u64 {
        5_000_u64.div_ceil(self.block_time_ms.max(1)).max(2)
    }
}

/// The page that shows the catalogue.
pub fn document() -> String {
    let mut page = String::from(
        "# Chains\n\n<!-- Generated from `catalog/chains.json`; `UPDATE=1 cargo test contracts` \
         rewrites it. -->\n\nWhich EVM chains Chainkeel knows. The public endpoints are for trying \
         things out: they limit how much may be asked, and promise nothing. An installation names \
         its own with [`chains.endpoints`](configuration.md); a chain that is not listed can be \
         added there by its number. An organization names its own with `chainkeel chain endpoints set` \
         ([chain-endpoints.md](chain-endpoints.md)). How a chain is read, and what is believed of an endpoint: \
         [reading-chains.md](reading-chains.md).\n\n| chain | id | name in workflows | coin | blocks \
         each | final | bloom | public endpoints |\n|---|---|---|---|---|---|---|---|\n",
    );
    for chain in Chain::all() {
        let endpoints: Vec<_> = chain.endpoints.iter().map(|url| format!("<{url}>")).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| {} | {} | `{}` | {} | {} ms | {} | {} | {} |",
            chain.name,
            chain.id,
            chain.slug,
            chain.symbol,
            chain.block_time_ms,
            finality(chain.finality),
            blooms(chain.bloom),
            endpoints.join(" "),
        );
    }
    page
}

fn finality(rule: Finality) -> String {
    match rule {
        Finality::Tags => "as the chain says".into(),
        Finality::Seconds(seconds) => format!("after {seconds} s"),
        Finality::Confirmations(1) => "after 1 block".into(),
        Finality::Confirmations(blocks) => format!("after {blocks} blocks"),
    }
}

fn blooms(blooms: Blooms) -> &'static str {
    match blooms {
        Blooms::Trusted => "trusted",
        Blooms::Untrusted => "not trusted",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::place::Place;
    use super::*;

    #[test]
    fn the_catalogue_names_every_chain_once_and_in_order() {
        let chains = Chain::all();
        assert!(chains.len() >= 16, "{}", chains.len());
        let names: BTreeSet<_> = chains.iter().map(|chain| &chain.slug).collect();
        assert_eq!(names.len(), chains.len());
        for wanted in [1, 8453, 42161, 10, 137, 56, 43114, 81457, 534_352, 59144, 324] {
            assert!(Chain::of(ChainId(wanted)).is_some(), "{wanted}");
        }
        for chain in chains {
            assert!(chain.block_time_ms > 0 && !chain.endpoints.is_empty(), "{}", chain.slug);
            for url in &chain.endpoints {
                assert!(Place::read(url).is_ok(), "{url}");
            }
            if let Some(explorer) = &chain.explorer {
                assert!(explorer.transaction.ends_with("{hash}"), "{}", chain.slug);
                assert!(explorer.address.ends_with("{address}"), "{}", chain.slug);
                assert!(explorer.block.ends_with("{number}"), "{}", chain.slug);
            }
        }
    }

    #[test]
    fn a_chain_is_found_by_slug_and_by_number() {
        assert_eq!(Chain::named("base"), Chain::of(ChainId(8453)));
        assert_eq!(Chain::named("8453"), Chain::of(ChainId(8453)));
        assert_eq!(Chain::named("Base"), None);
    }
}
