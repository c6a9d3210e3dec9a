//! `bench rebuild --events N`: a view built anew from a large ledger, beside live traffic, and what the traffic
//! feels of that.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use serde::Serialize;
use serde_json::Value;
use tokio::process::Command;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::append::{Fences, a_run, all_slots};
use super::drive;
use super::percentiles::Percentiles;
use super::sitting::{Sitting, Steps, failed};
use super::workflows::{Shape, input};
use crate::actions::OWN_PROGRAM;
use crate::cli::client::Error;
use crate::journal::{Journal, NewEvent, StreamId};
use crate::primitives::{Clock as _, RunId, SystemClock};
use crate::projections::{self, builds, orders};

/// How much the delay of an append may grow by while a view is built anew.
const MOST_GROWTH: f64 = 10.0;
/// How long traffic goes on before it is measured.
const WARMING: Duration = Duration::from_secs(5);
/// Appends under way while the ledger is filled.
const AT_ONCE: usize = 1_024;
/// How long the slots of the ledger are the measurement's.
const LEASE: Duration = Duration::from_hours(12);
/// How often it is looked whether the view has followed.
const LOOK: Duration = Duration::from_millis(100);
/// More than a run has.
const OF_A_RUN: i64 = 1_000;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent<'e> {
    /// The view.
    pub(super) view: &'e str,
    /// How many events the ledger has when its rebuild begins.
    pub(super) events: u64,
    /// Appends of a whole run, a second, as live traffic.
    pub(super) appends_per_second: u32,
    /// What the rebuild is held to.
    pub(super) per_second: Option<u32>,
    /// By how many percent others may be slower because of it.
    pub(super) gentle: Option<u8>,
    /// How long traffic is measured alone, before the rebuild and after it.
    pub(super) alone: Duration,
}

/// What traffic feels.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Felt {
    /// How many appends that were.
    appends: usize,
    /// From when an append was due until it was durable.
    append: Option<Percentiles>,
    /// From then until its last event had come by the tail.
    tail: Option<Percentiles>,
}

/// How long each append took.
#[derive(Debug, Default)]
struct Times {
    appends: Vec<Duration>,
    tails: Vec<Duration>,
}

impl Times {
    fn and(mut self, other: Self) -> Self {
        self.appends.extend(other.appends);
        self.tails.extend(other.tails);
        self
    }

    fn felt(self) -> Felt {
        let appends = self.appends.len();
        Felt { appends, append: Percentiles::of(self.appends), tail: Percentiles::of(self.tails) }
    }
}

/// How it went.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    view: String,
    /// Events on the ledger when the rebuild began.
    events: u64,
    /// Events a second with which the ledger was filled, the view following.
    filled_per_second: f64,
    /// Events that the rebuild folded, and how many a second.
    rebuilt: u64,
    rebuilt_per_second: f64,
    /// What the rebuild was held to, if anything.
    bound: Option<u32>,
    /// By how many percent others might be slower, if that was said.
    gentle: Option<u8>,
    /// From its order to its flip and end, in seconds.
    seconds: f64,
    /// Whether its rows were those of the live build.
    comparison: String,
    appends_per_second: u32,
    alone: Felt,
    beside: Felt,
}

impl Measured {
    /// As people read it.
    pub(super) fn lines(&self) -> Vec<String> {
        let bound = self.bound.map_or(String::new(), |bound| format!(", held to {bound}"));
        let gentle = self
            .gentle
            .map_or(String::new(), |percent| format!(", others slower by {percent} % at most"));
        let felt = |what: &str, felt: &Felt| {
            let times = [("durable", felt.append), ("by the tail", felt.tail)];
            let times = times.into_iter().filter_map(|(name, of)| {
                of.map(|of| format!("{name} p50 {:.1} ms, p99 {:.1} ms", of.p50_ms, of.p99_ms))
            });
            let times = times.collect::<Vec<_>>().join("; ");
            format!("  {what:<8} {times} ({} appends)", felt.appends)
        };
        let p99 = |felt: &Felt| felt.append.map(|of| of.p99_ms);
        let growth = p99(&self.beside).zip(p99(&self.alone)).map(|(beside, alone)| {
            let growth = (beside / alone - 1.0) * 100.0;
            format!(
                "  the p99 of an append grew by {growth:.0} % (aim: less than {MOST_GROWTH:.0} %)"
            )
        });
        let mut lines = vec![
            format!(
                "a ledger of {} events, filled with {:.0} /s",
                self.events, self.filled_per_second
            ),
            format!(
                "{}: {} events folded, {:.0} /s{bound}{gentle}; live after {:.0} s; {}",
                self.view, self.rebuilt, self.rebuilt_per_second, self.seconds, self.comparison
            ),
            format!("{} appends a second beside it:", self.appends_per_second),
            felt("alone", &self.alone),
            felt("beside", &self.beside),
        ];
        lines.extend(growth);
        lines
    }
}

