//! The real `chainkeel gateway` as a child process: it is told of NATS and of keys, and of no database.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chainkeel::access::token::{SigningKey, StreamClaims};
use chainkeel::primitives::{Clock as _, OrganizationId, SystemClock};
use ring::rand::SystemRandom;
use serde_json::json;

use super::TestApp;
use super::client::Client;
use super::nats::STREAM;

/// How long it may take to serve.
const PATIENCE: Duration = Duration::from_secs(20);

/// A gateway. It ends with its test.
pub(crate) struct Gateway {
    nats: String,
    keys: String,
    address: SocketAddr,
    child: Child,
}

impl Gateway {
    /// A gateway to this NATS, for whoever has a token of this application.
    pub(crate) async fn of(app: &TestApp, nats: &str) -> Self {
        let (url, _) = app.client.credentials();
        // The first key is made by the first token.
        token(&app.client).await;
        Self::start(nats, &format!("{url}/.well-known/jwks.json")).await
    }

    /// A gateway to this NATS, for whoever has a token that one of these keys signed.
    pub(crate) async fn start(nats: &str, keys: &str) -> Self {
        let (child, address) = run(nats, keys, "127.0.0.1:0");
        let gateway = Self { nats: nats.to_owned(), keys: keys.to_owned(), address, child };
        gateway.is_ready().await;
        gateway
    }

    /// Somebody who shows this token.
    pub(crate) fn client(&self, token: &str) -> Client {
        Client::new(self.address, Some(token))
    }

    /// Somebody who shows nothing.
    pub(crate) fn stranger(&self) -> Client {
        Client::new(self.address, None)
    }

    /// Ends it without a chance to say anything.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again where it was.
    pub(crate) fn start_again(&mut self) {
        (self.child, _) = run(&self.nats, &self.keys, &self.address.to_string());
    }

    /// Tells it to end, and waits until it has; whether it ended well.
    pub(crate) fn stop(&mut self) -> bool {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().success()
    }

    async fn is_ready(&self) {
        let begun = Instant::now();
        loop {
            let ready = self.stranger().get("/readyz").await;
            if ready.status == 200 {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{}", ready.text());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have been killed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(nats: &str, keys: &str, listen: &str) -> (Child, SocketAddr) {
    // It goes also when the test is killed.
    let mut child = Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "--"])
        .args([env!("CARGO_BIN_EXE_chainkeel"), "gateway"])
        .env_clear()
        .env("CHAINKEEL_LISTEN", listen)
        .env("CHAINKEEL_LOG_FILTER", "error")
        .env("CHAINKEEL_RELAY_URL", nats)
        .env("CHAINKEEL_RELAY_STREAM", STREAM)
        .env("CHAINKEEL_GATEWAY_KEYS", keys)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines.find_map(|line| Some(line.ok()?.split_once("http://")?.1.trim().to_owned()));
    (child, said.expect("the gateway says where it listens").parse().unwrap())
}

/// A token for streams, for whoever this client is.
pub(crate) async fn token(client: &Client) -> String {
    let given = client.post("/v1/auth/stream-tokens", &json!({})).await.data();
    given["token"].as_str().unwrap().to_owned()
}

/// A key of the test's own, and the file in which gateways find it.
pub(crate) struct Issuer {
    key: SigningKey,
    pub(crate) file: String,
}

impl Issuer {
    /// A key whose public half stands in this directory.
    pub(crate) fn new(place: &Path) -> Self {
        let (private, public) = SigningKey::generate(&SystemRandom::new()).unwrap();
        let file = place.join("jwks.json");
        let set = json!({"keys": [{"kty": "EC", "crv": "P-256", "x": public.x, "y": public.y}]});
        std::fs::write(&file, set.to_string()).unwrap();
        let key = SigningKey::kept(public.kid(), &private).unwrap();
        Self { key, file: file.display().to_string() }
    }

    /// A token of somebody who sees everything, which was issued so long ago.
    pub(crate) fn token(&self, organization: OrganizationId, ago: time::Duration) -> String {
        let (issued, name) = (SystemClock.now() - ago, "token".to_owned());
        self.key.sign(&StreamClaims::new("admin".to_owned(), organization, true, name, issued))
    }
}
