//! Where requests get to, and where they do not.

use std::process::Command;

use actix_web::web::{self, ServiceConfig};
use chainkeel::egress::{Egress, Error};

use super::request::get;
use crate::support::peer::{Peer, door};

fn hello(config: &mut ServiceConfig) {
    config.default_service(web::to(|| async { "hello" }));
}

async fn reads(door: &Egress, url: &str) -> Result<String, Error> {
    let response = door.send(get(url)).await?;
    Ok(String::from_utf8(response.body.to_vec()).unwrap())
}

#[actix_web::test]
async fn no_disguise_of_this_machine_is_connected_to() {
    let (server, door) = (Peer::start(hello), door(&[]));
    let port = server.address.port();
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.0.1.",
        "2130706433",
        "0x7f.1",
        "0177.1",
        "0",
        "0.0.0.0",
        "１２７.０.０.１",
        "127。0。0。1",
        "%31%32%37.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "localhost",
        "LOCALHOST",
        "ｌｏｃａｌｈｏｓｔ",
    ] {
        let outcome = reads(&door, &format!("http://{host}:{port}/")).await;
        let error = outcome.expect_err(host);
        assert!(matches!(error, Error::Refused(_)), "{host}: {error}");
        assert!(!error.is_transient() && !error.outcome_unknown(), "{host}");
    }
    assert_eq!(server.connections(), 0);
}

#[actix_web::test]
async fn a_name_that_resolves_to_this_machine_is_refused_whatever_the_name() {
    let (server, door) = (Peer::start(hello), door(&[]));
    let name = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    for host in ["localhost.", name.trim()].iter().filter(|host| !host.is_empty()) {
        let error = reads(&door, &format!("http://{host}:{}/", server.address.port())).await;
        let error = error.expect_err(host);
        // Some machines do not know their own name.
        assert!(matches!(error, Error::Refused(_) | Error::Lookup { .. }), "{host}: {error}");
    }
    assert_eq!(server.connections(), 0);
}

#[actix_web::test]
async fn an_opening_leads_to_one_server_and_not_to_its_neighbour() {
    let (open, closed) = (Peer::start(hello), Peer::start(hello));
    let door = door(&[open.opening()]);
    assert_eq!(reads(&door, &open.url("/")).await.unwrap(), "hello");
    let named = format!("http://localhost:{}/", open.address.port());
    assert_eq!(reads(&door, &named).await.unwrap(), "hello");
    assert!(matches!(reads(&door, &closed.url("/")).await, Err(Error::Refused(_))));
    let named = format!("http://localhost:{}/", closed.address.port());
    assert!(matches!(reads(&door, &named).await, Err(Error::Refused(_))));
    assert_eq!(closed.connections(), 0);
}

#[actix_web::test]
async fn an_opening_without_a_port_leads_to_every_port_of_its_network() {
    let (one, other) = (Peer::start(hello), Peer::start(hello));
    let door = door(&["127.0.0.0/8".into()]);
    for server in [one, other] {
        let named = format!("http://localhost:{}/", server.address.port());
        assert_eq!(reads(&door, &named).await.unwrap(), "hello");
        assert_eq!(reads(&door, &server.url("/")).await.unwrap(), "hello");
    }
}

#[actix_web::test]
async fn a_closed_port_is_a_known_outcome_that_may_change() {
    let address = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap()
    };
    let error = reads(&door(&[address.to_string()]), &format!("http://{address}/")).await;
    let error = error.unwrap_err();
    assert_eq!(error.code(), "connection_failed");
    assert!(error.is_transient() && !error.outcome_unknown());
}

#[test]
fn a_proxy_in_the_environment_is_ignored() {
    let outcome = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "egress::destinations::in_an_environment_with_a_proxy"])
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("http_proxy", "http://127.0.0.1:9")
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&outcome.stdout);
    assert!(outcome.status.success() && text.contains("1 passed"), "{text}");
}

#[actix_web::test]
#[ignore = "run by a_proxy_in_the_environment_is_ignored, which sets the environment"]
async fn in_an_environment_with_a_proxy() {
    let server = Peer::start(hello);
    assert_eq!(reads(&door(&[server.opening()]), &server.url("/")).await.unwrap(), "hello");
}
