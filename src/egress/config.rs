//! What an operator opens: addresses of his own network that workflows may reach.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The room's part of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Addresses that are refused by nature (private, loopback …) and opened here. Empty by
    /// default: each entry lets the authors of workflows reach that part of the network.
    pub allow: Vec<Opening>,
}

/// A network, and optionally the one port in it, that is opened.
///
/// Written `10.1.0.0/16`, `127.0.0.1:8080`, `10.1.0.0/16:8080`, `fd00::/8`, `[fd00::/8]:8080`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    network: IpNet,
    port: Option<u16>,
}

/// A text that is not an [`Opening`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` opens nothing: {problem}")]
pub struct InvalidOpening {
    text: String,
    problem: String,
}

impl Opening {
    /// Whether a connection to this address and port goes through this opening.
    pub fn admits(&self, address: IpAddr, port: u16) -> bool {
        self.network.contains(&address) && self.port.is_none_or(|open| open == port)
    }

    /// The one port that is opened; `None` opens all.
    pub fn port(&self) -> Option<u16> {
        self.port
    }
}

impl FromStr for Opening {
    type Err = InvalidOpening;

    fn from_str(text: &str) -> Result<Self, InvalidOpening> {
        let invalid = |problem: &str| InvalidOpening { text: text.into(), problem: problem.into() };
        let (network, port) = halves(text.trim()).ok_or_else(|| {
            invalid("expected a network and perhaps a port, as in 10.0.0.0/8:8080 or [fd00::/8]:80")
        })?;
        let network: IpNet = network
            .parse::<IpNet>()
            .or_else(|_| network.parse::<IpAddr>().map(IpNet::from))
            .map_err(|_| invalid("the network is neither an address nor a CIDR block"))?;
        if network.addr() != network.network() {
            let meant = network.trunc();
            return Err(invalid(&format!("bits are set after the prefix; write {meant}")));
        }
        let port = match port.map(str::parse::<u16>) {
            None => None,
            Some(Ok(port)) if port > 0 => Some(port),
            Some(Ok(_) | Err(_)) => return Err(invalid("the port is not between 1 and 65535")),
        };
        Ok(Self { network, port })
    }
}

/// The network and the port of a text; the colons of a bare IPv6 network belong to it.
fn halves(text: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (network, after) = rest.split_once(']')?;
        return match after {
            "" => Some((network, None)),
            _ => after.strip_prefix(':').map(|port| (network, Some(port))),
        };
    }
    match text.split_once(':') {
        Some((network, port)) if !port.contains(':') => Some((network, Some(port))),
        Some(_) | None => Some((text, None)),
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.network, self.port) {
            (network, None) => write!(f, "{network}"),
            (IpNet::V4(network), Some(port)) => write!(f, "{network}:{port}"),
            (IpNet::V6(network), Some(port)) => write!(f, "[{network}]:{port}"),
        }
    }
}

impl Serialize for Opening {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Opening {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
