//! Backends that are elsewhere: how they are reached, and what no answer comes to.

use std::net::SocketAddr;

use super::{Error, InvalidConfig};
use crate::egress::{self, Egress, Opening, Url};

/// The longest text of somebody else that is repeated.
const MAX_SHOWN: usize = 300;

/// A door to the backend at this URL: wherever workflows may go, and the address that the operator
/// wrote into the URL. What answers there is not believed, but is asked over TLS all the same,
/// unless it is written as an address.
pub(super) fn door(workflows: &egress::Config, url: &str) -> Result<Egress, InvalidConfig> {
    let wrong = || InvalidConfig::Url(url.to_owned());
    let parsed = Url::parse(url).map_err(|_| wrong())?;
    let address = match parsed.host() {
        Some(url::Host::Ipv4(address)) => Some(address.into()),
        Some(url::Host::Ipv6(address)) => Some(address.into()),
        Some(url::Host::Domain(_)) => None,
        None => return Err(wrong()),
    };
    match (parsed.scheme(), address) {
        ("https", _) | ("http", Some(_)) => {}
        _ => return Err(wrong()),
    }
    let mut allow = workflows.allow.clone();
    if let Some((address, port)) = address.zip(parsed.port_or_known_default()) {
        let opening = SocketAddr::new(address, port).to_string().parse::<Opening>();
        allow.push(opening.map_err(|_| wrong())?);
    }
    Egress::new(&egress::Config { allow }).map_err(|error| InvalidConfig::Egress(error.to_string()))
}

/// What it comes to that there is no answer.
pub(super) fn unanswered(error: &egress::Error) -> Error {
    if error.is_transient() {
        Error::Gone(error.to_string())
    } else {
        Error::Refused(error.to_string())
    }
}

/// What an answer comes to that is no success.
pub(super) fn refused(status: u16, said: &str) -> Error {
    let text = match shown(said) {
        said if said.is_empty() => format!("it answers with status {status}"),
        said => format!("it answers with status {status}: {said}"),
    };
    match status {
        408 | 429 | 500.. => Error::Gone(text),
        _ => Error::Refused(text),
    }
}

/// The beginning of a text of somebody else, in one line.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(MAX_SHOWN).map(|it| if it.is_control() { ' ' } else { it }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_try_may_help_where_the_other_side_is_busy_or_broken() {
        for status in [408, 429, 500, 502, 503] {
            assert!(refused(status, "later").is_transient(), "{status}");
        }
        for status in [301, 400, 401, 403, 404, 422] {
            assert!(!refused(status, "never").is_transient(), "{status}");
        }
        let text = refused(400, &format!("one\ntwo{}", "x".repeat(1_000))).to_string();
        assert!(text.contains("one two") && text.len() < 500, "{text}");
    }
}
