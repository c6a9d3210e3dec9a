//! `bench append`: how many events a second the journal takes, through its whole path.

use std::time::{Duration, Instant};

use futures::StreamExt;

use crate::app::House;
use crate::cli::client::Error;
use crate::journal::{Append, Journal, Metadata, NewEvent, StreamId, slot_of};
use crate::primitives::{CommandId, OrganizationId, RunId};

/// How long it is measured.
const MEASURE: Duration = Duration::from_secs(3);
/// Appends that wait for their answer at the same time.
const AT_ONCE: usize = 1_024;
/// Events of one append: what a run of five pure nodes writes.
const EVENTS: usize = 8;

/// Events a second, each as large as `payload`, fenced and grouped as those of runs are.
pub(super) async fn events_per_second(house: &House, payload: &str) -> Result<f64, Error> {
    let began = Instant::now();
    let appends = futures::stream::repeat_with(|| one(house, payload))
        .take_while(|_| std::future::ready(began.elapsed() < MEASURE))
        .buffer_unordered(AT_ONCE);
    let outcomes: Vec<_> = appends.collect().await;
    let elapsed = began.elapsed().as_secs_f64();
    let count = outcomes.len();
    outcomes.into_iter().collect::<Result<Vec<()>, Error>>()?;
    Ok((count * EVENTS) as f64 / elapsed)
}

async fn one(house: &House, payload: &str) -> Result<(), Error> {
    let run = RunId::generate();
    let append = Append {
        // A type of its own would want a partition: these are runs that nobody executes.
        stream: StreamId::run(run),
        expected: 0,
        events: vec![
            NewEvent {
                event_type: "measured".into(),
                event_version: "1.0".into(),
                payload: payload.to_owned(),
            };
            EVENTS
        ],
        metadata: Metadata::new(OrganizationId::DEFAULT, "bench", CommandId::generate()),
        fence: house.ownership.fence(slot_of(&run.to_string())),
        side: Vec::new(),
    };
    record(&house.journal, append).await
}

async fn record(journal: &Journal, append: Append) -> Result<(), Error> {
    let outcome = journal.append(append).await;
    outcome.map(drop).map_err(|error| Error::Outcome(format!("the journal refused: {error}")))
}
