//! What of a delivery holds secrets: it reaches neither the ledger nor those who look at deliveries.

use std::collections::BTreeMap;

use actix_web::http::header::HeaderMap;

/// How many headers or parameters are kept, and how long one may be: for routing, not for data.
const MAX_PAIRS: usize = 64;
const MAX_VALUE: usize = 4 * 1024;

/// The headers without those that hold secrets.
pub(super) fn harmless(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .filter(|(name, _)| !is_sensitive(name.as_str()))
        .filter(|(_, value)| value.len() <= MAX_VALUE)
        .filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        })
        .take(MAX_PAIRS)
        .collect()
}

/// The parameters of a query without those that hold secrets; `None` where one occurs twice or there
/// are too many, so that nobody can say what was meant.
pub(super) fn parameters(query: &str) -> Option<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for (count, (name, value)) in url::form_urlencoded::parse(query.as_bytes()).enumerate() {
        if count >= MAX_PAIRS || value.len() > MAX_VALUE || value.contains('\0') {
            return None;
        }
        if found.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    found.retain(|name, _| !is_sensitive(&name.to_lowercase()) && !name.contains('\0'));
    Some(found)
}

fn is_sensitive(name: &str) -> bool {
    const EXACT: [&str; 8] = [
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "forwarded",
        "key",
        "sig",
        "auth",
    ];
    const PARTS: [&str; 12] = [
        "token",
        "secret",
        "signature",
        "api-key",
        "apikey",
        "api_key",
        "password",
        "passwd",
        "credential",
        "-auth",
        "hmac",
        "x-hub-sig",
    ];
    EXACT.contains(&name) || PARTS.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn headers_that_hold_secrets_are_dropped() {
        let pairs = [
            ("authorization", "Bearer x"),
            ("cookie", "a=b"),
            ("x-api-key", "k"),
            ("x-hub-signature-256", "s"),
            ("x-shopify-hmac-sha256", "s"),
            ("x-gitlab-token", "t"),
            ("x-github-event", "push"),
            ("content-type", "application/json"),
        ];
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let kept = harmless(&headers);
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["content-type", "x-github-event"]);
    }

    #[test]
    fn a_parameter_that_occurs_twice_is_not_chosen_from() {
        let kept = parameters("shop=a%20b&access_token=x&Key=y&n=1").expect("parameters");
        assert_eq!(
            kept.into_iter().collect::<Vec<_>>(),
            [("n".to_owned(), "1".to_owned()), ("shop".to_owned(), "a b".to_owned())]
        );
        assert_eq!(parameters("a=1&a=2"), None);
        assert_eq!(parameters(""), Some(BTreeMap::new()));
    }
}
