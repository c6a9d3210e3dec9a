//! Where credentials may go.

use serde_json::{Map, Value};

use super::Kind;
use super::data::fill;
use crate::egress::Url;

/// A host that credentials may go to, by its scheme and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    scheme: &'static str,
    /// Everything below this host, and not the host itself.
    below: bool,
    host: String,
    port: u16,
}

/// The hosts of a connector: those of its type, with its own settings filled in. A pattern that does
/// not come to a host is the error.
pub fn allowed(kind: &Kind, settings: &Map<String, Value>) -> Result<Vec<Allowed>, String> {
    let value = |name: &str| settings.get(name).and_then(Value::as_str);
    kind.hosts
        .iter()
        .map(|pattern| {
            let filled = fill(pattern, value).map_err(|name| format!("`{name}` is missing"))?;
            Allowed::read(&filled).ok_or_else(|| "it is no name of a host".to_owned())
        })
        .collect()
}

impl Allowed {
    fn read(text: &str) -> Option<Self> {
        let (scheme, rest) = match text.split_once("://") {
            None => ("https", text),
            Some(("https", rest)) => ("https", rest),
            Some(("http", rest)) => ("http", rest),
            Some(_) => return None,
        };
        let (below, rest) = match rest.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let url = Url::parse(&format!("{scheme}://{rest}")).ok()?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let host = url.host_str().filter(|_| bare)?.to_owned();
        Some(Self { scheme, below, host, port: url.port_or_known_default()? })
    }

    /// Whether a request to this URL goes there.
    pub fn takes(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let named = if self.below {
            host.strip_suffix(&self.host).is_some_and(|before| before.ends_with('.'))
        } else {
            host == self.host
        };
        named && url.scheme() == self.scheme && url.port_or_known_default() == Some(self.port)
    }

    /// The origin, as URLs begin.
    pub fn origin(&self) -> String {
        let usual = if self.scheme == "https" { 443 } else { 80 };
        let Self { scheme, host, port, .. } = self;
        if *port == usual {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        }
    }
}

impl std::fmt::Display for Allowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let origin = self.origin();
        let text = origin.strip_prefix("https://").unwrap_or(&origin);
        f.write_str(if self.below { "*." } else { "" })?;
        f.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(pattern: &str, url: &str) -> bool {
        Allowed::read(pattern).unwrap().takes(&Url::parse(url).unwrap())
    }

    #[test]
    fn credentials_go_to_the_host_that_was_named_and_to_nothing_that_looks_like_it() {
        assert!(takes("slack.com", "https://SLACK.com/api"));
        assert!(takes("slack.com", "https://slack.com:443/"));
        for url in [
            "http://slack.com/",
            "https://slack.com:8443/",
            "https://slack.com./",
            "https://evil-slack.com/",
            "https://slack.com.evil.example/",
            "https://slack.com@evil.example/",
            "https://evil.example/slack.com",
            "https://evil.example\\@slack.com/",
            "https://a.slack.com/",
        ] {
            assert!(!takes("slack.com", url), "{url}");
        }
        assert!(takes("*.g.alchemy.com", "https://eth.g.alchemy.com/v2"));
        assert!(!takes("*.g.alchemy.com", "https://g.alchemy.com/v2"));
        assert!(!takes("*.g.alchemy.com", "https://evilg.alchemy.com/v2"));
        assert!(takes("http://127.0.0.1:8080", "http://127.0.0.1:8080/x"));
        assert!(!takes("http://127.0.0.1:8080", "https://127.0.0.1:8080/x"));
        assert!(takes("http://[::1]:80", "http://[::1]/"));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in ["", "a/b", "a?b", "u@a", "ftp://a", "a b", "*.", "https://"] {
            assert_eq!(Allowed::read(text), None, "{text}");
        }
        assert_eq!(
            Allowed::read("api.example.com:8443").unwrap().to_string(),
            "api.example.com:8443"
        );
    }
}
