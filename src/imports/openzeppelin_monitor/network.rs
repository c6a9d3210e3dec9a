//! A network: its chain, and the nodes that it is read from.

use serde_json::Value;

use super::import::Notes;
use super::receiver::plain;
use crate::triggers::evm::MAX_CONFIRMATIONS;

/// What a monitor needs to know of its network.
#[derive(Debug, Clone)]
pub(super) struct Network {
    pub(super) slug: String,
    pub(super) chain: u64,
    /// After how many blocks what is found counts.
    pub(super) confirmations: u64,
    /// As `chain=url`.
    pub(super) endpoints: Vec<String>,
}

impl Network {
    pub(super) fn read(content: &Value, notes: &mut Notes<'_>) -> Option<Self> {
        let Some(slug) = content["slug"].as_str() else {
            notes.left("/slug", "it is missing, so that no monitor can name the network");
            return None;
        };
        let kind = content["network_type"].as_str().unwrap_or("EVM");
        if !kind.eq_ignore_ascii_case("evm") {
            let message = format!("the network is of the type {kind}: only EVM chains are watched");
            notes.left("/network_type", message);
            return None;
        }
        let Some(chain) = content["chain_id"].as_u64() else {
            notes.left("/chain_id", "it is missing: the chain's number");
            return None;
        };
        let confirmations = content["confirmation_blocks"].as_u64().unwrap_or(0);
        if confirmations > MAX_CONFIRMATIONS {
            let message = format!("at most {MAX_CONFIRMATIONS} confirmations are waited for");
            notes.left("/confirmation_blocks", message);
        }
        let mut endpoints = Vec::new();
        for (at, entry) in content["rpc_urls"].as_array().into_iter().flatten().enumerate() {
            let place = format!("/rpc_urls/{at}/url");
            match plain(&entry["url"]) {
                Ok(url) if url.starts_with("http://") || url.starts_with("https://") => {
                    endpoints.push(format!("{chain}={url}"));
                }
                Ok(_) => notes.left(place, "only endpoints over http and https are asked"),
                Err(why) => notes.left(
                    place,
                    format!("{why}: add the endpoint to `chains.endpoints` as `{chain}=URL`"),
                ),
            }
        }
        Some(Self {
            slug: slug.to_owned(),
            chain,
            confirmations: confirmations.min(MAX_CONFIRMATIONS),
            endpoints,
        })
    }
}
