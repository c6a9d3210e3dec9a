//! The hub of streams, which reads nothing while nobody watches.

use std::time::Duration;

use chainkeel::actors::{Filter, StreamHub};
use chainkeel::journal::StreamId;
use chainkeel::primitives::RunId;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::stage::{PATIENCE, Stage, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_comes_while_nobody_watches_gets_everything_behind_its_position() {
    const TOTAL: i64 = 400;
    let stage = Stage::new().await;
    let (hub, stop) = (StreamHub::default(), CancellationToken::new());
    let loops = hub.clone().run(stage.journal.clone(), stage.tail.clone(), stop.clone());
    let loops = tokio::spawn(loops);
    let id = RunId::generate();
    let stream = StreamId::run(id);
    // Whoever comes before the hub has begun is let go.
    stage.record(&stream, 0, "happened").await;
    eventually("the hub", async || hub.position() == 1).await;

    let clients = async {
        // One after the other, so that in between nobody watches.
        while hub.position() < TOTAL - 40 {
            let place = hub.enter().unwrap();
            let mut live = place.watch(Filter::Run(id));
            for next in live.from + 1..live.from + 6 {
                let told = timeout(PATIENCE, live.events.recv()).await.unwrap().unwrap();
                assert_eq!(told.event.position, next, "behind {}", live.from);
            }
            drop(place);
            sleep(Duration::from_millis(9)).await;
        }
    };
    let writer = async {
        for sequence in 1..TOTAL {
            stage.record(&stream, sequence, "happened").await;
        }
    };
    tokio::join!(clients, writer);

    eventually("its end", async || hub.position() == TOTAL).await;
    stop.cancel();
    loops.await.unwrap().unwrap();
}