/// The events of a run, from which others are made.
pub(super) async fn pattern(sitting: &Sitting) -> Result<Vec<NewEvent>, Error> {
    let shape = Shape::Pure;
    let workflow = drive::publish(&sitting.client, shape.name(), &shape.definition("")).await?;
    let run = drive::start(&sitting.client, &workflow, &input()).await?;
    sitting.finishes.finished(&run).await?;
    let id: RunId = run.parse().map_err(|_| Error::Outcome(format!("{run} is no run")))?;
    let events = sitting.house.journal.read_stream(&StreamId::run(id), 0, OF_A_RUN).await;
    let events = events.map_err(|error| failed("reading a run", &error))?;
    let again = |event: crate::journal::Recorded| NewEvent {
        event_type: event.event_type.into(),
        event_version: event.event_version.into(),
        payload: event.payload,
    };
    Ok(events.into_iter().map(again).collect())
}

/// Writes runs of the pattern.
struct Writer<'w> {
    journal: &'w Journal,
    fences: Fences,
    pattern: &'w [NewEvent],
}

impl Writer<'_> {
    async fn append(&self) -> Result<RunId, Error> {
        let (run, append) = a_run(&self.fences, self.pattern);
        let appended = self.journal.append(append).await;
        appended.map_err(|error| failed("an append", &error))?;
        Ok(run)
    }

    async fn fill(&self, events: u64, steps: &Steps) -> Result<(), Error> {
        let runs = events.div_ceil(self.pattern.len() as u64);
        let mut all =
            futures::stream::iter(0..runs).map(|_| self.append()).buffer_unordered(AT_ONCE);
        let mut done = 0;
        while let Some(appended) = all.next().await {
            appended?;
            done += 1;
            if done % 10_000 == 0 {
                let percent = done * 100 / runs;
                steps.show(&format!("the filling of a ledger of {events} events, {percent} %"));
            }
        }
        Ok(())
    }

    /// So many appends a second, each begun when it is due however long those before it take, until `end`.
    async fn traffic(
        &self,
        sitting: &Sitting,
        a_second: u32,
        end: impl Future<Output = ()>,
    ) -> Result<Times, Error> {
        let mut beat = interval(Duration::from_secs(1) / a_second.max(1));
        beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let one = async |due: Instant| {
            let run = self.append().await?;
            let durable = due.elapsed();
            let seen = sitting.finishes.finished(&run.to_string()).await?;
            Ok::<_, Error>((durable, seen.saturating_duration_since(due)))
        };
        let (mut going, mut times) = (FuturesUnordered::new(), Times::default());
        let mut is_over = false;
        tokio::pin!(end);
        while !is_over || !going.is_empty() {
            tokio::select! {
                () = &mut end, if !is_over => is_over = true,
                due = beat.tick(), if !is_over => going.push(one(due.into_std())),
                Some(done) = going.next() => {
                    let (durable, seen) = done?;
                    times.appends.push(durable);
                    times.tails.push(seen);
                }
            }
        }
        Ok(times)
    }
}

