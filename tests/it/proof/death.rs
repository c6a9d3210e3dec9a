//! `kill -9` between the signature and what keeps it.

use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chainkeel::notary::{Log, OutsideCopy, Walk};
use chainkeel::segments::Shelf;
use serde_json::json;
use sqlx::Executor as _;
use tempfile::TempDir;

use crate::crash::client::Client;
use crate::crash::server::Server;
use crate::support::{TestDatabase, database, definitions};

struct Place {
    database: TestDatabase,
    data_dir: TempDir,
    copy: OutsideCopy,
}

impl Place {
    async fn open() -> (Self, Server, Client) {
        let data_dir = tempfile::tempdir().unwrap();
        let copy = OutsideCopy::new(data_dir.path().join("log"));
        let place = Self { database: database().await, data_dir, copy };
        let server = place.start();
        let client = Client::of(&server.url);
        (place, server, client)
    }

    fn start(&self) -> Server {
        let settings = [("CHAINKEEL_PROOF_SECONDS", "1".to_owned())];
        Server::with(&self.database.url, &self.data_dir, &settings)
    }

    fn log(&self) -> Log {
        Log::new(self.database.pool.clone())
    }

    async fn in_database(&self) -> u64 {
        self.log().latest().await.unwrap().map_or(0, |kept| kept.size)
    }

    fn outside(&self) -> u64 {
        let text = self.copy.checkpoint().unwrap().unwrap_or_default();
        text.lines().nth(1).and_then(|line| line.parse().ok()).unwrap_or_default()
    }

    /// Waits until everything is signed and kept in both places, and walks.
    async fn is_whole(&self) {
        let standing = || async { self.log().standing().await.unwrap() };
        until(async || {
            let standing = standing().await;
            let head = standing.head;
            head > 0 && self.outside() == head && self.in_database().await == head
        })
        .await;
        assert_eq!(standing().await.halted, None);
        let walk = Walk {
            database: self.database.options(),
            log: self.log(),
            copy: self.copy.clone(),
            key: None,
            checkpoint: None,
            segments: Shelf::new(self.copy.place().with_file_name("segments")),
        };
        walk.run(|_| ()).await.unwrap();
    }
}

async fn until(mut good: impl AsyncFnMut() -> bool) {
    let give_up = Instant::now() + Duration::from_mins(1);
    while !good().await {
        assert!(Instant::now() < give_up, "it did not come to pass");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn some_runs(client: &Client, name: &str) {
    let body = json!({ "name": name, "definition": definitions::pure() });
    let workflow = client.post("/v1/workflows", name, &body).await;
    let id = workflow["id"].as_str().unwrap().to_owned();
    client.post(&format!("/v1/workflows/{id}/publish"), &format!("{name}-p"), &json!({})).await;
    let body = json!({ "payload": { "amount": 1 } });
    client.post(&format!("/v1/workflows/{id}/run"), &format!("{name}-r"), &body).await;
}

#[actix::test]
async fn a_server_that_dies_with_a_signature_that_was_not_written_signs_again() {
    let (place, mut server, client) = Place::open().await;
    some_runs(&client, "first").await;
    place.is_whole().await;
    let before = place.outside();

    // when it has signed, and dies before it may write
    let lock: PathBuf = place.copy.place().join("lock");
    let held = File::open(&lock).unwrap();
    held.lock().unwrap();
    some_runs(&client, "second").await;
    // Its next checkpoint waits for the lock: nothing is written while others are signed.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!((place.outside(), place.in_database().await), (before, before));
    server.kill();
    drop(held);

    // then the next one signs the same ledger
    let server = place.start();
    place.is_whole().await;
    assert!(place.outside() > before);
    drop(server);
}

#[actix::test]
async fn a_server_that_dies_before_the_database_has_the_checkpoint_takes_it_up_from_the_copy() {
    let (place, mut server, client) = Place::open().await;
    some_runs(&client, "first").await;
    place.is_whole().await;
    let before = place.outside();

    // when the copy has the new checkpoint, and it dies before the database has it
    let mut holding = place.database.pool.begin().await.unwrap();
    holding.execute("lock table log_checkpoints in exclusive mode").await.unwrap();
    some_runs(&client, "second").await;
    until(async || place.outside() > before).await;
    let outside = place.copy.checkpoint().unwrap();
    server.kill();
    holding.rollback().await.unwrap();
    assert_eq!(place.in_database().await, before);

    // then the next one holds the ledger against it and keeps it, too
    let server = place.start();
    place.is_whole().await;
    assert!(
        place.log().checkpoint(size_of(outside.as_deref())).await.unwrap().is_some()
            || place.outside() > size_of(outside.as_deref())
    );
    drop(server);
}

fn size_of(note: Option<&str>) -> u64 {
    note.and_then(|text| text.lines().nth(1)).and_then(|line| line.parse().ok()).unwrap_or_default()
}
