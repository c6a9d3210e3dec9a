//! A real NATS server of the test's own, with JetStream on a disk of its own: `scripts/get-nats` fetches it.

use std::fmt::Write as _;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use async_nats::Client;
use async_nats::jetstream::consumer::AckPolicy;
use async_nats::jetstream::consumer::pull::Config;
use async_nats::jetstream::{self, Context};
use chainkeel::relay::Target;
use futures::StreamExt as _;
use tempfile::TempDir;

/// Where `scripts/get-nats` puts the server, and where packages of systems do.
const PLACES: [&str; 3] =
    ["target/tools/nats-server/nats-server", "/usr/sbin/nats-server", "/usr/bin/nats-server"];
/// How long it may take to begin, and to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// The stream of the tests.
pub(crate) const STREAM: &str = "ledger";

/// A message of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) sequence: i64,
    pub(crate) subject: String,
    /// `Nats-Msg-Id`.
    pub(crate) id: String,
    pub(crate) body: String,
}

/// Who reads from a server, wherever that is.
#[derive(Clone)]
pub(crate) struct Reader {
    url: String,
}

/// A server. It ends with its test.
pub(crate) struct Nats {
    reader: Reader,
    place: TempDir,
    port: u16,
    settings: String,
    child: Child,
}

impl Nats {
    /// A server that lets everybody in.
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// The same with more settings.
    pub(crate) fn with(settings: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let child = run(place.path(), None, settings);
        let port = port(place.path());
        let reader = Reader { url: format!("nats://127.0.0.1:{port}") };
        Self { reader, place, port, settings: settings.to_owned(), child }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        self.reader.url.clone()
    }

    /// Who reads from it, also while it is away.
    pub(crate) fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Its stream, which keeps everything.
    pub(crate) fn target(&self) -> Target {
        Target {
            servers: vec![self.url()],
            credentials: None,
            authority: None,
            stream: STREAM.to_owned(),
            replicas: 1,
            keep: Duration::ZERO,
            keep_bytes: 0,
        }
    }

    /// Ends it without a chance to write anything.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again where it was, with what is on its disk.
    pub(crate) fn start_again(&mut self) {
        self.child = run(self.place.path(), Some(self.port), &self.settings);
        assert_eq!(port(self.place.path()), self.port);
    }

    /// What is on its disk, while it does not run.
    pub(crate) fn store(&self) -> PathBuf {
        self.place.path().join("store")
    }
}

impl Deref for Nats {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Reader {
    /// A client of its own.
    pub(crate) async fn client(&self) -> Client {
        let begun = Instant::now();
        loop {
            match async_nats::connect(&self.url).await {
                Ok(client) => return client,
                Err(error) => assert!(begun.elapsed() < PATIENCE, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn context(&self) -> Context {
        jetstream::new(self.client().await)
    }

    /// The first and the last position of the stream, and how many messages it has; zeros where there is none.
    pub(crate) async fn standing(&self) -> (i64, i64, i64) {
        let context = self.context().await;
        let Ok(stream) = context.get_stream(STREAM).await else { return (0, 0, 0) };
        let state = &stream.cached_info().state;
        let [first, last, count] = [state.first_sequence, state.last_sequence, state.messages]
            .map(|it| i64::try_from(it).unwrap());
        (first, last, count)
    }

    /// Waits until the stream reaches this position.
    pub(crate) async fn until(&self, position: i64) {
        let begun = Instant::now();
        loop {
            let standing = self.standing().await;
            if standing.1 >= position {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{standing:?}, and not up to {position}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// All messages of the stream, as a consumer reads them whose place the server keeps.
    pub(crate) async fn told(&self, consumer: &str) -> Vec<Told> {
        let (_, _, wanted) = self.standing().await;
        let stream = self.context().await.get_stream(STREAM).await.unwrap();
        let config = Config {
            durable_name: Some(consumer.to_owned()),
            ack_policy: AckPolicy::Explicit,
            ..Config::default()
        };
        let consumer = stream.get_or_create_consumer(consumer, config).await.unwrap();
        let mut told = Vec::new();
        while i64::try_from(told.len()).unwrap() < wanted {
            let batch = consumer.fetch().max_messages(500).messages().await.unwrap();
            let mut batch = std::pin::pin!(batch);
            while let Some(message) = batch.next().await {
                let message = message.unwrap();
                let sequence = message.info().unwrap().stream_sequence;
                let headers = message.headers.clone().unwrap();
                told.push(Told {
                    sequence: i64::try_from(sequence).unwrap(),
                    subject: message.subject.to_string(),
                    id: headers.get("Nats-Msg-Id").unwrap().to_string(),
                    body: String::from_utf8(message.payload.to_vec()).unwrap(),
                });
                message.ack().await.unwrap();
            }
        }
        told
    }
}

#[expect(clippy::disallowed_methods, reason = "whoever has a server of their own names it so")]
fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("NATS_SERVER") {
        return named.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = PLACES.into_iter().map(|place| root.join(place)).find(|place| place.exists());
    found.expect("nats-server is not there: run scripts/get-nats, or name one in NATS_SERVER")
}

fn run(place: &Path, port: Option<u16>, settings: &str) -> Child {
    let ports = place.join("ports");
    // What a former server said there counts no more.
    let _ = fs::remove_dir_all(&ports);
    fs::create_dir(&ports).unwrap();
    let listen = port.map_or(-1, i32::from);
    let mut text = format!("listen: \"127.0.0.1:{listen}\"\n");
    let store = place.join("store");
    writeln!(text, "jetstream {{ store_dir: \"{}\" }}", store.display()).unwrap();
    writeln!(text, "ports_file_dir: \"{}\"\n{settings}", ports.display()).unwrap();
    let file = place.join("nats.conf");
    fs::write(&file, text).unwrap();
    // It goes also when the test is killed.
    Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "--"])
        .arg(program())
        .arg("--config")
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nats-server starts")
}

/// The port that a server says it listens on.
fn port(place: &Path) -> u16 {
    let begun = Instant::now();
    loop {
        for entry in fs::read_dir(place.join("ports")).unwrap() {
            // It may be half written.
            let text = fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
            let said: Option<serde_json::Value> = serde_json::from_str(&text).ok();
            let url = said.and_then(|said| said["nats"][0].as_str().map(str::to_owned));
            if let Some(port) = url.and_then(|url| url.rsplit(':').next()?.parse().ok()) {
                return port;
            }
        }
        assert!(begun.elapsed() < PATIENCE, "nats-server does not say where it listens");
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        // It may have been killed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
