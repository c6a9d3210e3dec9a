//! How many events a second the journal takes: fenced, grouped, with an outcome for each append.
//! In a database of its own, so that nothing else of the house works meanwhile.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures::StreamExt;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::task::AbortHandle;

use crate::journal::{
    Append, Bells, Config, Error, Fence, Journal, Lane, Leases, Metadata, NewEvent, Runs, StreamId,
    migrate, pool, slot_of,
};
use crate::primitives::{Clock, CommandId, OrganizationId, RunId, SystemClock, WorkerId};

/// How long it is measured.
const MEASURE: Duration = Duration::from_secs(3);
/// Appends that wait for their answer at the same time.
const AT_ONCE: usize = 1_024;
/// Events of one append: what a run of five pure nodes writes.
const EVENTS: usize = 8;
/// The database of the measurement, beside that of the house.
const DATABASE: &str = "append_probe";

/// The fence of each slot.
pub(super) type Fences = HashMap<i16, Fence>;

/// Events a second, each as large as `payload`.
pub(super) async fn events_per_second(
    maintenance: &PgPool,
    server: &PgConnectOptions,
    payload: &str,
) -> Result<f64, Error> {
    let made = sqlx::raw_sql("create database append_probe").execute(maintenance).await;
    made.map_err(|source| Error::Database {
        doing: "making a database for the measurement",
        source: source.into(),
    })?;
    let database = server.clone().database(DATABASE);
    let owner = pool::owner(&database, 1);
    migrate::run(&owner, SystemClock.now()).await?;
    let serving = pool::serving(&database, 8);
    let (_leases, fences) = all_slots(serving.clone(), Duration::from_mins(1)).await?;
    let (journal, lanes) = Journal::open(serving, &Bells::default(), Config::default());
    let hosts: Vec<AbortHandle> = lanes.into_iter().map(host).collect();
    let rate = measure(&journal, &fences, payload).await;
    journal.close();
    hosts.iter().for_each(AbortHandle::abort);
    rate
}

#[expect(clippy::disallowed_methods, reason = "a measurement's own task, ended by the handle")]
fn host(lane: Lane) -> AbortHandle {
    tokio::spawn(async move { lane.run().await }).abort_handle()
}

async fn measure(journal: &Journal, fences: &Fences, payload: &str) -> Result<f64, Error> {
    let began = Instant::now();
    let event = NewEvent {
        event_type: "node_succeeded".into(),
        event_version: "1.0".into(),
        payload: payload.to_owned(),
    };
    let events = vec![event; EVENTS];
    let appends = futures::stream::repeat_with(|| journal.append(a_run(fences, &events).1))
        .take_while(|_| std::future::ready(began.elapsed() < MEASURE))
        .buffer_unordered(AT_ONCE);
    let outcomes: Vec<_> = appends.collect().await;
    let elapsed = began.elapsed().as_secs_f64();
    let count = outcomes.len();
    outcomes.into_iter().collect::<Result<Vec<_>, Error>>()?;
    Ok((count * EVENTS) as f64 / elapsed)
}

/// All slots of a ledger on which no server executes runs.
pub(super) async fn all_slots(pool: PgPool, lease: Duration) -> Result<(Leases, Fences), Error> {
    let leases = Leases::join(pool, WorkerId::generate(), "bench", Runs::Wanted, lease).await?;
    let fences = leases.acquire_slots().await?;
    Ok((leases, fences.into_iter().map(|fence| (fence.slot, fence)).collect()))
}

/// A new run of these events, and its append.
pub(super) fn a_run(fences: &Fences, events: &[NewEvent]) -> (RunId, Append) {
    let run = RunId::generate();
    let append = Append {
        stream: StreamId::run(run),
        expected: 0,
        events: events.to_vec(),
        metadata: Metadata::new(OrganizationId::DEFAULT, "bench", CommandId::generate()),
        fence: fences.get(&slot_of(&run.to_string())).copied(),
        subject: None,
        side: Vec::new(),
    };
    (run, append)
}
