//! The connection is lost after the server has committed and before it could say so: the outcome is
//! unknown, and the events must be recorded exactly once all the same.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chainkeel::journal::{Bells, Config, Error, Journal, Outcome, pool};
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener, UnixStream};

use super::ledger::{Ledger, append, run};

/// Stands between a client and the server, and swallows answers when told to.
struct Thief {
    directory: tempfile::TempDir,
    /// How many of the next answers are swallowed, with their connections.
    appetite: Arc<AtomicU32>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Thief {
    fn drop(&mut self) {
        self.task.abort();
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

async fn connect(server: &PgConnectOptions) -> Box<dyn Stream> {
    let port = server.get_port();
    let socket: Option<PathBuf> = server.get_socket().cloned();
    let directory = socket
        .or_else(|| server.get_host().starts_with('/').then(|| PathBuf::from(server.get_host())));
    match directory {
        Some(directory) => {
            let socket = directory.join(format!(".s.PGSQL.{port}"));
            Box::new(UnixStream::connect(socket).await.unwrap())
        }
        None => Box::new(TcpStream::connect((server.get_host(), port)).await.unwrap()),
    }
}

impl Thief {
    fn lurk(server: &PgConnectOptions) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join(format!(".s.PGSQL.{}", server.get_port()));
        let listener = UnixListener::bind(socket).unwrap();
        let appetite = Arc::new(AtomicU32::new(0));
        let (hunger, server) = (Arc::clone(&appetite), server.clone());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, connect(&server).await, Arc::clone(&hunger)));
            }
        });
        Self { directory, appetite, task }
    }

    /// The way to the server through the thief.
    fn options(&self, server: &PgConnectOptions) -> PgConnectOptions {
        server.clone().socket(self.directory.path())
    }

    fn steal(&self, answers: u32) {
        self.appetite.store(answers, Ordering::SeqCst);
    }

    fn stolen_all(&self) -> bool {
        self.appetite.load(Ordering::SeqCst) == 0
    }
}

async fn carry(mut client: UnixStream, mut server: Box<dyn Stream>, appetite: Arc<AtomicU32>) {
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            question = client.read(&mut asked) => match question {
                Ok(length) if length > 0 => server.write_all(&asked[..length]).await.unwrap(),
                _ => return,
            },
            // The server sends nothing before it is done: in autocommit, before it has committed.
            answer = server.read(&mut answered) => match answer {
                Ok(length) if length > 0 => {
                    let hungry = appetite
                        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
                    if hungry.is_ok() || client.write_all(&answered[..length]).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
        }
    }
}

/// A journal whose lanes speak through the thief, warmed up so that the next answer is an append's.
async fn through_the_thief(ledger: &mut Ledger, config: Config) -> (Thief, Journal) {
    let server = ledger.database.options();
    let thief = Thief::lurk(&server);
    let pool = pool::serving(&thief.options(&server), 4);
    let (journal, lanes) = Journal::open(pool, &Bells::default(), config);
    for lane in lanes {
        ledger.host(async move { lane.run().await });
    }
    journal.append(append(&run(), 0, 1)).await.unwrap();
    // The lane also tells other processes: let that answer pass.
    tokio::time::sleep(Duration::from_millis(100)).await;
    (thief, journal)
}

const ONE_LANE: Config = Config {
    lanes: 1,
    queue: 4096,
    queue_bytes: 64 * 1024 * 1024,
    flush_events: 512,
    flush_bytes: 1024 * 1024,
    linger: Duration::from_millis(1),
    patience: Duration::from_secs(20),
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_whose_answer_was_lost_is_recorded_once_and_answered() {
    let mut ledger = Ledger::new().await;
    let (thief, journal) = through_the_thief(&mut ledger, ONE_LANE).await;
    let streams: Vec<_> = (0..20).map(|_| run()).collect();

    thief.steal(1);
    let calls = streams.iter().map(|stream| journal.append(append(stream, 0, 3)));
    let outcomes = futures::future::try_join_all(calls).await.unwrap();

    assert!(thief.stolen_all());
    let repeated = outcomes.iter().filter(|o| **o == Outcome::Duplicate { last: 3 }).count();
    let first = outcomes.iter().filter(|o| **o == Outcome::Appended { last: 3 }).count();
    assert_eq!(repeated + first, 20, "{outcomes:?}");
    assert!(repeated >= 1, "the answer that was lost was an append's");
    for stream in &streams {
        assert_eq!(ledger.commands_of(stream).await.len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_longer_than_the_patience_is_an_unknown_outcome_and_the_lane_lives_on() {
    let mut ledger = Ledger::new().await;
    let patience = Duration::from_millis(500);
    let (thief, journal) = through_the_thief(&mut ledger, Config { patience, ..ONE_LANE }).await;
    let stream = run();
    let order = append(&stream, 0, 2);

    thief.steal(u32::MAX);
    let unknown = journal.append(order.clone()).await;
    thief.steal(0);

    let Err(error @ Error::Unreachable { .. }) = unknown else { panic!("{unknown:?}") };
    assert!(error.is_transient());
    // It was recorded, as the caller learns when it asks again.
    assert_eq!(journal.append(order).await.unwrap(), Outcome::Duplicate { last: 2 });
    let next = journal.append(append(&stream, 2, 1)).await.unwrap();
    assert_eq!(next, Outcome::Appended { last: 3 });
}
