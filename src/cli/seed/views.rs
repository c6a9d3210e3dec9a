//! What a seeded ledger becomes when it is recorded: positions, and views.

use std::time::{Duration, Instant};

use sqlx::PgPool;
use tokio::time::sleep;

use crate::cli::audit::pace;
use crate::cli::failure::Failure;
use crate::journal::Journal;
use crate::projections::builds::{self, State};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(200);
/// With nothing moving for so long, nobody is at work.
const STILL: Duration = Duration::from_mins(1);

/// Waits until everything up to `target` has its position; `first` is where the ledger was before.
pub(super) async fn ordered(
    journal: &Journal,
    (first, target): (i64, i64),
    json: bool,
) -> Result<(), Failure> {
    let bar = pace::bar(json, "positions {bar:30} {pos} of {len}  {msg}");
    let (began, mut moved, mut seen) = (Instant::now(), Instant::now(), first);
    loop {
        let head = journal.head().await.map_err(|error| Failure::of(&error))?;
        if head > seen {
            (seen, moved) = (head, Instant::now());
        }
        let done = (head - first).unsigned_abs();
        let all = (target - first).unsigned_abs();
        pace::show(&bar, (done.min(all), all), pace::rate(done, began.elapsed()));
        if head >= target {
            bar.finish_and_clear();
            return Ok(());
        }
        if moved.elapsed() > STILL {
            bar.finish_and_clear();
            return Err(Failure::new("the events are recorded and get no positions")
                .cure("`chainkeel doctor` says who gives positions, and what is in the way"));
        }
        sleep(LOOK).await;
    }
}

/// Waits until every view that follows has what is up to `target`. Says how far the slowest is, where it does not
/// come further: it rests, or cannot take an event.
pub(super) async fn followed(pool: &PgPool, target: i64, json: bool) -> Result<(), Failure> {
    let bar = pace::bar(json, "views     {bar:30} {pos} of {len}  {msg}");
    let (began, mut moved, mut sum) = (Instant::now(), Instant::now(), 0);
    let mut first = None;
    loop {
        let builds = builds::list(pool).await.map_err(|error| Failure::of(&error))?;
        let live: Vec<_> = builds.iter().filter(|build| build.state == State::Live).collect();
        let all: i64 = live.iter().map(|build| build.position.min(target)).sum();
        if all > sum {
            (sum, moved) = (all, Instant::now());
        }
        let slowest = live.iter().min_by_key(|build| build.position);
        let Some(slowest) = slowest.filter(|build| build.position < target) else {
            bar.finish_and_clear();
            return Ok(());
        };
        let from = *first.get_or_insert(slowest.position);
        let done = (slowest.position - from).unsigned_abs();
        let places = (slowest.position.unsigned_abs(), target.unsigned_abs());
        pace::show(&bar, places, pace::rate(done, began.elapsed()));
        if moved.elapsed() > STILL {
            bar.finish_and_clear();
            let (name, at) = (&slowest.projection, slowest.position);
            return Err(Failure::new(format!(
                "the events are recorded; the view {name} stands at {at} of {target}"
            ))
            .cure("`chainkeel projections list` says which views rest or are parked"));
        }
        sleep(LOOK).await;
    }
}
