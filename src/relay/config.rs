//! What an operator says of the relay.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

/// How many servers may keep a copy of each message.
const REPLICAS: std::ops::RangeInclusive<usize> = 1..=5;
/// How long a stream's name may be.
const LONGEST_NAME: usize = 64;

/// The room's part of the configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The servers; without one nothing is relayed.
    pub url: Vec<String>,
    /// The file with which the relay proves who it is.
    pub credentials_file: Option<PathBuf>,
    /// The authority that vouches for the servers, where it is not a public one.
    pub ca_file: Option<PathBuf>,
    /// The stream.
    pub stream: String,
    /// How many servers keep a copy.
    pub replicas: usize,
    /// How long the stream keeps an event, in hours; 0: for ever.
    pub keep_hours: u64,
    /// How much the stream keeps, in bytes; 0: without a bound.
    pub keep_bytes: i64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: Vec::new(),
            credentials_file: None,
            ca_file: None,
            stream: "chainkeel".to_owned(),
            replicas: 1,
            keep_hours: 168,
            keep_bytes: 0,
        }
    }
}

/// Where the ledger is relayed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The servers of one cluster, `nats://…` or `tls://…`.
    pub servers: Vec<String>,
    /// The file with which the relay proves who it is.
    pub credentials: Option<PathBuf>,
    /// The authority that vouches for the servers.
    pub authority: Option<PathBuf>,
    /// The stream.
    pub stream: String,
    /// How many servers keep a copy.
    pub replicas: usize,
    /// How long an event is kept; zero: for ever.
    pub keep: Duration,
    /// How many bytes are kept; 0: without a bound.
    pub keep_bytes: i64,
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidConfig {
    /// Not an address of NATS.
    #[error("CHAINKEEL_RELAY_URL: `{0}` is not nats://host:port or tls://host:port")]
    Url(String),
    /// Somebody's password, which would be shown.
    #[error(
        "CHAINKEEL_RELAY_URL has a name or a password in it: put them into a file, and that into \
         CHAINKEEL_RELAY_CREDENTIALS_FILE"
    )]
    Password,
    /// Not a stream's name.
    #[error(
        "CHAINKEEL_RELAY_STREAM is 1 to {LONGEST_NAME} letters, digits, `-` and `_`; `{0}` is not"
    )]
    Stream(String),
    /// Too many copies, or none.
    #[error("CHAINKEEL_RELAY_REPLICAS is 1 to 5")]
    Replicas,
    /// Less than nothing.
    #[error("CHAINKEEL_RELAY_KEEP_BYTES is 0 (without a bound) or a number of bytes")]
    KeepBytes,
}

impl Config {
    /// Where the ledger is relayed to; `None` where no server is named.
    pub fn target(&self) -> Result<Option<Target>, InvalidConfig> {
        if self.url.is_empty() {
            return Ok(None);
        }
        for server in &self.url {
            must_be_a_server(server)?;
        }
        let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        if !(1..=LONGEST_NAME).contains(&self.stream.len()) || !self.stream.chars().all(fits) {
            return Err(InvalidConfig::Stream(self.stream.clone()));
        }
        if !REPLICAS.contains(&self.replicas) {
            return Err(InvalidConfig::Replicas);
        }
        if self.keep_bytes < 0 {
            return Err(InvalidConfig::KeepBytes);
        }
        Ok(Some(Target {
            servers: self.url.clone(),
            credentials: self.credentials_file.clone(),
            authority: self.ca_file.clone(),
            stream: self.stream.clone(),
            replicas: self.replicas,
            keep: Duration::from_secs(self.keep_hours.saturating_mul(3_600)),
            keep_bytes: self.keep_bytes,
        }))
    }
}

fn must_be_a_server(server: &str) -> Result<(), InvalidConfig> {
    let url = Url::parse(server).map_err(|_| InvalidConfig::Url(server.to_owned()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidConfig::Password);
    }
    if !["nats", "tls"].contains(&url.scheme()) || url.host_str().is_none_or(str::is_empty) {
        return Err(InvalidConfig::Url(server.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str) -> Config {
        Config { url: vec![url.to_owned()], ..Config::default() }
    }

    #[test]
    fn without_a_server_nothing_is_relayed() {
        assert_eq!(Config::default().target(), Ok(None));
        let target = at("tls://nats.example:4222").target().unwrap().unwrap();
        assert_eq!((target.stream.as_str(), target.replicas), ("chainkeel", 1));
        assert_eq!(target.keep, Duration::from_hours(168));
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_setting() {
        let keep_bytes = Config { keep_bytes: -1, ..at("nats://a") };
        let replicas = Config { replicas: 6, ..at("nats://a") };
        let stream = Config { stream: "a.b".to_owned(), ..at("nats://a") };
        for (config, named) in [
            (at("http://a"), "CHAINKEEL_RELAY_URL"),
            (at("nats"), "CHAINKEEL_RELAY_URL"),
            (at("nats://user:word@a"), "CHAINKEEL_RELAY_CREDENTIALS_FILE"),
            (stream, "CHAINKEEL_RELAY_STREAM"),
            (replicas, "CHAINKEEL_RELAY_REPLICAS"),
            (keep_bytes, "CHAINKEEL_RELAY_KEEP_BYTES"),
        ] {
            let refused = config.target().unwrap_err().to_string();
            assert!(refused.contains(named), "{refused}");
            assert!(!refused.contains("word@"), "{refused}");
        }
    }
}
