//! Which endpoints an installation asks.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::catalogue::Chain;
use super::place::{InvalidPlace, Place};
use crate::egress::{self, Opening};
use crate::primitives::{ChainId, Secret};

/// The most endpoints of one chain: each is asked at every poll.
pub const MAX_ENDPOINTS: usize = 16;

/// The room's part of the configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `chain=url` with commas between several; a chain may be named more than once. They replace
    /// the public endpoints of the chains that they name.
    #[serde(skip_serializing)]
    pub endpoints: Option<Secret>,
}

/// Why the endpoints cannot be read. The texts hold nothing of the URLs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEndpoints {
    /// An entry has no `=`.
    #[error(
        "`chains.endpoints` wants `chain=url`, with commas between several; entry {0} has no `=`"
    )]
    Form(usize),
    /// An entry names no chain.
    #[error("`chains.endpoints`: `{0}` is no chain; take a name of docs/chains.md, or a number")]
    Chain(String),
    /// A URL cannot be used.
    #[error("`chains.endpoints`: the URL of entry {entry}, for {chain}, cannot be used: {problem}")]
    Place {
        /// Which entry, from 1.
        entry: usize,
        /// The chain.
        chain: String,
        /// What is wrong.
        problem: InvalidPlace,
    },
    /// More endpoints than are asked.
    #[error("`chains.endpoints`: {chain} has more than {MAX_ENDPOINTS} endpoints")]
    TooMany {
        /// The chain.
        chain: String,
    },
}

/// Who named the endpoints of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// An organization, for itself.
    Organization,
    /// The installation.
    Configured,
    /// The catalogue: public endpoints.
    Public,
}

/// A chain and whom it is read from.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// The chain.
    pub chain: Chain,
    /// Who named the endpoints.
    pub origin: Origin,
    /// The endpoints.
    pub places: Vec<Place>,
}

impl Config {
    /// All chains that can be read, by their numbers.
    pub(super) fn sources(&self) -> Result<BTreeMap<ChainId, Source>, InvalidEndpoints> {
        let public = |chain: &Chain| {
            let places = chain.endpoints.iter().filter_map(|url| Place::read(url).ok()).collect();
            (chain.id, Source { chain: chain.clone(), origin: Origin::Public, places })
        };
        let mut sources: BTreeMap<ChainId, Source> = Chain::all().iter().map(public).collect();
        let text = self.endpoints.as_ref().map(Secret::expose).unwrap_or_default();
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        for (index, entry) in entries.enumerate() {
            let (name, url) = entry.split_once('=').ok_or(InvalidEndpoints::Form(index + 1))?;
            let name = name.trim();
            let id = match (Chain::named(name), name.parse()) {
                (Some(chain), _) => chain.id,
                (None, Ok(id)) => id,
                (None, Err(_)) => {
                    // Somebody may have written the URL first: no more of it than a name has.
                    let is_name = |letter: &char| letter.is_alphanumeric() || *letter == '-';
                    let shown = name.chars().take_while(is_name).take(20).collect();
                    return Err(InvalidEndpoints::Chain(shown));
                }
            };
            let place = Place::read(url.trim()).map_err(|problem| InvalidEndpoints::Place {
                entry: index + 1,
                chain: name.to_owned(),
                problem,
            })?;
            let source = sources.entry(id).or_insert_with(|| Source {
                chain: Chain::unknown(id),
                origin: Origin::Configured,
                places: Vec::new(),
            });
            if source.origin == Origin::Public {
                source.origin = Origin::Configured;
                source.places.clear();
            }
            source.places.push(place);
            if source.places.len() > MAX_ENDPOINTS {
                return Err(InvalidEndpoints::TooMany { chain: name.to_owned() });
            }
        }
        Ok(sources)
    }
}

/// The door to these endpoints: what workflows may reach, and the addresses that the installation
/// wrote into the URLs of its nodes. A node on this machine is no business of workflows.
pub(super) fn door(
    workflows: &egress::Config,
    sources: &BTreeMap<ChainId, Source>,
) -> egress::Config {
    let mut allow = workflows.allow.clone();
    let configured = sources.values().filter(|source| match source.origin {
        Origin::Configured => true,
        // What an organization names is reached as its workflows reach it.
        Origin::Organization => false,
        // The one public endpoint on this machine is that of a development node.
        Origin::Public => source.chain.id == ChainId(31_337),
    });
    for (address, port) in configured.flat_map(|source| &source.places).flat_map(Place::openings) {
        let opening = SocketAddr::from((address, port)).to_string().parse::<Opening>();
        allow.push(opening.expect("an address with a port opens itself"));
    }
    egress::Config { allow }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        Config { endpoints: Some(Secret::new(text)) }
    }

    #[test]
    fn named_endpoints_replace_the_public_ones_of_their_chain_alone() {
        let config =
            config("base=https://a.example/k, base=https://b.example, 77=http://10.0.0.1:1");
        let sources = config.sources().unwrap();
        let hosts = |id| {
            let places = &sources[&ChainId(id)].places;
            places.iter().map(|place| place.host().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(hosts(8453), ["a.example", "b.example"]);
        assert_eq!(sources[&ChainId(8453)].origin, Origin::Configured);
        assert_eq!(sources[&ChainId(1)].origin, Origin::Public);
        assert_eq!(hosts(77), ["10.0.0.1:1"]);
        assert_eq!(sources[&ChainId(77)].chain.bloom, super::super::catalogue::Blooms::Untrusted);
    }

    #[test]
    fn an_address_that_the_installation_wrote_is_open_to_the_watcher_and_to_nothing_else() {
        let sources = config("1=http://10.1.2.3:8545,10=http://[fd00::1]:1").sources().unwrap();
        let door = door(&egress::Config::default(), &sources);
        let admits = |address: &str, port| {
            let address = address.parse().unwrap();
            door.allow.iter().any(|opening| opening.admits(address, port))
        };
        assert!(admits("10.1.2.3", 8545) && admits("fd00::1", 1) && admits("127.0.0.1", 8545));
        assert!(!admits("10.1.2.3", 80) && !admits("10.1.2.4", 8545) && !admits("127.0.0.1", 80));
    }

    #[test]
    fn what_cannot_be_read_is_told_without_the_urls() {
        for text in ["https://secret.example/", "moon=https://secret.example", "base=secret"] {
            let told = config(text).sources().unwrap_err().to_string();
            assert!(told.contains("chains.endpoints") && !told.contains("secret.ex"), "{told}");
        }
    }
}
