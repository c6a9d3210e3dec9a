//! Where traces go, as operators write it: by the names that OpenTelemetry gives its settings.

use serde::{Deserialize, Serialize};

use crate::egress::{HeaderMap, HeaderName, HeaderValue, Url};
use crate::primitives::Secret;
use crate::spans::Sampler;

/// The room's part of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the collector is; `/v1/traces` is added.
    pub endpoint: Option<String>,
    /// The whole URL for traces, where it is another one.
    pub traces_endpoint: Option<String>,
    /// Headers for the collector, as in `authorization=Bearer%20x,tenant=y`.
    #[serde(skip_serializing)]
    pub headers: Option<Secret>,
    /// As what this process is known there.
    pub service_name: String,
    /// Which traces are kept.
    pub sampler: String,
    /// The share that is kept, where the sampler takes one.
    pub sampler_arg: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            endpoint: None,
            traces_endpoint: None,
            headers: None,
            service_name: "chainkeel".into(),
            sampler: "parentbased_always_on".into(),
            sampler_arg: None,
        }
    }
}

/// Why traces cannot be sent as it is written.
#[derive(Debug, thiserror::Error)]
pub enum InvalidConfig {
    /// The URL is none that can be posted to. It is not shown: it may hold a password.
    #[error(
        "`{0}` is no URL to send traces to: write it as `http://collector:4318`, without a user or a fragment"
    )]
    Url(&'static str),
    /// A header cannot be sent. Its value is not shown.
    #[error(
        "header {0} of `traces.headers` cannot be read: they are `name=value`, with commas between, and what is none of a header's characters as `%20`"
    )]
    Header(usize),
    /// There is no such sampler.
    #[error(
        "`{0}` is no sampler: there are always_on, always_off, traceidratio, and the same behind `parentbased_`"
    )]
    Sampler(String),
    /// The share is none.
    #[error("`{0}` is no share of traces: a number from 0 to 1 is")]
    Share(String),
}

/// Where traces go.
#[derive(Debug, Clone)]
pub struct Destination {
    /// What is posted to.
    pub url: Url,
    /// What is sent along.
    pub headers: HeaderMap,
    /// As what this process is known there.
    pub service: String,
    /// Which traces are kept.
    pub sampler: Sampler,
}

impl Config {
    /// Where traces go; none where no endpoint is set, or none are kept.
    pub fn destination(&self) -> Result<Option<Destination>, InvalidConfig> {
        let sampler = self.sampler()?;
        let headers = self.headers.as_ref().map(|it| headers(it.expose()));
        let headers = headers.transpose()?.unwrap_or_default();
        let url = match (&self.traces_endpoint, &self.endpoint) {
            (Some(whole), _) => url("traces.traces_endpoint", whole)?,
            (None, Some(base)) => {
                let mut url = url("traces.endpoint", base)?;
                let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
                url.set_path(&path);
                url
            }
            (None, None) => return Ok(None),
        };
        if Sampler::of(0.0) == Some(sampler) {
            return Ok(None);
        }
        Ok(Some(Destination { url, headers, service: self.service_name.clone(), sampler }))
    }

    /// A run is always the root of its trace: what is based on a parent is based on nothing.
    fn sampler(&self) -> Result<Sampler, InvalidConfig> {
        let name = self.sampler.as_str();
        let unknown = || InvalidConfig::Sampler(name.to_owned());
        match name.strip_prefix("parentbased_").unwrap_or(name) {
            "always_on" => Ok(Sampler::ALL),
            "always_off" => Sampler::of(0.0).ok_or_else(unknown),
            "traceidratio" => {
                let share = self.sampler_arg.as_deref().unwrap_or("1");
                let number = share.trim().parse().ok().and_then(Sampler::of);
                number.ok_or_else(|| InvalidConfig::Share(share.to_owned()))
            }
            _ => Err(unknown()),
        }
    }
}

fn url(key: &'static str, text: &str) -> Result<Url, InvalidConfig> {
    let url = Url::parse(text.trim()).map_err(|_| InvalidConfig::Url(key))?;
    let is_plain =
        url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let is_http = matches!(url.scheme(), "http" | "https");
    if is_plain && is_http { Ok(url) } else { Err(InvalidConfig::Url(key)) }
}

/// Reads `name=value,name=value`, whose values are percent-encoded.
fn headers(text: &str) -> Result<HeaderMap, InvalidConfig> {
    let mut headers = HeaderMap::new();
    let written = text.split(',').map(str::trim).filter(|it| !it.is_empty());
    for (index, pair) in written.enumerate() {
        let wrong = || InvalidConfig::Header(index + 1);
        let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
        let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| wrong())?;
        let value = decoded(value.trim()).ok_or_else(wrong)?;
        let mut value = HeaderValue::from_bytes(&value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(endpoint: &str) -> Config {
        Config { endpoint: Some(endpoint.into()), ..Config::default() }
    }

    #[test]
    fn the_place_is_written_as_opentelemetry_has_it() {
        assert!(Config::default().destination().expect("the default").is_none());
        for (base, whole) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("https://otel.example/otlp/", "https://otel.example/otlp/v1/traces"),
        ] {
            let destination = at(base).destination().expect("a place").expect("set");
            assert_eq!(destination.url.as_str(), whole);
        }
        let traces_endpoint = Some("http://tempo:4318/own".to_owned());
        let whole = Config { traces_endpoint, ..at("http://other:4318") };
        let destination = whole.destination().expect("a place").expect("set");
        assert_eq!(destination.url.as_str(), "http://tempo:4318/own");
        for wrong in ["tempo:4318", "ftp://tempo", "http://u:p@tempo:4318", "http://"] {
            let error = at(wrong).destination().expect_err(wrong).to_string();
            assert!(!error.contains("u:p"), "{error}");
        }
    }

    #[test]
    fn headers_are_read_and_never_shown() {
        let headers = Some(Secret::new("Authorization=Bearer%20a%2Cb, x-tenant = 7"));
        let config = Config { headers, ..at("http://tempo:4318") };
        let destination = config.destination().expect("a place").expect("set");
        assert_eq!(destination.headers["authorization"], "Bearer a,b");
        assert_eq!(destination.headers["x-tenant"], "7");
        assert!(!format!("{destination:?}").contains("Bearer"));
        for wrong in ["authorization", "a b=c", "a=%zz", "a=%0a"] {
            let config = Config { headers: Some(Secret::new(wrong)), ..at("http://tempo:4318") };
            assert!(config.destination().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_sampler_keeps_all_none_or_a_share() {
        let with = |sampler: &str, arg: Option<&str>| Config {
            sampler: sampler.into(),
            sampler_arg: arg.map(Into::into),
            ..at("http://tempo:4318")
        };
        let kept = |config: Config| config.destination().map(|it| it.map(|it| it.sampler));
        assert_eq!(kept(with("always_on", None)).expect("one"), Some(Sampler::ALL));
        assert_eq!(kept(with("parentbased_always_off", None)).expect("one"), None);
        let quarter = kept(with("parentbased_traceidratio", Some("0.25"))).expect("one");
        assert_eq!(quarter, Sampler::of(0.25));
        assert!(kept(with("traceidratio", Some("2"))).is_err());
        assert!(kept(with("sometimes", None)).is_err());
    }
}
