//! Redirects, hop by hop.

use actix_web::http::header::{HeaderName, LOCATION};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chainkeel::egress::{Error, HeaderValue, Method, Redirects};

use super::request::get;
use crate::support::peer::{Peer, door};

/// `/to?<url>` redirects there, `/around` to itself, `/steps/<n>` n times; all else tells the
/// names of the headers that came.
fn hops(config: &mut ServiceConfig) {
    let to = |request: HttpRequest| async move { found(request.query_string()) };
    let around = || async { found("/around") };
    let steps = |left: web::Path<u32>| async move {
        match left.into_inner() {
            0 => HttpResponse::Ok().body("arrived"),
            left => found(&format!("/steps/{}", left - 1)),
        }
    };
    config
        .route("/to", web::to(to))
        .route("/around", web::to(around))
        .route("/steps/{left}", web::to(steps))
        .default_service(web::to(tell));
}

fn found(location: &str) -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, location)).finish()
}

async fn tell(request: HttpRequest) -> String {
    let mut names: Vec<_> = request.headers().keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    format!("{} {}", request.method(), names.join(" "))
}

#[actix_web::test]
async fn three_hops_are_followed_and_a_fourth_is_not() {
    let server = Peer::start(hops);
    let door = door(&[server.opening()]);
    let response = door.send(get(server.url("/steps/3"))).await.unwrap();
    assert_eq!(response.body, "arrived");
    for path in ["/steps/4", "/around"] {
        let error = door.send(get(server.url(path))).await.unwrap_err();
        assert_eq!(error.code(), "too_many_redirects");
        assert!(!error.is_transient());
    }
}

#[actix_web::test]
async fn a_redirect_to_an_internal_address_is_refused() {
    let (open, internal) = (Peer::start(hops), Peer::start(hops));
    let door = door(&[open.opening()]);
    for target in [
        internal.url("/"),
        format!("http://localhost:{}/", internal.address.port()),
        "http://169.254.169.254/latest/meta-data/".into(),
        "http://[::ffff:169.254.169.254]/".into(),
        "file:///etc/passwd".into(),
    ] {
        let error = door.send(get(open.url(&format!("/to?{target}")))).await.unwrap_err();
        assert!(matches!(error, Error::Refused(_)), "{target}: {error}");
    }
    assert_eq!(internal.connections(), 0);
}

#[actix_web::test]
async fn credentials_and_keys_stay_behind_when_the_host_changes() {
    let (one, other) = (Peer::start(hops), Peer::start(hops));
    let door = door(&[one.opening(), other.opening()]);
    let asked = |target: String| {
        let mut request = get(one.url(&format!("/to?{target}")));
        for name in ["authorization", "cookie", "x-api-key", "idempotency-key", "accept-language"] {
            request.headers.insert(name, HeaderValue::from_static("x"));
        }
        door.send(request)
    };
    let same = asked(one.url("/")).await.unwrap();
    let everything = "GET accept accept-language authorization cookie host idempotency-key \
                      user-agent x-api-key";
    assert_eq!(same.body, everything);
    let elsewhere = asked(other.url("/")).await.unwrap();
    assert_eq!(elsewhere.body, "GET accept accept-language host user-agent");
    let renamed = asked(format!("http://localhost:{}/", one.address.port())).await.unwrap();
    assert_eq!(renamed.body, "GET accept accept-language host user-agent");
}

#[actix_web::test]
async fn a_redirect_can_be_the_response() {
    let server = Peer::start(hops);
    let mut request = get(server.url("/around"));
    request.redirects = Redirects::Return;
    let response = door(&[server.opening()]).send(request).await.unwrap();
    assert_eq!(response.status.as_u16(), 302);
}

#[actix_web::test]
async fn a_post_that_is_found_elsewhere_becomes_a_get_without_its_body() {
    let server = Peer::start(hops);
    let mut request = get(server.url(&format!("/to?{}", server.url("/"))));
    request.method = Method::POST;
    request.body = "body".into();
    let response = door(&[server.opening()]).send(request).await.unwrap();
    assert_eq!(response.body, "GET accept host user-agent");
}
