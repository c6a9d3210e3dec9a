//! `bench rebuild` and `bench replay`: how fast the ledger is folded anew and decided anew.

use std::time::Instant;

use serde::Serialize;
use sqlx::postgres::PgConnectOptions;

use crate::app::House;
use crate::cli::client::Error;
use crate::notary::{Archive, Differing, Listener, Mark, Pace};
use crate::projections::rebuild::{self, Means};
use crate::projections::{self, Effort};

/// Events a second that a rebuild should reach.
const REBUILD_TARGET: f64 = 50_000.0;

/// How fast a ledger was gone through.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    /// What was done.
    pub(super) what: &'static str,
    /// How many events.
    pub(super) events: u64,
    /// How many a second.
    pub(super) events_per_second: f64,
    /// The aim, where one is set.
    pub(super) target: Option<f64>,
}

/// Decides every run on the ledger anew; an error names the first that differs.
pub(super) async fn replay(house: &House) -> Result<Measured, Error> {
    let began = Instant::now();
    let replayed = Archive::new(house.journal.clone()).replay(Mark::default(), &mut Unheard).await;
    let mark = replayed.map_err(|error| Error::Outcome(format!("replaying: {error}")))?;
    if let Some(Differing { run_id, sequence }) = mark.differing.first() {
        return Err(Error::Outcome(format!("run {run_id} differs at event {sequence}")));
    }
    let per_second = mark.events as f64 / began.elapsed().as_secs_f64();
    let events = mark.events;
    Ok(Measured { what: "replay", events, events_per_second: per_second, target: None })
}

/// Waits for the end.
struct Unheard;

impl Listener for Unheard {
    fn read(&mut self, _: Pace, _: &dyn Fn() -> Mark) {}

    fn differs(&mut self, _: &str, _: &engine::Divergence) {}
}

/// Builds a view anew beside the live one, checks it and puts it into service.
pub(super) async fn rebuild_view(
    database: &PgConnectOptions,
    house: &House,
    name: &'static str,
) -> Result<Measured, Error> {
    let projection =
        projections::by_name(name).map_err(|error| Error::Outcome(error.to_string()))?;
    let means = Means { database: database.clone(), journal: house.journal.clone() };
    let rebuilt = rebuild::rebuild(&means, projection, Effort::FULL, |_| {}).await;
    let rebuilt = rebuilt.map_err(|error| Error::Outcome(format!("rebuilding {name}: {error}")))?;
    let events = u64::try_from(rebuilt.events).unwrap_or_default();
    let per_second = events as f64 / rebuilt.folding.as_secs_f64();
    Ok(Measured { what: name, events, events_per_second: per_second, target: Some(REBUILD_TARGET) })
}
