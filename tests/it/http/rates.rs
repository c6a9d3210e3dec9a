//! Too many requests, from one address and with one key; and requests that are bombs.

use std::time::{Duration, Instant};

use chainkeel::http::rates::Config;

use crate::support::client::{Client, Response};
use crate::support::{app, app_with_limits};

/// No limit at all; each test sets its own.
fn unlimited() -> Config {
    Config { per_address: 0, per_stranger: 0, per_key: 0, per_organization: 0, ..Config::default() }
}

/// Sends until one is refused; that one, and how many were taken before it.
async fn until_refused(send: impl AsyncFn() -> Response) -> (Response, usize) {
    for taken in 0..2_000 {
        let answer = send().await;
        if answer.status == 429 {
            return (answer, taken);
        }
    }
    panic!("nothing is ever refused");
}

fn number(response: &Response, header: &str) -> u64 {
    response.header(header).unwrap_or_else(|| panic!("no {header}")).parse().unwrap()
}

#[actix_web::test]
async fn who_sends_too_much_is_told_when_to_come_again() {
    let app = app_with_limits(Config { per_key: 5, ..unlimited() }).await;
    let other = app.founded("Other").await;
    let first = app.client.get("/v1/workflows").await;
    assert_eq!((first.status, number(&first, "ratelimit-limit")), (200, 10));
    assert!(number(&first, "ratelimit-remaining") < 10 && number(&first, "ratelimit-reset") <= 2);
    // A refusal of the handler tells it, too.
    assert_eq!(number(&app.client.get("/v1/runs/run_1").await, "ratelimit-limit"), 10);

    let (refused, taken) = until_refused(async || app.client.get("/v1/workflows").await).await;
    assert!(taken >= 5, "{taken}");
    assert_eq!(
        (refused.code().as_str(), number(&refused, "ratelimit-remaining")),
        ("rate-limited", 0)
    );
    assert!((1..=2).contains(&number(&refused, "retry-after")));
    let other = app.client.within(&other);
    assert_eq!(other.get("/v1/workflows").await.status, 200, "others are not held up");
    tokio::time::sleep(Duration::from_secs(number(&refused, "retry-after"))).await;
    assert_eq!(app.client.get("/v1/workflows").await.status, 200);
}

#[actix_web::test]
async fn who_names_nobody_is_counted_by_address() {
    let app = app_with_limits(Config { per_stranger: 20, ..unlimited() }).await;
    let stranger = app.client.stranger();
    let (refused, _) = until_refused(async || stranger.get("/v1/workflows").await).await;
    assert_eq!(refused.code(), "rate-limited");
    // The public routes are of the same bucket, whoever asks.
    let (refused, _) = until_refused(async || app.client.get("/healthz").await).await;
    assert_eq!(number(&refused, "ratelimit-limit"), 40);
    // An address in a header is no other address.
    let forged = async |client: &Client| {
        client.request("GET", "/healthz").header("X-Forwarded-For", "198.51.100.7").send().await
    };
    until_refused(async || forged(&stranger).await).await;
    assert_eq!(app.client.get("/v1/workflows").await.status, 200, "whoever has a key is heard");
}

#[actix_web::test]
async fn a_trusted_proxy_speaks_for_its_clients() {
    let trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let app = app_with_limits(Config { per_stranger: 20, trusted_proxies, ..unlimited() }).await;
    let from = async |address: &str| {
        let request = app.client.stranger().request("GET", "/healthz");
        request.header("X-Forwarded-For", address).send().await
    };
    until_refused(async || from("198.51.100.7").await).await;
    assert_eq!(from("198.51.100.8").await.status, 200);
    until_refused(async || from("2001:db8::1").await).await;
    assert_eq!(from("2001:db8:0:1::1").await.status, 200, "another /64");
}

#[actix_web::test]
async fn bombs_do_not_go_off() {
    let app = app().await;
    let chunked = |size: usize| format!("{size:x}\r\n{}\r\n0\r\n\r\n", " ".repeat(size));
    let bodies: Vec<(&str, String, &[u16])> = vec![
        ("deep", "[".repeat(1_000_000), &[400]),
        ("deep objects", r#"{"a":"#.repeat(200_000), &[400]),
        (
            "wide",
            format!(r#"{{"name":"x","definition":[{}0]}}"#, "0,".repeat(500_000)),
            &[400, 422],
        ),
        (
            "many nodes",
            format!(r#"{{"name":"x","definition":{{"nodes":{{{}}}}}}}"#, nodes(12_000)),
            &[201],
        ),
        ("a field 50,000 times", format!("{{{}\"a\":1}}", r#""name":"x","#.repeat(50_000)), &[400]),
        (
            "a long number",
            format!(r#"{{"name":"x","definition":{{"n":{}}}}}"#, "9".repeat(1_000_000)),
            &[400, 422],
        ),
        (
            "a number beyond all bounds",
            r#"{"name":"x","definition":{"n":1e999999}}"#.to_owned(),
            &[400, 422],
        ),
        ("a long key", format!(r#"{{"{}":1}}"#, "k".repeat(1_000_000)), &[400, 422]),
        ("too large", format!(r#"{{"name":"{}"}}"#, "x".repeat(2_000_000)), &[413]),
    ];
    for (what, body, statuses) in bodies {
        let begun = Instant::now();
        let request = app.client.request("POST", "/v1/workflows");
        let answer = request.header("Content-Type", "application/json").bytes(body).send().await;
        assert!(
            statuses.contains(&answer.status),
            "{what}: {} {:.200}",
            answer.status,
            answer.text()
        );
        assert!(answer.body.len() < 1_500_000, "{what}: an answer of {} bytes", answer.body.len());
        assert!(begun.elapsed() < Duration::from_secs(10), "{what} took {:?}", begun.elapsed());
    }
    // Nothing is unpacked, so nothing unpacks to more than it is.
    let url = format!("/v1/webhooks/{}", "a".repeat(52));
    for (path, client) in [("/v1/workflows", app.client.clone()), (&url, app.client.stranger())] {
        for encoding in ["gzip", "deflate", "br", "zstd", "identity, gzip"] {
            let request = client.request("POST", path).header("Content-Encoding", encoding);
            let answer =
                request.header("Content-Type", "application/json").bytes("{}").send().await;
            assert!([404, 415].contains(&answer.status), "{path} {encoding}: {}", answer.status);
        }
        let request = client.request("POST", path).header("Transfer-Encoding", "chunked");
        let request = request.header("Content-Type", "application/json");
        let answer = request.bytes(chunked(2_000_000)).send().await;
        assert!([404, 413].contains(&answer.status), "{path} in chunks: {}", answer.status);
    }
    assert_eq!(app.client.get("/v1/workflows").await.status, 200);
}

fn nodes(count: usize) -> String {
    let nodes: Vec<_> = (0..count)
        .map(|number| format!(r#""n{number}":{{"type":"log","payload":{{"message":"x"}}}}"#))
        .collect();
    nodes.join(",")
}
