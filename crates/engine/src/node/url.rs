//! `parse-url`: the parts of a URL. A strict reading of RFC 3986: nothing is guessed, nothing mended.

use serde_json::{Map, Value};

use super::field::text;
use super::logic::Done;
use crate::expression::Problem;

/// How many bytes a URL may have: more than any server or browser takes.
const MAX_URL_BYTES: usize = 8 * 1024;

/// The ports of schemes that have one when none is written.
const PORTS: [(&str, u16); 5] =
    [("http", 80), ("https", 443), ("ws", 80), ("wss", 443), ("ftp", 21)];

/// The parts of a URL with a host.
pub(super) struct Url<'a> {
    pub(super) scheme: String,
    pub(super) host: String,
    port: Option<u16>,
    pub(super) path: &'a str,
    query: Option<&'a str>,
    pub(super) fragment: Option<&'a str>,
}

pub(super) fn problems(payload: &Value) -> Vec<Problem> {
    Url::of(payload, "url").err().into_iter().collect()
}

pub(super) fn parse_url(input: &Value) -> Result<Done, Problem> {
    let url = Url::of(input, "url")?;
    let query = url.query().map_err(|fault| Problem::new("/url", fault))?;
    Ok(Done::with([
        ("port", url.port.into()),
        ("path", url.path.into()),
        ("query", query.into()),
        ("fragment", url.fragment.into()),
        ("scheme", url.scheme.into()),
        ("host", url.host.into()),
    ]))
}

impl<'a> Url<'a> {
    /// Reads the URL in a payload's field.
    pub(super) fn of(payload: &'a Value, name: &str) -> Result<Self, Problem> {
        Self::read(text(payload, name)?).map_err(|fault| Problem::new(format!("/{name}"), fault))
    }

    /// The messages never show the URL: it may hold a secret.
    fn read(written: &'a str) -> Result<Self, String> {
        if written.len() > MAX_URL_BYTES {
            return Err(format!("it has more than {MAX_URL_BYTES} bytes"));
        }
        let foreign = |c: char| c.is_whitespace() || c.is_control() || "<>\"\\^`{|}".contains(c);
        if let Some(found) = written.chars().find(|letter| foreign(*letter)) {
            return Err(format!("{found:?} may not stand in a URL: encode it with %"));
        }
        let (scheme, rest) = written
            .split_once("://")
            .filter(|(scheme, _)| is_scheme(scheme))
            .ok_or("it must begin with a scheme and a host, as https://example.com does")?;
        let (rest, fragment) = cut(rest, '#');
        let (rest, query) = cut(rest, '?');
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        for part in [authority, path, query.unwrap_or_default(), fragment.unwrap_or_default()] {
            decoded(part)?;
        }
        if authority.contains('@') {
            return Err("it holds a user name or a password: leave them out, \
                        for what stands in a payload is recorded"
                .to_owned());
        }
        let scheme = scheme.to_ascii_lowercase();
        let (host, port) = host_and_port(authority)?;
        let usual = || PORTS.into_iter().find(|(name, _)| *name == scheme).map(|(_, port)| port);
        let port = port.or_else(usual);
        Ok(Self { scheme, host, port, path, query, fragment })
    }

    /// The parameters of the query, decoded: a text each, or a list for a name that is repeated.
    pub(super) fn query(&self) -> Result<Map<String, Value>, String> {
        let mut query = Map::new();
        let pairs = self.query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        for pair in pairs {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = Value::String(decoded(&value.replace('+', " "))?);
            match query.entry(decoded(&name.replace('+', " "))?) {
                serde_json::map::Entry::Vacant(place) => {
                    place.insert(value);
                }
                serde_json::map::Entry::Occupied(mut place) => match place.get_mut() {
                    Value::Array(values) => values.push(value),
                    first @ (Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Object(_)) => *first = Value::Array(vec![first.take(), value]),
                },
            }
        }
        Ok(query)
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// What stands before a mark, and what after it, if the mark is there.
fn cut(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// The host in lower case, and the port if one is written.
fn host_and_port(authority: &str) -> Result<(String, Option<u16>), String> {
    let end = match authority.strip_prefix('[') {
        Some(inside) => match inside.split_once(']') {
            Some((address, _)) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
                address.len() + 2
            }
            Some(_) | None => return Err("what stands in brackets is no IPv6 address".to_owned()),
        },
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(end);
    if host.is_empty() {
        return Err("it has no host".to_owned());
    }
    let port = match port {
        "" | ":" => None,
        written => Some(
            written
                .strip_prefix(':')
                .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|digits| digits.parse().ok())
                .ok_or("its port must be a number from 0 to 65535")?,
        ),
    };
    Ok((host.to_lowercase(), port))
}

/// A text with its `%41` in plain letters.
fn decoded(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let (high, low) = (digit(), digit());
        let code = high.zip(low).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        bytes.push(code.ok_or("a % in it is not followed by two hexadecimal digits")?);
    }
    String::from_utf8(bytes).map_err(|_| "what it encodes with % is no UTF-8".to_owned())
}
