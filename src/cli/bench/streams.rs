//! `bench sse`: many clients watch an organization while runs go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::drive::{self, Finishes};
use super::workflows::{Shape, input};
use crate::cli::client::{Client, Error};
use crate::cli::sse::Events;

/// How long the last events may take to arrive after the last run has finished.
const SETTLE: Duration = Duration::from_secs(10);

/// What the streams did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    /// How many watched.
    pub(super) clients: usize,
    /// How many runs they saw.
    pub(super) runs: usize,
    /// Events that arrived, of all clients together.
    pub(super) delivered: u64,
    /// The same, a second.
    pub(super) delivered_per_second: f64,
    /// Clients that saw every run begin and end.
    pub(super) complete: usize,
}

/// Lets `clients` watch while `runs` go on.
pub(super) async fn measure(
    client: &Client,
    finishes: &Finishes,
    clients: usize,
    runs: usize,
    at_once: usize,
) -> Result<Measured, Error> {
    let workflow = drive::publish(client, "watched", &Shape::Pure.definition("")).await?;
    let delivered: Vec<Arc<AtomicU64>> = (0..clients).map(|_| Arc::default()).collect();
    let mut watching = Vec::with_capacity(clients);
    for counter in &delivered {
        let opened = client.streams().events("/v1/activity/stream", None).await;
        let (status, bytes) = opened.map_err(|error| Error::Outcome(error.to_string()))?;
        if !status.is_success() {
            return Err(Error::Outcome(format!("a stream was refused with {status}")));
        }
        let counter = Arc::clone(counter);
        let mut events = Events::new(bytes);
        watching.push(actix_rt::Arbiter::current().spawn(async move {
            while let Ok(Some(_)) = events.next().await {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    let began = Instant::now();
    drive::repeat(runs, at_once, async |_| {
        let run = drive::start(client, &workflow, &input()).await?;
        finishes.finished(&run).await
    })
    .await?;
    // A run leaves two entries of activity: that it began, and how it ended.
    let wanted = 2 * runs as u64;
    let all = |delivered: &[Arc<AtomicU64>]| {
        delivered.iter().filter(|count| count.load(Ordering::Relaxed) >= wanted).count()
    };
    let settled = Instant::now() + SETTLE;
    while all(&delivered) < clients && Instant::now() < settled {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let elapsed = began.elapsed().as_secs_f64();
    let sum = delivered.iter().map(|count| count.load(Ordering::Relaxed)).sum::<u64>();
    Ok(Measured {
        clients,
        runs,
        delivered: sum,
        delivered_per_second: sum as f64 / elapsed,
        complete: all(&delivered),
    })
}
