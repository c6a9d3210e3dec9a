//! Time and size.

use std::io::Read as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::middleware::Compress;
use actix_web::web;
use chainkeel::egress::{Error, HeaderValue};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use super::request::get;
use crate::support::peer::{Peer, door, raw, write};

const SHORT: Duration = Duration::from_millis(300);

#[actix_web::test]
async fn a_peer_that_never_answers_times_out_with_an_unknown_outcome() {
    let address = raw(|stream| async move {
        tokio::time::sleep(Duration::from_mins(1)).await;
        drop(stream);
    })
    .await;
    let mut request = get(format!("http://{address}/secret?token=1"));
    request.timeout = SHORT;
    let started = Instant::now();
    let error = door(&[address.to_string()]).send(request).await.unwrap_err();
    assert!(started.elapsed() < SHORT * 10);
    assert_eq!(error.code(), "timeout");
    assert!(error.is_transient() && error.outcome_unknown());
    assert_eq!(error.to_string(), format!("{address} did not answer within 300 ms"));
}

#[actix_web::test]
async fn a_body_that_drips_times_out() {
    let address = raw(|mut stream| async move {
        write(&mut stream, b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await;
        while write(&mut stream, b"x").await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let mut request = get(format!("http://{address}/"));
    request.timeout = SHORT;
    let error = door(&[address.to_string()]).send(request).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
}

#[actix_web::test]
async fn an_endless_body_is_cut_at_its_bound() {
    let address = raw(|mut stream| async move {
        write(&mut stream, b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").await;
        while write(&mut stream, &[b'x'; 8192]).await {}
    })
    .await;
    let request = get(format!("http://{address}/"));
    let error = door(&[address.to_string()]).send(request).await.unwrap_err();
    assert_eq!(error.code(), "response_too_large");
    assert!(error.to_string().contains("65536 bytes"), "{error}");
}

#[actix_web::test]
async fn a_body_that_is_announced_too_large_is_not_read() {
    let server = Peer::start(|config| {
        config.default_service(web::to(|| async { vec![0_u8; 70_000] }));
    });
    let error = door(&[server.opening()]).send(get(server.url("/"))).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { limit: 65_536, .. }), "{error}");
}

#[actix_web::test]
async fn a_compressed_bomb_stays_compressed() {
    let server = Peer::start(|config| {
        let zeros = || async { "0".repeat(4 * 1024 * 1024) };
        config.service(web::resource("/").wrap(Compress::default()).to(zeros));
    });
    let mut request = get(server.url("/"));
    request.headers.insert("accept-encoding", HeaderValue::from_static("gzip"));
    let response = door(&[server.opening()]).send(request).await.unwrap();
    assert_eq!(response.headers["content-encoding"], "gzip");
    assert!(response.body.len() < 64 * 1024 && response.body.starts_with(&[0x1f, 0x8b]));
}

#[actix_web::test]
async fn a_connection_that_breaks_after_the_request_leaves_the_outcome_unknown() {
    for said in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"] {
        let address = raw(move |mut stream| async move {
            write(&mut stream, said.as_bytes()).await;
        })
        .await;
        let request = get(format!("http://{address}/"));
        let error = door(&[address.to_string()]).send(request).await.unwrap_err();
        assert_eq!(error.code(), "connection_lost", "{error}");
        assert!(error.is_transient() && error.outcome_unknown());
    }
}

#[actix_web::test]
async fn headers_of_the_transport_are_not_the_authors_to_set() {
    let door = door(&["127.0.0.1".into()]);
    for name in ["host", "content-length", "transfer-encoding", "connection", "upgrade"] {
        let mut request = get("http://127.0.0.1/");
        request.headers.insert(name, HeaderValue::from_static("x"));
        let error = door.send(request).await.unwrap_err();
        assert_eq!(error.code(), "invalid_request");
        assert!(error.to_string().contains(name));
    }
}

#[actix_web::test]
async fn a_certificate_that_nobody_vouches_for_is_not_trusted() {
    let address = untrusted();
    let error = door(&[address.to_string()]).send(get(format!("https://{address}/"))).await;
    let error = error.unwrap_err();
    assert_eq!(error.code(), "tls_failed", "{error}");
    assert!(!error.is_transient() && !error.outcome_unknown());
}

/// A TLS server for one connection, whose certificate it signed itself.
fn untrusted() -> std::net::SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from(&include_bytes!("fixtures/untrusted.cert.der")[..]);
    let key = PrivatePkcs8KeyDer::from(&include_bytes!("fixtures/untrusted.key.der")[..]);
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let session = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = rustls::StreamOwned::new(session, stream);
        // The handshake fails at the client's word, which is what the test looks at.
        let _ = stream.read(&mut [0; 1]);
    });
    address
}
