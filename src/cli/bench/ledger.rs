//! `bench rebuild` and `bench replay`: how fast the ledger is folded anew and decided anew.

use std::time::Instant;

use serde::Serialize;
use sqlx::postgres::PgConnectOptions;

use crate::app::House;
use crate::cli::client::Error;
use crate::journal::Journal;
use crate::projections;
use crate::projections::rebuild::{self, Means};

/// Events a second that a rebuild should reach.
const REBUILD_TARGET: f64 = 50_000.0;
/// Events of one read.
const PAGE: i64 = 2_000;

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
    let (mut events, mut after) = (0, 0);
    let mut open = std::collections::HashMap::<String, Vec<engine::Fact>>::new();
    loop {
        let page = read(&house.journal, after).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for recorded in page.iter().filter(|event| event.aggregate_type == "run") {
            // What `bench append` wrote is no run.
            let Ok(event) = recorded.fact() else { continue };
            events += 1;
            let ends = event.0.ends_run();
            let facts = open.entry(recorded.aggregate_id.clone()).or_default();
            facts.push(event.0);
            if ends && let Some(facts) = open.remove(&recorded.aggregate_id) {
                let replay = engine::verify(&facts);
                if let Some(divergence) = replay.divergence {
                    let run = &recorded.aggregate_id;
                    return Err(Error::Outcome(format!(
                        "run {run} differs at event {}",
                        divergence.sequence
                    )));
                }
            }
        }
    }
    let per_second = events as f64 / began.elapsed().as_secs_f64();
    Ok(Measured { what: "replay", events, events_per_second: per_second, target: None })
}

async fn read(journal: &Journal, after: i64) -> Result<Vec<crate::journal::Recorded>, Error> {
    let page = journal.read_after(after, PAGE).await;
    page.map_err(|error| Error::Outcome(format!("the ledger cannot be read: {error}")))
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
    let rebuilt = rebuild::rebuild(&means, projection, rebuild::LANES, |_| {}).await;
    let rebuilt = rebuilt.map_err(|error| Error::Outcome(format!("rebuilding {name}: {error}")))?;
    let events = u64::try_from(rebuilt.events).unwrap_or_default();
    let per_second = events as f64 / rebuilt.folding.as_secs_f64();
    Ok(Measured { what: name, events, events_per_second: per_second, target: Some(REBUILD_TARGET) })
}
