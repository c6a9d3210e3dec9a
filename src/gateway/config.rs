//! What an operator says of a gateway.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::egress::Url;

/// The room's part of the configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the public keys of the installation's tokens are: a URL or a file.
    pub keys: Option<String>,
}

/// Where the public keys are by which tokens are verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySet {
    /// A server publishes them.
    At(Url),
    /// They stand in a file.
    In(PathBuf),
}

/// A setting that a gateway cannot do without, or that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidConfig {
    /// Nobody could be let in.
    #[error(
        "CHAINKEEL_GATEWAY_KEYS is not set: it is the URL of a server's `/.well-known/jwks.json`, or a file with what \
         stands there"
    )]
    NoKeys,
    /// Not an address.
    #[error(
        "CHAINKEEL_GATEWAY_KEYS: `{0}` is no URL of http or https without a password, and no file"
    )]
    Keys(String),
    /// Nothing could be served.
    #[error("CHAINKEEL_RELAY_URL is not set: a gateway serves what NATS has (docs/gateway.md)")]
    NoStream,
    /// The client by which the keys are fetched.
    #[error("the keys cannot be fetched: {0}")]
    Client(String),
}

impl Config {
    /// Where the keys are.
    pub fn keys(&self) -> Result<KeySet, InvalidConfig> {
        let text = self.keys.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let text = text.ok_or(InvalidConfig::NoKeys)?;
        if !text.contains("://") {
            return Ok(KeySet::In(text.into()));
        }
        let url = Url::parse(text).ok();
        let fits = |url: &Url| {
            ["http", "https"].contains(&url.scheme())
                && url.username().is_empty()
                && url.password().is_none()
        };
        url.filter(fits).map(KeySet::At).ok_or_else(|| InvalidConfig::Keys(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Result<KeySet, InvalidConfig> {
        Config { keys: Some(text.to_owned()) }.keys()
    }

    #[test]
    fn keys_are_at_an_address_or_in_a_file() {
        assert!(matches!(keys("https://a.example/.well-known/jwks.json"), Ok(KeySet::At(_))));
        assert_eq!(
            keys("/etc/chainkeel/jwks.json"),
            Ok(KeySet::In("/etc/chainkeel/jwks.json".into()))
        );
        for text in ["ftp://a", "https://user:word@a", "https://"] {
            assert!(matches!(keys(text), Err(InvalidConfig::Keys(_))), "{text}");
        }
        assert_eq!(Config::default().keys(), Err(InvalidConfig::NoKeys));
    }
}
