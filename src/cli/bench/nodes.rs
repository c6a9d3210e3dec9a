//! `bench nodes`: what one server finishes, and what several on the same machine and the same PostgreSQL do.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::{Executor as _, Row as _};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::drive;
use super::percentiles::Percentiles;
use super::sitting::{Sitting, Steps, failed};
use super::workflows::{Shape, input};
use crate::actions::OWN_PROGRAM;
use crate::cli::client::{Client, Error, Server};
use crate::secrets::Keyring;

/// Runs one after the other, for the latency of one.
const SINGLE: usize = 200;
/// How long servers may take to listen and to share the slots.
const PATIENCE: Duration = Duration::from_mins(1);
/// How many slots each worker that lives owns.
const SHARES: &str =
    "select count(*) as slots from slot_leases s join workers w on w.worker_id = s.owner
     where w.lease_until > clock_timestamp() group by s.owner order by 1";

/// What some servers did together.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    /// How many there were.
    nodes: usize,
    /// How many runs finished.
    runs: usize,
    /// Finished runs a second.
    runs_per_second: f64,
    /// Events a second that this made.
    events_per_second: f64,
    /// From the request to the end, under this load.
    loaded: Option<Percentiles>,
    /// From the request to the end of a run that is alone.
    alone: Option<Percentiles>,
}

impl Measured {
    /// As people read it, beside what the first did.
    pub(super) fn lines(&self, first: &Self) -> Vec<String> {
        let share = self.runs_per_second / first.runs_per_second * 100.0;
        let time = |what: &str, latency: Option<Percentiles>| {
            latency
                .map(|of| format!("  {what:<10} p50 {:.1} ms   p99 {:.1} ms", of.p50_ms, of.p99_ms))
        };
        let head = format!(
            "\n{} {}: {:.0} runs/s finished, {:.0} events/s   {share:.0} % of one",
            self.nodes,
            if self.nodes == 1 { "node" } else { "nodes" },
            self.runs_per_second,
            self.events_per_second
        );
        let times = [time("under load", self.loaded), time("alone", self.alone)];
        std::iter::once(head).chain(times.into_iter().flatten()).collect()
    }
}

/// A server as a process of its own, which ends with this.
struct Node {
    client: Client,
    _child: Child,
}

impl Node {
    async fn start(
        database: &str,
        home: &Path,
        (key, secrets): (&str, &str),
    ) -> Result<Self, Error> {
        let mut child = Command::new(OWN_PROGRAM)
            .arg("serve")
            .env_clear()
            .env("DATABASE_URL", database)
            .env("CHAINKEEL_DATA_DIR", home)
            .env("CHAINKEEL_LISTEN", "127.0.0.1:0")
            .env("CHAINKEEL_ADMIN_KEY", key)
            .env("CHAINKEEL_SECRETS_KEY", secrets)
            .env("CHAINKEEL_LOG_FILTER", "error")
            .env("CHAINKEEL_RATE_LIMITS_PER_KEY", "0")
            .env("CHAINKEEL_RATE_LIMITS_PER_ORGANIZATION", "0")
            .env("CHAINKEEL_RATE_LIMITS_PER_ADDRESS", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed("starting a server", &error))?;
        let says = child.stdout.take().map(BufReader::new).map(BufReader::lines);
        let listening = async {
            let mut says = says?;
            while let Ok(Some(line)) = says.next_line().await {
                if let Some(at) = line.find("http://") {
                    return Some(line[at..].trim().to_owned());
                }
            }
            None
        };
        let url = timeout(PATIENCE, listening).await.ok().flatten();
        let url =
            url.ok_or_else(|| Error::Outcome("a server did not begin to listen".to_owned()))?;
        let server = Server { url, api_key: None, organization: None, json: true };
        Ok(Self { client: Client::new(&server, Some(key))?, _child: child })
    }
}

/// Measures so many servers on a fresh database, whose ledger the sitting watches.
pub(super) async fn measure(
    sitting: &Sitting,
    (database, directory): (&str, &Path),
    (nodes, runs, at_once): (usize, usize, usize),
    steps: &Steps,
) -> Result<Measured, Error> {
    steps.show(&format!("the start of {nodes}"));
    let secrets = Keyring::written(&rand::random());
    let mut started = Vec::new();
    for node in 0..nodes {
        let home = directory.join(format!("node-{nodes}-{node}"));
        started.push(Node::start(database, &home, (&sitting.key, &secrets)).await?);
    }
    shared(sitting, nodes).await?;
    let workflow = drive::publish(&started[0].client, "nodes", &Shape::Pure.definition("")).await?;
    let one = async |number: usize| {
        let began = Instant::now();
        let client = &started[number % nodes].client;
        let run = drive::start(client, &workflow, &input()).await?;
        Ok(sitting.finishes.finished(&run).await?.saturating_duration_since(began))
    };
    steps.show(&format!("runs on {nodes}"));
    drive::repeat((runs / 5).max(50), at_once, one).await?;
    let alone = drive::repeat(SINGLE, 1, one).await?;
    let (before, began) = (sitting.finishes.events(), Instant::now());
    let loaded = drive::repeat(runs, at_once, one).await?;
    let elapsed = began.elapsed().as_secs_f64();
    Ok(Measured {
        nodes,
        runs,
        runs_per_second: runs as f64 / elapsed,
        events_per_second: (sitting.finishes.events() - before) as f64 / elapsed,
        loaded: Percentiles::of(loaded),
        alone: Percentiles::of(alone),
    })
}

/// Waits until each of them has its share of the slots.
async fn shared(sitting: &Sitting, nodes: usize) -> Result<(), Error> {
    let begun = Instant::now();
    loop {
        let rows = sitting.owner.fetch_all(sqlx::raw_sql(SHARES)).await;
        let rows = rows.map_err(|error| failed("asking who owns the slots", &error))?;
        let shares: Vec<i64> = rows.iter().map(|row| row.get("slots")).collect();
        let is_even =
            shares.last().zip(shares.first()).is_some_and(|(most, least)| most - least <= 2);
        if shares.len() == nodes && shares.iter().sum::<i64>() == 256 && is_even {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err(Error::Outcome(format!("the slots are shared as {shares:?}")));
        }
        sleep(Duration::from_millis(20)).await;
    }
}
