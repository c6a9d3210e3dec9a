//! `chainkeel audit replay`: every run of the ledger decided again, in its database.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use engine::Divergence;
use indicatif::ProgressBar;
use serde_json::json;

use super::super::config::begin;
use super::super::failure::Failure;
use super::super::migrate::database;
use super::super::print::{line, print_json};
use super::pace::{bar, rate, show};
use crate::config::{Flags, Surroundings};
use crate::journal::personal::Subjects;
use crate::journal::reading::Sealed;
use crate::journal::{Bells, Config, Journal, pool};
use crate::notary::{self, Archive, Listener, Mark, Pace};
use crate::primitives::SystemClock;
use crate::secrets::Vault;
use crate::segments::Shelf;

/// How often it is noted how far it is.
const NOTED_EVERY: Duration = Duration::from_secs(5);

/// How a replay is done.
#[derive(Debug, Args)]
pub(in crate::cli) struct Replay {
    /// Where it is noted how far the replay is: with the file there, it goes on from that
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

impl Replay {
    /// Replays. Runs that differ are named, and are a failure at the end.
    pub(in crate::cli) fn run(self, json: bool) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        let database = database(&config)?;
        let keys = config.secrets.source(&config.data_dir).map_err(|error| Failure::of(&error))?;
        let from = self.state.as_deref().map(read).transpose()?.flatten().unwrap_or_default();
        if from.position > 0 && !json {
            line(&format!("goes on behind position {}", from.position));
        }
        let bar = bar(json, "{bar:30} position {pos} of {len}  {msg}");
        let mut told = Told { bar, state: self.state.as_deref(), noted: Instant::now() };
        let (known, began) = (from.clone(), Instant::now());
        let replayed = actix_rt::System::new().block_on(async {
            let pool = pool::serving(&database, 2);
            // Only read from: nobody runs its lanes.
            let subjects = Subjects::new(Vault::new(pool.clone(), keys));
            let (journal, _lanes) =
                Journal::open(pool.clone(), &Bells::default(), Config::default());
            let files = Shelf::new(config.retention.place(&config.data_dir));
            let journal = journal
                .with_segments(Sealed { shelf: files, clock: Arc::new(SystemClock) })
                .with_subjects(subjects);
            let mark = Archive::new(journal).replay(from, &mut told).await?;
            Ok::<_, notary::Error>((mark, Subjects::count_shredded(&pool).await?))
        });
        told.bar.finish_and_clear();
        let (mark, shredded) = replayed.map_err(|error| {
            Failure::of(&error)
                .cure("`chainkeel doctor` looks at the database; a newer program may read it")
        })?;
        if let Some(path) = &self.state {
            write(path, &mark)?;
        }
        say((&mark, shredded), mark.events - known.events, began.elapsed(), json);
        match mark.differing.len() {
            0 => Ok(()),
            1 => Err(differ("one run is not what the engine decides")),
            many => Err(differ(&format!("{many} runs are not what the engine decides"))),
        }
    }
}

fn differ(what: &str) -> Failure {
    Failure::new(what).cure(
        "`chainkeel run replay RUN` shows each step of one; `chainkeel audit verify --all` says whether \
         the ledger is as it was signed",
    )
}

fn say((mark, shredded): (&Mark, i64), events: u64, taken: Duration, json: bool) {
    let rate = rate(events, taken);
    let Mark { position, runs, open, differing, .. } = mark;
    let open = open.len();
    if json {
        print_json(&json!({
            "ok": differing.is_empty(),
            "position": position,
            "runs": runs,
            "open": open,
            "shredded": shredded,
            "events": events,
            "seconds": taken.as_secs_f64(),
            "eventsPerSecond": rate,
            "differing": differing,
        }));
        return;
    }
    let same = if differing.is_empty() { ": every decision is the one on the ledger" } else { "" };
    line(&format!("replayed {runs} runs up to position {position}{same}"));
    line(&format!("  {open} more are not over, and were decided as far as they are"));
    if shredded > 0 {
        line(&format!(
            "  {shredded} were shredded: what they decided cannot be read any more, and was not decided again"
        ));
    }
    line(&format!("  {events} events, {rate:.0} events/s"));
    for it in differing {
        line(&format!("  {} differs at its event {}", it.run_id, it.sequence));
    }
}

/// The mark in a file; none when there is no file yet.
fn read(path: &Path) -> Result<Option<Mark>, Failure> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(broken(path, &error)),
    };
    let mark = serde_json::from_slice(&text);
    mark.map(Some).map_err(|error| {
        Failure::new(format!("{} is no state of a replay: {error}", path.display()))
            .cure("name another file, or delete it to begin anew")
    })
}

/// Writes it beside, and puts it in its place whole.
fn write(path: &Path, mark: &Mark) -> Result<(), Failure> {
    let text = serde_json::to_vec(mark).map_err(|error| broken(path, &error))?;
    let beside = path.with_extension("new");
    fs::write(&beside, text)
        .and_then(|()| fs::rename(&beside, path))
        .map_err(|error| broken(path, &error))
}

fn broken(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

/// Shows how far it is, and notes it.
struct Told<'a> {
    bar: ProgressBar,
    state: Option<&'a Path>,
    noted: Instant,
}

impl Listener for Told<'_> {
    fn read(&mut self, pace: Pace, mark: &dyn Fn() -> Mark) {
        let Pace { position, head, events, taken } = pace;
        let places = (position.unsigned_abs(), head.unsigned_abs());
        show(&self.bar, places, rate(events, taken));
        if let Some(path) = self.state
            && self.noted.elapsed() >= NOTED_EVERY
        {
            self.noted = Instant::now();
            if let Err(error) = write(path, &mark()) {
                self.bar.println(error.to_string());
            }
        }
    }

    fn differs(&mut self, run: &str, divergence: &Divergence) {
        self.bar.println(format!("{run} differs at its event {}", divergence.sequence));
    }
}
