//! Given a URL, an address or an answer, where may a request go?

use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use url::Url;

use super::guard::Guard;
use super::redirect::Hop;
use super::{Error, Opening, Refusal};

fn guard(openings: &[&str]) -> Guard {
    let openings: Vec<Opening> = openings.iter().map(|text| text.parse().unwrap()).collect();
    Guard::new(&openings)
}

fn check(openings: &[&str], url: &str) -> Result<u16, Refusal> {
    guard(openings).check(&Url::parse(url).unwrap())
}

#[test]
fn every_address_that_is_not_public_is_refused_however_it_is_written() {
    for url in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://0/",
        "http://0.0.0.0:8080/",
        "http://%31%32%37.0.0.1/",
        "http://１２７.０.０.１/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
        "http:127.0.0.1/",
        "http:\\\\127.0.0.1\\",
        "http://10.1.2.3/",
        "http://100.64.0.1/",
        "http://100.100.100.200/latest/meta-data/",
        "http://168.63.129.16/metadata",
        "http://169.254.169.254/latest/meta-data/",
        "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.0.0.192/opc/v2/",
        "http://192.0.2.1/",
        "http://192.88.99.1/",
        "http://192.168.1.1/",
        "http://198.18.0.1/",
        "http://198.51.100.1/",
        "http://203.0.113.1/",
        "http://224.0.0.1/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://[::]/",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::ffff:8.8.8.8]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::127.0.0.1]/",
        "http://[64:ff9b:1::a00:1]/",
        "http://[100::1]/",
        "http://[2001::7f00:1]/",
        "http://[2001:db8::1]/",
        "http://[2002:7f00:1::]/",
        "http://[3fff::1]/",
        "http://[5f00::1]/",
        "http://[fc00::1]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[ff02::1]/",
    ] {
        assert!(matches!(check(&[], url), Err(Refusal::Address(_))), "{url} passes");
    }
}

#[test]
fn public_addresses_and_names_pass_the_first_look() {
    for url in [
        "http://1.1.1.1/",
        "https://8.8.8.8:8443/x",
        "http://100.128.0.1/",
        "http://172.32.0.1/",
        "http://192.0.1.1/",
        "https://[2606:4700:4700::1111]/",
        "https://[2001:4860:4860::8888]/",
        "https://example.com/",
        "http://localhost/", // judged when it is resolved
    ] {
        assert!(check(&[], url).is_ok(), "{url} is refused");
    }
}

#[test]
fn only_http_without_credentials_in_the_url_passes() {
    for url in ["ftp://example.com/", "file:///etc/passwd", "gopher://x/", "data:text/plain,x"] {
        assert!(matches!(check(&["0.0.0.0/0"], url), Err(Refusal::Scheme(_))), "{url} passes");
    }
    for url in ["http://user@example.com/", "http://:secret@example.com/", "http://a:b@1.1.1.1/"] {
        assert_eq!(check(&[], url), Err(Refusal::Userinfo), "{url} passes");
    }
}

#[test]
fn an_opening_opens_its_network_and_port_and_nothing_else() {
    let openings = ["127.0.0.1:8080", "10.1.0.0/16", "[fd00::/8]:9000"];
    for url in ["http://127.0.0.1:8080/", "http://10.1.200.3:99/", "http://[fd12::1]:9000/"] {
        assert!(check(&openings, url).is_ok(), "{url} is refused");
    }
    for url in [
        "http://127.0.0.1/",
        "http://127.0.0.2:8080/",
        "http://10.2.0.1/",
        "http://[fd12::1]:9001/",
        "http://[::ffff:127.0.0.1]:8080/",
    ] {
        assert!(check(&openings, url).is_err(), "{url} passes");
    }
}

#[test]
fn an_opening_is_printed_as_it_is_read() {
    for text in ["10.0.0.0/8", "10.0.0.0/8:80", "fd00::/8", "[fd00::/8]:80", "127.0.0.1/32:8080"] {
        assert_eq!(text.parse::<Opening>().unwrap().to_string(), text);
    }
    assert_eq!("::1".parse::<Opening>().unwrap().to_string(), "::1/128");
}

#[test]
fn an_opening_that_says_something_else_than_it_seems_is_refused_with_the_cure() {
    let error = "10.1.2.3/8".parse::<Opening>().unwrap_err().to_string();
    assert!(error.contains("write 10.0.0.0/8"), "{error}");
    for text in ["", "localhost", "10.0.0.0/33", "10.0.0.1:0", "10.0.0.1:x", "[::1", "[::1]80"] {
        assert!(text.parse::<Opening>().is_err(), "{text} is read");
    }
}

fn hop(method: Method, url: &str) -> Hop {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("authorization", "Bearer secret"),
        ("cookie", "session=1"),
        ("x-api-key", "secret"),
        ("idempotency-key", "run:node:1"),
        ("content-type", "text/plain"),
        ("accept", "text/plain"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Hop { method, url: Url::parse(url).unwrap(), headers, body: "body".into() }
}

fn names(headers: &HeaderMap) -> Vec<&str> {
    let mut names: Vec<_> = headers.keys().map(header::HeaderName::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_redirect_within_the_origin_carries_everything() {
    let before = hop(Method::PUT, "https://a.example/x");
    let after = before.clone().next(StatusCode::PERMANENT_REDIRECT, "/y?z=1").unwrap();
    assert_eq!(after.url.as_str(), "https://a.example/y?z=1");
    assert_eq!((after.method, after.body), (Method::PUT, before.body));
    assert_eq!(after.headers, before.headers);
}

#[test]
fn a_redirect_to_another_host_leaves_credentials_and_keys_behind() {
    for location in ["https://b.example/", "//b.example/", "https://a.example:8443/"] {
        let after = hop(Method::GET, "https://a.example/").next(StatusCode::FOUND, location);
        assert_eq!(names(&after.unwrap().headers), ["accept", "content-type"], "{location}");
    }
}

#[test]
fn the_move_of_a_host_from_http_to_https_carries_everything() {
    let before = hop(Method::POST, "http://a.example/");
    let after = before.clone().next(StatusCode::PERMANENT_REDIRECT, "https://a.example/").unwrap();
    assert_eq!(after.headers, before.headers);
}

#[test]
fn see_other_asks_with_get_and_without_a_body() {
    let after = hop(Method::POST, "https://a.example/").next(StatusCode::SEE_OTHER, "/done");
    let after = after.unwrap();
    assert_eq!(after.method, Method::GET);
    assert!(after.body.is_empty() && !after.headers.contains_key("content-type"));
}

#[test]
fn a_request_that_changes_things_follows_no_redirect_to_another_host() {
    let after = hop(Method::POST, "https://a.example/")
        .next(StatusCode::TEMPORARY_REDIRECT, "https://b.example/");
    assert!(matches!(after, Err(Error::Redirect { .. })), "{after:?}");
}

#[test]
fn no_redirect_leads_from_https_to_http() {
    let after = hop(Method::GET, "https://a.example/").next(StatusCode::FOUND, "http://a.example/");
    assert!(matches!(after, Err(Error::Redirect { .. })), "{after:?}");
}