/// Fills a ledger, and has a view built anew by a process of its own while traffic goes on.
pub(super) async fn measure(
    sitting: &Sitting,
    pattern: &[NewEvent],
    (url, directory): (&str, &Path),
    extent: Extent<'_>,
    steps: &Steps,
) -> Result<Measured, Error> {
    let slots = all_slots(sitting.house.pool.clone(), LEASE).await;
    let (leases, fences) = slots.map_err(|error| failed("taking the slots", &error))?;
    let writer = Writer { journal: &sitting.house.journal, fences, pattern };
    only(sitting, extent.view).await?;
    steps.show("the filling of a ledger");
    let began = Instant::now();
    writer.fill(extent.events, steps).await?;
    followed(sitting, extent.view).await?;
    let filled = extent.events as f64 / began.elapsed().as_secs_f64();
    let a_second = extent.appends_per_second;
    steps.show("traffic alone");
    writer.traffic(sitting, a_second, sleep(WARMING)).await?;
    let before = writer.traffic(sitting, a_second, sleep(extent.alone)).await?;
    steps.show(&format!("traffic beside the rebuild of {}", extent.view));
    let (events, began) = (sitting.house.tail.head(), Instant::now());
    let mut rebuilt = None;
    let end = async {
        let built = rebuild(url, directory, extent);
        let told = progress(sitting, extent.view, events, steps);
        tokio::pin!(built);
        let built = tokio::select! {
            built = &mut built => built,
            () = told => built.await,
        };
        rebuilt = Some((built, began.elapsed()));
    };
    let beside = writer.traffic(sitting, a_second, end).await?;
    let Some((rebuilt, seconds)) = rebuilt else {
        return Err(Error::Outcome("the rebuild did not end".to_owned()));
    };
    let rebuilt = rebuilt?;
    steps.show("traffic alone again");
    writer.traffic(sitting, a_second, sleep(WARMING)).await?;
    let after = writer.traffic(sitting, a_second, sleep(extent.alone)).await?;
    leases.leave().await.map_err(|error| failed("leaving", &error))?;
    Ok(Measured {
        view: extent.view.to_owned(),
        events: events.unsigned_abs(),
        filled_per_second: filled,
        rebuilt: rebuilt["events"].as_u64().unwrap_or_default(),
        rebuilt_per_second: rebuilt["eventsPerSecond"].as_f64().unwrap_or_default(),
        bound: extent.per_second,
        seconds: seconds.as_secs_f64(),
        comparison: rebuilt["comparison"].as_str().unwrap_or_default().to_owned(),
        appends_per_second: a_second,
        gentle: extent.gentle,
        alone: before.and(after).felt(),
        beside: beside.felt(),
    })
}

/// Lets all other views rest: they would follow the filling, and are not what is measured.
async fn only(sitting: &Sitting, view: &str) -> Result<(), Error> {
    for other in projections::all().iter().map(|other| other.name()).filter(|name| *name != view) {
        let rested = orders::pause(&sitting.house.pool, other, true, SystemClock.now()).await;
        rested.map_err(|error| failed("letting views rest", &error))?;
    }
    Ok(())
}

/// Waits until the view has what is on the ledger now.
async fn followed(sitting: &Sitting, view: &str) -> Result<(), Error> {
    let head = sitting.house.journal.head().await;
    let head = head.map_err(|error| failed("asking how far the ledger is", &error))?;
    loop {
        let builds = builds::list(&sitting.house.pool).await;
        let builds = builds.map_err(|error| failed("asking how far the view is", &error))?;
        let live = builds
            .iter()
            .find(|build| build.projection == view && build.state == builds::State::Live);
        if live.is_some_and(|build| build.position >= head) {
            return Ok(());
        }
        sleep(LOOK).await;
    }
}

/// Shows how far the build is that is being made, for ever.
async fn progress(sitting: &Sitting, view: &str, events: i64, steps: &Steps) {
    let began = Instant::now();
    loop {
        sleep(Duration::from_secs(1)).await;
        let Ok(builds) = builds::list(&sitting.house.pool).await else { continue };
        let making = |build: &&builds::Build| {
            build.projection == view && build.state == builds::State::Building
        };
        let Some(build) = builds.iter().find(making) else { continue };
        let done = build.position as f64;
        let rate = done / began.elapsed().as_secs_f64();
        let left = (events as f64 - done).max(0.0) / rate.max(1.0);
        let percent = done / events.max(1) as f64 * 100.0;
        steps.show(&format!(
            "traffic beside the rebuild of {view}, {percent:.0} %, {rate:.0} events/s, {left:.0} s left"
        ));
    }
}

/// Has the view built anew by a process of its own, as an operator does it; what that says.
async fn rebuild(url: &str, directory: &Path, extent: Extent<'_>) -> Result<Value, Error> {
    let mut command = Command::new(OWN_PROGRAM);
    command
        .args(["projections", "rebuild", extent.view, "--json"])
        .env_clear()
        .env("DATABASE_URL", url)
        .env("CHAINKEEL_DATA_DIR", directory.join("rebuild"))
        .env("CHAINKEEL_LOG_FILTER", "error")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Some(bound) = extent.per_second {
        command.args(["--per-second", &bound.to_string()]);
    }
    if let Some(percent) = extent.gentle {
        command.arg(format!("--gentle={percent}"));
    }
    let output = command.output().await.map_err(|error| failed("starting a rebuild", &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::Outcome(format!("the rebuild failed: {said}")));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| failed("reading what a rebuild says", &error))
}
