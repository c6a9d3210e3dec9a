//! `kill -9` of the server that relays, of NATS, and of both, while runs start: the stream has each position once,
//! in order, and is the ledger; a consumer that reads on meanwhile misses nothing.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use async_nats::jetstream::consumer::pull::Config;
use futures::StreamExt as _;

use super::client::Client;
use super::server::Server;
use crate::relay::{expected, same};
use crate::support::nats::{Nats, Reader, STREAM};
use crate::support::{database, definitions};

/// How many runs there are.
const RUNS: usize = 80;
/// How long a customer's program holds a connection.
const TURN: Duration = Duration::from_secs(3);
/// How often something is killed meanwhile.
const KILLS: usize = 9;

/// Reads on as a customer's program does, through everything that happens; ends with its stream.
async fn consume(nats: &Reader, told: &Mutex<BTreeMap<i64, String>>) {
    loop {
        // Whatever breaks, it comes back to its place, which the servers keep.
        let _ = tokio::time::timeout(TURN, read_on(nats, told)).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn read_on(
    nats: &Reader,
    told: &Mutex<BTreeMap<i64, String>>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let stream = nats.context().await.get_stream(STREAM).await?;
    let config = Config {
        durable_name: Some("customer".to_owned()),
        // What it had in hand when it broke off comes again soon.
        ack_wait: Duration::from_secs(2),
        ..Config::default()
    };
    let consumer = stream.get_or_create_consumer("customer", config).await?;
    loop {
        let batch = consumer.batch().max_messages(100).expires(Duration::from_millis(200));
        let mut batch = batch.messages().await?;
        while let Some(message) = batch.next().await {
            let message = message?;
            let position = i64::try_from(message.info()?.stream_sequence)?;
            let body = String::from_utf8(message.payload.to_vec())?;
            // What comes again says the same.
            let before = told.lock().unwrap().insert(position, body.clone());
            assert!(before.is_none_or(|before| before == body), "position {position}");
            message.ack().await?;
        }
    }
}

#[actix::test]
async fn the_stream_is_the_ledger_through_kills_of_servers_and_of_nats() {
    // given a server that relays
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let mut nats = Nats::start();
    let (url, reader) = (nats.url(), nats.reader());
    let settings =
        || [("CHAINKEEL_RELAY_URL", url.clone()), ("CHAINKEEL_RELAY_STREAM", STREAM.to_owned())];
    let start = || Server::with(&database.url, &data_dir, &settings());
    let mut server = start();
    let client = Client::of(&server.url);
    let workflow = client.publish(&definitions::pure()).await;

    // when both are killed again and again while runs start
    let killer = async {
        for kill in 0..KILLS {
            let moment = 150 + rand::random::<u64>() % 400;
            actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
            if kill % 3 != 1 {
                nats.kill();
            }
            if kill % 3 != 0 {
                server.kill();
                server = start();
                client.moves_to(&server.url);
            }
            if kill % 3 != 1 {
                nats.start_again();
            }
        }
    };
    let told = Mutex::new(BTreeMap::new());
    let work = async {
        let (runs, ()) = futures::future::join(client.start(&workflow, RUNS), killer).await;
        client.all_succeed(&runs).await;
    };
    tokio::select! {
        () = work => {}
        () = consume(&reader, &told) => {}
    }

    // then the stream is the ledger
    let whole = expected(&database).await;
    let head = whole.last().unwrap().sequence;
    nats.until(head).await;
    same(&nats.told("auditor").await, &whole);

    // and the consumer that read on meanwhile gets all of it
    let complete = async {
        while told.lock().unwrap().len() < whole.len() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let patience = tokio::time::timeout(Duration::from_mins(1), complete);
    tokio::select! {
        complete = patience => complete.expect("the consumer has all positions"),
        () = consume(&reader, &told) => {}
    }
    let told = told.into_inner().unwrap();
    assert!(told.into_iter().eq(whole.into_iter().map(|it| (it.sequence, it.body))));
}
