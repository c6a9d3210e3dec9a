//! The append against a model of it: a list of (command, events) a stream. Whatever is asked, in
//! whatever company, and however often connections are killed, the ledger is what the model says.

use std::time::Duration;

use chainkeel::journal::{Append, Outcome, StreamId};
use futures::FutureExt as _;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rand::{Rng, SeedableRng};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::ledger::{Ledger, append, run};

/// The longest pause between two kills, in microseconds.
const MAX_PAUSE_US: u64 = 80_000;

/// What one writer believes and does.
#[derive(Debug, Clone)]
enum Step {
    /// Knows the end of the stream.
    Right { events: usize },
    /// Is so many events off.
    Wrong { off: i64, events: usize },
    /// Gives its last command again.
    Again,
}

#[derive(Debug, Default)]
struct Model {
    last: i64,
    commands: Vec<(i64, String)>,
    previous: Option<Append>,
}

impl Model {
    /// The append that the step makes, and whether it is to be recorded.
    fn order(&mut self, stream: &StreamId, step: &Step) -> (Append, Expected) {
        match step {
            Step::Again if self.previous.is_some() => {
                let order = self.previous.clone().unwrap();
                let last = order.expected + order.events.len() as i64;
                (order, Expected::Duplicate { last })
            }
            Step::Right { events } => self.record(stream, *events),
            Step::Again => self.record(stream, 1),
            Step::Wrong { off, events } => {
                let expected = (self.last + off).max(0);
                if expected == self.last {
                    return self.record(stream, *events);
                }
                (append(stream, expected, *events), Expected::Conflict)
            }
        }
    }

    fn record(&mut self, stream: &StreamId, events: usize) -> (Append, Expected) {
        let order = append(stream, self.last, events);
        let command = order.metadata.command.to_string();
        for _ in 0..events {
            self.last += 1;
            self.commands.push((self.last, command.clone()));
        }
        self.previous = Some(order.clone());
        (order, Expected::Recorded { last: self.last })
    }
}

#[derive(Debug)]
enum Expected {
    Recorded { last: i64 },
    Duplicate { last: i64 },
    Conflict,
}

impl Expected {
    fn matches(&self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            // After a lost connection the first writing answers as a duplicate of itself.
            (
                Self::Recorded { last },
                Outcome::Appended { last: told } | Outcome::Duplicate { last: told },
            )
            | (Self::Duplicate { last }, Outcome::Duplicate { last: told }) => last == told,
            (Self::Conflict, outcome) => *outcome == Outcome::Conflict,
            _ => false,
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (1_usize..4).prop_map(|events| Step::Right { events }),
        2 => ((-3_i64..4), (1_usize..4)).prop_map(|(off, events)| Step::Wrong { off, events }),
        2 => Just(Step::Again),
    ]
}

/// Rounds of one step for each of some streams; the steps of a round meet in the lanes.
fn rounds() -> impl Strategy<Value = Vec<Vec<Step>>> {
    prop::collection::vec(prop::collection::vec(step(), 6..30), 4..16)
}

async fn check(
    ledger: &Ledger,
    answered: &watch::Sender<()>,
    rounds: Vec<Vec<Step>>,
) -> Result<(), TestCaseError> {
    let mut streams: Vec<(StreamId, Model)> = (0..30).map(|_| (run(), Model::default())).collect();
    for round in rounds {
        let orders: Vec<_> = round
            .iter()
            .zip(&mut streams)
            .map(|(step, (stream, model))| model.order(stream, step))
            .collect();
        let calls = orders.iter().map(|(order, _)| {
            ledger.journal.append(order.clone()).inspect(|_| answered.send_replace(()))
        });
        for ((_, expected), outcome) in orders.iter().zip(futures::future::join_all(calls).await) {
            let outcome = outcome.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(expected.matches(&outcome), "{expected:?} but {outcome:?}");
        }
    }
    for (stream, model) in &streams {
        prop_assert_eq!(&ledger.commands_of(stream).await, &model.commands);
    }
    Ok(())
}

/// Kills the lanes' connections at random moments, most of them while an append runs or commits.
///
/// The first append of a connection is planned over all partitions of events, which takes 10 to 20
/// ms, more on a busy machine, and grows with their number. Some pauses must be longer than that, and
/// after a kill something is answered before the next one: who never leaves an append the time to end
/// proves nothing but the journal's patience.
async fn kill(
    pool: sqlx::PgPool,
    mut answered: watch::Receiver<()>,
    stop: CancellationToken,
) -> i64 {
    let mut chance = rand::rngs::StdRng::seed_from_u64(7);
    let mut killed = 0;
    while !stop.is_cancelled() {
        sleep(Duration::from_micros(chance.random_range(500..MAX_PAUSE_US))).await;
        answered.borrow_and_update();
        let hit: i64 = sqlx::query_scalar(
            "select count(*) from (
               select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()
                  and query like '%journal_append%' and state = 'active') killed",
        )
        .fetch_one(&pool)
        .await
        .unwrap();
        killed += hit;
        if hit > 0 {
            tokio::select! {
                () = stop.cancelled() => {}
                _ = answered.changed() => {}
            }
        }
    }
    killed
}

fn run_model(cases: u32, killing: bool) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let ledger = runtime.block_on(Ledger::new());
    let (stop, (answered, heard)) = (CancellationToken::new(), watch::channel(()));
    if !killing {
        stop.cancel();
    }
    let killer = runtime.spawn(kill(ledger.database.pool.clone(), heard, stop.clone()));
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let law = TestRunner::new(config)
        .run(&rounds(), |rounds| runtime.block_on(check(&ledger, &answered, rounds)));
    stop.cancel();
    let hits = runtime.block_on(killer).unwrap();
    drop(ledger);
    law.unwrap();
    assert!(!killing || hits > 0, "no connection was killed");
}

#[test]
fn appends_follow_the_model() {
    run_model(12, false);
}

#[test]
fn appends_follow_the_model_while_connections_are_killed() {
    run_model(12, true);
}
