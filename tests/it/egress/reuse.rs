//! Connections are kept and used again, through every kind of opening.

use actix_web::web;
use futures::future::join_all;

use super::request::get;
use crate::support::peer::{Peer, door};

#[actix_web::test]
async fn one_connection_serves_many_requests_in_turn() {
    for opening in [None, Some("127.0.0.1")] {
        let server = Peer::start(|config| {
            config.default_service(web::to(|| async { "hello" }));
        });
        let door = door(&[opening.map_or_else(|| server.opening(), str::to_owned)]);
        for host in ["127.0.0.1", "localhost"] {
            let before = server.connections();
            for _ in 0..100 {
                let url = format!("http://{host}:{}/", server.address.port());
                assert_eq!(door.clone().send(get(url)).await.unwrap().body, "hello");
            }
            assert_eq!(server.connections() - before, 1, "{host} through {opening:?}");
        }
    }
}

#[actix_web::test]
async fn requests_at_the_same_time_share_as_many_connections_as_they_need() {
    let server = Peer::start(|config| {
        config.default_service(web::to(|| async { "hello" }));
    });
    let door = door(&[server.opening()]);
    for _ in 0..10 {
        let all = join_all((0..20).map(|_| door.send(get(server.url("/"))))).await;
        assert!(all.iter().all(Result::is_ok));
    }
    assert!(server.connections() <= 20, "{} connections", server.connections());
}
