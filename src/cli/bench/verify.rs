//! `bench verify`: the whole ledger signed and verified, beside what that cannot be faster than: SHA-256 alone
//! over as many bytes, and the same rows read for nothing.

use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use super::sitting::Steps;
use crate::cli::Failure;
use crate::cli::client::Error;
use crate::notary::{self, Log, OutsideCopy, Walk};
use crate::proof::{Envelope, node_of, sha256};
use crate::segments::Shelf;

/// Events a second that verification should reach on one core.
const TARGET: f64 = 200_000.0;
/// How long the hashing alone is measured.
const MEASURE: Duration = Duration::from_secs(2);
/// Events of a run.
const OF_A_RUN: i64 = 6;
/// What events carry beside their payloads.
const METADATA: &str = r#"{"organization_id":"org_00000000000000000000000000","actor":"system:bench","command_id":"cmd_00000000000000000000000000","causation_id":"run_00000000000000000000000000#3"}"#;
/// How often it is looked whether all is signed.
const LOOK: Duration = Duration::from_millis(20);

/// How fast it went.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    /// How many events there were.
    events: u64,
    /// Events a second whose bytes are hashed, and nothing else: payload, metadata, leaf and node.
    hashed_per_second: f64,
    /// Events a second that are read, and nothing is done with.
    read_per_second: f64,
    /// Events a second that were signed from a ledger that was not.
    signed_per_second: f64,
    /// Events a second that were verified.
    verified_per_second: f64,
}

impl Measured {
    /// As people read it.
    pub(super) fn lines(&self) -> Vec<String> {
        let share = |limit: f64| self.verified_per_second / limit * 100.0;
        vec![
            format!("{} events", self.events),
            format!("SHA-256 alone      {:>10.0} events/s", self.hashed_per_second),
            format!("rows read alone    {:>10.0} events/s", self.read_per_second),
            format!("signed             {:>10.0} events/s", self.signed_per_second),
            format!(
                "verified           {:>10.0} events/s   {:.0} % of the reading alone, {:.0} % of the hashing alone (aim: {TARGET:.0})",
                self.verified_per_second,
                share(self.read_per_second),
                share(self.hashed_per_second)
            ),
        ]
    }
}

/// Fills a ledger, has it signed, and verifies it.
pub(super) async fn measure(
    (owner, database, copy): (&PgPool, &PgConnectOptions, &OutsideCopy),
    events: usize,
    payload: &str,
    steps: &Steps,
) -> Result<Measured, Error> {
    steps.show("SHA-256 alone");
    let hashed = hashed_per_second(payload);
    steps.show("the filling of a ledger");
    let failed = |error: sqlx::Error| Error::Outcome(format!("filling a ledger: {error}"));
    fill(owner, events as i64, payload).await.map_err(failed)?;
    steps.show("the signing of the ledger");
    let (log, began) = (Log::new(owner.clone()), Instant::now());
    loop {
        let standing = log.standing().await.map_err(|error| told(&error))?;
        if let Some(reason) = standing.halted {
            return Err(Error::Outcome(reason));
        }
        if standing.last.is_some_and(|last| last.size >= standing.head) {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    let signed = events as f64 / began.elapsed().as_secs_f64();
    let walk = Walk {
        database: database.clone(),
        log,
        copy: copy.clone(),
        key: None,
        checkpoint: None,
        segments: Shelf::new(copy.place().with_file_name("segments")),
    };
    steps.show("reading alone");
    let (count, taken) = walk.read_only().await.map_err(|error| told(&error))?;
    let read = count as f64 / taken.as_secs_f64();
    steps.show("verification");
    let walked = walk.run(|_| ()).await.map_err(|error| told(&error))?;
    Ok(Measured {
        events: walked.checkpoint.size,
        hashed_per_second: hashed,
        read_per_second: read,
        signed_per_second: signed,
        verified_per_second: walked.checkpoint.size as f64 / walked.taken.as_secs_f64(),
    })
}

fn told(error: &notary::Error) -> Error {
    Error::Outcome(Failure::of(error).to_string())
}

/// How many events a second are hashed with nothing else done: one thread, no reading.
fn hashed_per_second(payload: &str) -> f64 {
    let (began, mut events, mut buffer) = (Instant::now(), 0_i64, Vec::new());
    let mut above = [0; 32];
    while began.elapsed() < MEASURE {
        for _ in 0..1_000 {
            events += 1;
            let envelope = Envelope {
                position: events,
                organization: "org_00000000000000000000000000",
                aggregate_type: "run",
                aggregate_id: "run_00000000000000000000000000",
                sequence: events % OF_A_RUN + 1,
                event_type: "node_succeeded",
                version: "1.0",
                recorded_at: 1_764_460_800_123_456,
                payload: &sha256(payload.as_bytes()),
                metadata: &sha256(METADATA.as_bytes()),
            };
            above = node_of(&above, &envelope.leaf(&mut buffer));
        }
    }
    events as f64 / began.elapsed().as_secs_f64()
}

/// Runs of six events each, with positions in the order of their sequences, as if many went on together.
#[expect(
    clippy::disallowed_methods,
    reason = "what only a measurement asks is not among the checked"
)]
async fn fill(owner: &PgPool, events: i64, payload: &str) -> sqlx::Result<()> {
    let mut transaction = owner.begin().await?;
    let month = "create table events_run_bench partition of events_run for values from ('run_0') to ('run_00000001')";
    sqlx::query(month).execute(&mut *transaction).await?;
    sqlx::query(
        "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                             payload, metadata)
         select 'run', 'run_' || lpad((g / $2)::text, 26, '0'), g % $2 + 1, 'node_succeeded', '1.0',
                $3::json, $4::json
           from generate_series(0, $1 - 1) g",
    )
    .bind(events)
    .bind(OF_A_RUN)
    .bind(payload)
    .bind(METADATA)
    .execute(&mut *transaction)
    .await?;
    // The sequencer finds them as it finds all others.
    transaction.commit().await?;
    sqlx::raw_sql("analyze events; analyze event_log").execute(owner).await?;
    loop {
        let open: i64 = sqlx::query_scalar(
            "select (select count(*) from events) - (select count(*) from event_log)",
        )
        .fetch_one(owner)
        .await?;
        if open == 0 {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    // Several in one text would be one transaction, in which there is no vacuum.
    for table in ["vacuum analyze events", "vacuum analyze event_log"] {
        sqlx::raw_sql(table).execute(owner).await?;
    }
    Ok(())
}
