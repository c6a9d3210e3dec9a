//! What every definition keeps, and where credentials stand in a request.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::*;
use crate::egress::{HeaderMap, HeaderValue, Method, Redirects, Request, Url};
use crate::primitives::ConnectorId;

fn credentials(kind: &str, data: &Value) -> Credentials {
    let kind = Kinds::builtin().get(kind).unwrap();
    assert_eq!(Kinds::builtin().problems(&kind.kind, data), []);
    let parts = Parts::of(kind, data.as_object().unwrap().clone());
    Credentials {
        id: ConnectorId::generate(),
        kind,
        key_version: Some(1),
        allowed: allowed(kind, &parts.settings).unwrap(),
        settings: parts.settings,
        secrets: parts.secrets,
        access_token: None,
    }
}

fn request(url: &str) -> Request {
    Request {
        method: Method::GET,
        url: url.to_owned(),
        headers: HeaderMap::new(),
        body: "".into(),
        timeout: Duration::from_secs(1),
        max_response_bytes: 1,
        redirects: Redirects::Return,
    }
}

#[test]
fn every_definition_is_whole() {
    for kind in Kinds::builtin().all() {
        let name = &kind.kind;
        assert!(!kind.guide.is_empty(), "{name}");
        assert_eq!(kind.oauth.is_some(), kind.auth == Auth::Oauth2, "{name}");
        assert!(kind.secrets().count() > 0, "{name} has nothing to seal");
        assert_eq!(kind.data["additionalProperties"], false, "{name}");
        for (field, schema) in kind.data["properties"].as_object().unwrap() {
            assert!(schema["description"].is_string(), "{name} {field}");
            assert_eq!(schema["type"], "string", "{name} {field}");
            assert!(schema["maxLength"].is_u64(), "{name} {field} has no bound");
        }
        // What goes nowhere has no host to go to, and nobody to be tried on.
        let inbound = kind.place == Place::Nowhere;
        assert_eq!(kind.hosts.is_empty(), inbound, "{name}");
        if inbound {
            assert_eq!((kind.auth, &kind.probe), (Auth::SigningSecret, &None), "{name}");
            continue;
        }
        // The probe of a provider goes where its credentials may go.
        let probe = kind.probe.as_ref().unwrap_or_else(|| panic!("{name} cannot be tested"));
        if !probe.url.starts_with("{origin}") {
            let settings = Map::from_iter([("shop".to_owned(), json!("shop"))]);
            let url = Url::parse(&probe.url.replace("{shop}", "shop")).unwrap();
            let allowed = allowed(kind, &settings).unwrap();
            assert!(allowed.iter().any(|it| it.takes(&url)), "{name}: {url}");
        }
    }
}

#[test]
fn credentials_stand_where_the_type_puts_them() {
    let slack = credentials("slack", &json!({ "botToken": "xoxb-1234567890" }));
    let mut sent = request("https://slack.com/api/chat.postMessage");
    // What the author set in that place does not count.
    sent.headers.insert("authorization", HeaderValue::from_static("Bearer mine"));
    slack.put_into(&mut sent).unwrap();
    assert_eq!(sent.headers["authorization"], "Bearer xoxb-1234567890");
    assert_eq!(sent.headers.get_all("authorization").iter().count(), 1);

    let telegram = credentials("telegram", &json!({ "botToken": "12:ab-C" }));
    let mut sent = request("https://api.telegram.org/sendMessage?a=1");
    telegram.put_into(&mut sent).unwrap();
    assert_eq!(sent.url, "https://api.telegram.org/bot12:ab-C/sendMessage?a=1");

    let infura = credentials("infura", &json!({ "apiKey": "abc123" }));
    let mut sent = request("https://mainnet.infura.io/v3/");
    infura.put_into(&mut sent).unwrap();
    assert_eq!(sent.url, "https://mainnet.infura.io/v3/abc123");

    let etherscan = credentials("etherscan", &json!({ "apiKey": "KEY" }));
    let mut sent = request("https://api.etherscan.io/v2/api?apikey=theirs&chainid=1");
    etherscan.put_into(&mut sent).unwrap();
    assert_eq!(sent.url, "https://api.etherscan.io/v2/api?chainid=1&apikey=KEY");

    let data = json!({ "host": "a.example", "username": "ada", "password": "lovelace1815" });
    let basic = credentials("http-basic", &data);
    let mut sent = request("https://a.example/");
    basic.put_into(&mut sent).unwrap();
    assert_eq!(sent.headers["authorization"], "Basic YWRhOmxvdmVsYWNlMTgxNQ==");
    assert_eq!(basic.mask().text("YWRhOmxvdmVsYWNlMTgxNQ=="), "[masked]");

    let notion = credentials("notion", &json!({ "token": "ntn_123456" }));
    let mut sent = request("https://api.notion.com/v1/pages");
    notion.put_into(&mut sent).unwrap();
    assert_eq!(sent.headers["notion-version"], "2022-06-28");
}

#[test]
fn nothing_is_put_into_a_request_that_goes_elsewhere() {
    let slack = credentials("slack", &json!({ "botToken": "xoxb-1234567890" }));
    for url in ["https://evil.example/", "http://slack.com/", "https://slack.com.evil.example/"] {
        let mut sent = request(url);
        let withheld = slack.put_into(&mut sent).unwrap_err();
        assert!(matches!(withheld, Withheld::Host { .. }), "{url}");
        assert!(sent.headers.is_empty() && sent.url == url);
        assert!(!withheld.to_string().contains("xoxb"));
    }
}

#[test]
fn what_could_break_out_of_a_header_or_a_host_does_not_fit_the_schema() {
    for (kind, data) in [
        ("slack", json!({ "botToken": "xoxb-1\r\nX-Evil: 1" })),
        ("http-header", json!({ "host": "a.example", "headerName": "X: y", "value": "1" })),
        ("http-bearer", json!({ "host": "a.example/path", "token": "1" })),
        ("http-bearer", json!({ "host": "u@a.example", "token": "1" })),
        ("shopify", json!({ "shop": "a.evil.example/", "accessToken": "shpat_1" })),
        ("http-bearer", json!({ "host": "a.example", "token": "1", "more": "1" })),
    ] {
        let problems = Kinds::builtin().problems(kind, &data);
        assert!(!problems.is_empty(), "{kind} {data}");
    }
}
