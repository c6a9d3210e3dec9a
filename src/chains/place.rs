//! Where a node is. Its URL is a secret: providers put the key of an account into it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use url::{Host, Url};

use crate::primitives::Secret;

/// A URL, and the addresses that whoever wrote it opened by writing them.
#[derive(Clone, PartialEq, Eq)]
struct Address {
    url: Secret,
    near: Vec<IpAddr>,
    port: u16,
}

/// The longest URL, in bytes.
const MAX_URL: usize = 2_000;
/// From so many letters on behind the host the last four are shown.
const LONG: usize = 20;

/// The shortest part of a URL that is taken for a key where a node says it.
const SHORTEST_KEY: usize = 8;

/// The URL of a node, and the one on which it announces blocks, where it has one. Only the host is
/// ever shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    asked: Address,
    stream: Option<Address>,
    host: Arc<str>,
}

/// Why a text is no place to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPlace {
    /// It is no URL.
    #[error("it is no URL")]
    Url,
    /// It is neither http nor https.
    #[error(
        "its scheme is neither http nor https; a WebSocket announces blocks and answers nothing: it stands behind the URL that is asked, as in https://node.example/key|wss://node.example/key"
    )]
    Scheme,
    /// It is longer than any node's.
    #[error("it is longer than {MAX_URL} bytes")]
    Long,
    /// What stands behind it is neither ws nor wss.
    #[error("the scheme of what stands behind `|` is neither ws nor wss")]
    Stream,
    /// It names no host.
    #[error("it names no host")]
    Host,
    /// A name and a password before the host are not sent.
    #[error("a user name or password before the host is not sent; take the key into the path")]
    Userinfo,
}

impl Address {
    /// Reads a URL of one of these schemes.
    fn read(
        text: &str,
        schemes: [&str; 2],
        wrong: InvalidPlace,
    ) -> Result<(Self, Url), InvalidPlace> {
        let url = Url::parse(text).map_err(|_| InvalidPlace::Url)?;
        if !schemes.contains(&url.scheme()) {
            return Err(wrong);
        }
        let port = url.port_or_known_default().ok_or(wrong)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidPlace::Userinfo);
        }
        let near = match url.host().ok_or(InvalidPlace::Host)? {
            Host::Ipv4(address) => vec![address.into()],
            Host::Ipv6(address) => vec![address.into()],
            Host::Domain("localhost") => {
                vec![std::net::Ipv4Addr::LOCALHOST.into(), std::net::Ipv6Addr::LOCALHOST.into()]
            }
            Host::Domain(_) => Vec::new(),
        };
        Ok((Self { url: Secret::new(text), near, port }, url))
    }

    fn openings(&self) -> impl Iterator<Item = (IpAddr, u16)> + '_ {
        self.near.iter().map(|address| (*address, self.port))
    }
}

impl Place {
    /// Reads a URL, or one with the URL of a WebSocket behind it: `https://…|wss://…`.
    pub fn read(text: &str) -> Result<Self, InvalidPlace> {
        if text.len() > MAX_URL {
            return Err(InvalidPlace::Long);
        }
        let (asked, stream) = match text.split_once('|') {
            Some((asked, stream)) => (asked.trim(), Some(stream.trim())),
            None => (text, None),
        };
        let (asked, url) = Address::read(asked, ["http", "https"], InvalidPlace::Scheme)?;
        let stream = stream.map(|it| Address::read(it, ["ws", "wss"], InvalidPlace::Stream));
        let stream = stream.transpose()?.map(|(stream, _)| stream);
        let host = url.host_str().ok_or(InvalidPlace::Host)?;
        // The port tells nodes on one machine apart.
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self { asked, stream, host: host.into() })
    }

    /// What may be shown of it: the host, with the port where the URL names one.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What whoever wrote the URL knows it again by: the host, and the last letters of what follows
    /// where that is so long that they give nothing away.
    pub fn masked(&self) -> String {
        let rest = self.url().split_once("://").map_or("", |(_, rest)| rest);
        let rest = rest.split_once(['/', '?', '#']).map_or("", |(_, rest)| rest);
        if rest.is_empty() {
            return self.host.to_string();
        }
        let letters = rest.chars().count();
        let shown = if letters >= LONG { letters - 4 } else { letters };
        let end: String = rest.chars().skip(shown).collect();
        format!("{}/…{end}", self.host)
    }

    /// The host, to keep.
    pub(super) fn shared_host(&self) -> Arc<str> {
        self.host.clone()
    }

    /// The whole URL.
    pub(super) fn url(&self) -> &str {
        self.asked.url.expose()
    }

    /// A node's words without what may be a key in them: whatever of its URLs behind the host is long
    /// enough to be one.
    pub(super) fn without_keys(&self, words: &str) -> String {
        let urls = [Some(self.url()), self.stream()].into_iter().flatten();
        let rests = urls.filter_map(|url| Some(url.split_once("://")?.1));
        let parts = rests.flat_map(|rest| rest.split(['/', '?', '#', '&', '=']).skip(1));
        parts
            .filter(|part| part.len() >= SHORTEST_KEY)
            .fold(words.to_owned(), |words, part| words.replace(part, "…"))
    }

    /// The whole URL of its WebSocket, where it has one.
    pub(super) fn stream(&self) -> Option<&str> {
        self.stream.as_ref().map(|stream| stream.url.expose())
    }

    /// Addresses and the ports that whoever wrote these URLs opened by writing them.
    pub(super) fn openings(&self) -> impl Iterator<Item = (IpAddr, u16)> + '_ {
        self.asked.openings().chain(self.stream.iter().flat_map(Address::openings))
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({})", self.host)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_host_is_shown_of_a_url() {
        let place = Place::read("https://node.example/v3/secret-key?token=secret").unwrap();
        assert_eq!(format!("{place} {place:?}"), "node.example Place(node.example)");
        assert_eq!(place.masked(), "node.example/…cret");
        assert_eq!(
            Place::read("https://node.example/v1/short").unwrap().masked(),
            "node.example/…"
        );
        assert_eq!(Place::read("https://node.example").unwrap().masked(), "node.example");
        assert_eq!(
            place.without_keys("the key secret-key of node.example"),
            "the key … of node.example"
        );
        assert_eq!(Place::read("http://127.0.0.1:8545").unwrap().host(), "127.0.0.1:8545");
        let place = Place::read("https://node.example/secret|wss://127.0.0.1:8546/secret").unwrap();
        assert_eq!(format!("{place} {place:?}"), "node.example Place(node.example)");
        assert_eq!(place.url(), "https://node.example/secret");
        assert_eq!(place.stream(), Some("wss://127.0.0.1:8546/secret"));
        assert!(place.openings().eq([([127, 0, 0, 1].into(), 8546)]));
    }

    #[test]
    fn a_text_that_is_no_place_is_refused_without_being_repeated() {
        for (text, problem) in [
            ("secret", InvalidPlace::Url),
            ("wss://node.example/secret", InvalidPlace::Scheme),
            ("https://me:secret@node.example", InvalidPlace::Userinfo),
            ("https://node.example|wss://me:secret@node.example", InvalidPlace::Userinfo),
            ("https://node.example|https://node.example/secret", InvalidPlace::Stream),
            ("https://node.example/secret|", InvalidPlace::Url),
        ] {
            let found = Place::read(text).unwrap_err();
            assert_eq!(found, problem);
            assert!(!found.to_string().contains("secret"), "{found}");
        }
    }
}
