//! `bench runs`: how many runs a second finish, with full history, and how long one takes.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;

use super::drive::{self, Finishes};
use super::percentiles::Percentiles;
use super::workflows::{Shape, input};
use crate::cli::client::{Client, Error};

/// Runs one after the other, for the latency of one.
const SINGLE: usize = 200;

/// What a shape did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    /// The shape.
    pub(super) shape: &'static str,
    /// How many runs finished.
    pub(super) runs: usize,
    /// How many were asked for at the same time.
    pub(super) at_once: usize,
    /// Finished runs a second.
    pub(super) runs_per_second: f64,
    /// Events a second that this made.
    pub(super) events_per_second: f64,
    /// The aim, where one is set.
    pub(super) target: Option<f64>,
    /// From the request to the end, under this load.
    pub(super) loaded: Option<Percentiles>,
    /// From the request to the end of a run that is alone.
    pub(super) alone: Option<Percentiles>,
    /// Events that the slowest view was behind when the last run had finished.
    pub(super) views_behind: i64,
    /// Memory above idle while as many runs wait as the measurement has, in MB; for the wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waiting_mb: Option<f64>,
}

/// Measures one shape.
pub(super) async fn measure(
    client: &Client,
    finishes: &Finishes,
    shape: Shape,
    echo: &str,
    runs: usize,
    at_once: usize,
) -> Result<Measured, Error> {
    let workflow = drive::publish(client, shape.name(), &shape.definition(echo)).await?;
    let one = |_| one(client, finishes, shape, &workflow);
    // Warm-up: connections, plans, caches.
    drive::repeat((runs / 10).max(50), at_once, one).await?;
    let alone = drive::repeat(SINGLE, 1, one).await?;
    let (before, began) = (finishes.events(), Instant::now());
    let (loaded, waiting_mb) = match shape {
        Shape::Wait => waits(client, finishes, &workflow, runs, at_once).await?,
        Shape::Pure | Shape::Effects => (drive::repeat(runs, at_once, one).await?, None),
    };
    let elapsed = began.elapsed().as_secs_f64();
    let events = finishes.events() - before;
    Ok(Measured {
        shape: shape.name(),
        runs,
        at_once,
        runs_per_second: runs as f64 / elapsed,
        events_per_second: events as f64 / elapsed,
        target: shape.target(),
        loaded: Percentiles::of(loaded),
        alone: Percentiles::of(alone),
        views_behind: 0,
        waiting_mb,
    })
}

/// One run from the request to its end; how long it took.
async fn one(
    client: &Client,
    finishes: &Finishes,
    shape: Shape,
    workflow: &str,
) -> Result<Duration, Error> {
    let began = Instant::now();
    let run = drive::start(client, workflow, &input()).await?;
    if shape == Shape::Wait {
        finishes.waiting(&run).await?;
        resume(client, &run).await?;
    }
    Ok(finishes.finished(&run).await?.saturating_duration_since(began))
}

/// All runs wait at the same time before the first is resumed: what they take of memory, and how
/// long each takes from its resume to its end.
async fn waits(
    client: &Client,
    finishes: &Finishes,
    workflow: &str,
    runs: usize,
    at_once: usize,
) -> Result<(Vec<Duration>, Option<f64>), Error> {
    let idle = resident_mb();
    let started = drive::repeat(runs, at_once, async |_| {
        let run = drive::start(client, workflow, &input()).await?;
        finishes.waiting(&run).await?;
        Ok(run)
    })
    .await?;
    let waiting = resident_mb();
    let resumed = drive::repeat(runs, at_once, |number| {
        let run = &started[number];
        async move {
            let began = Instant::now();
            resume(client, run).await?;
            Ok(finishes.finished(run).await?.saturating_duration_since(began))
        }
    })
    .await?;
    Ok((resumed, idle.zip(waiting).map(|(idle, waiting)| waiting - idle)))
}

/// Lets a run go on that waits.
pub(super) async fn resume(client: &Client, run: &str) -> Result<(), Error> {
    let path = format!("/v1/runs/{run}/nodes/approval/resume");
    client.post(&path, &json!({ "data": { "approved": true } })).await.map(drop)
}

/// The memory that this process has in use, in MB.
pub(super) fn resident_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
    Some(kilobytes / 1_024.0)
}
