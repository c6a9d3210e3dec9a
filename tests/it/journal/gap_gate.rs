//! Whatever writers do to their transactions, readers of the global order miss nothing, see nothing
//! twice, and see every stream in order.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chainkeel::primitives::RunId;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::{Connection, Executor, PgConnection, PgPool};
use tokio::time::{Instant, sleep};

use super::ledger::{Ledger, append, insert, insert_of, run};

const WRITERS: u64 = 16;

/// Five seconds, or a minute where the long form is asked for.
fn duration() -> Duration {
    if std::env::var_os("CHAINKEEL_LONG_TESTS").is_some() {
        Duration::from_mins(1)
    } else {
        Duration::from_secs(5)
    }
}

/// What a writer writes: most write runs; one in eight tasks, and rests in between, so that the sequencer now looks
/// at runs alone and now at everything.
fn kind(seed: u64) -> &'static str {
    if seed.is_multiple_of(8) { "task" } else { "run" }
}

/// One writer: transactions that linger, roll back, use savepoints, take their id early. Returns how
/// many events of which streams it committed.
async fn write(pool: PgPool, seed: u64, stop: Arc<AtomicBool>) -> HashMap<String, i64> {
    let kind = kind(seed);
    let mut chance = StdRng::seed_from_u64(seed);
    let mut committed: HashMap<String, i64> = HashMap::new();
    let mut runs: Vec<String> = (0..3).map(|_| RunId::generate().to_string()).collect();
    while !stop.load(Ordering::Relaxed) {
        let which = chance.random_range(0..3);
        if chance.random_bool(0.05) {
            runs[which] = RunId::generate().to_string();
        }
        let run = runs[which].clone();
        let last = committed.get(&run).copied().unwrap_or(0);
        let count = chance.random_range(1..=4);
        if kind != "run" {
            sleep(Duration::from_millis(chance.random_range(0..150))).await;
        }
        let mut transaction = pool.begin().await.unwrap();
        if chance.random_bool(0.3) {
            // The id is taken long before the events are written.
            transaction.execute("select pg_current_xact_id()").await.unwrap();
            sleep(Duration::from_millis(chance.random_range(0..30))).await;
        }
        if chance.random_bool(0.3) {
            transaction.execute("savepoint s").await.unwrap();
            insert_of(kind, &mut transaction, &run, last + 1).await;
            transaction.execute("rollback to s").await.unwrap();
        }
        for sequence in last + 1..=last + count {
            if chance.random_bool(0.2) {
                transaction.execute("savepoint s").await.unwrap();
            }
            insert_of(kind, &mut transaction, &run, sequence).await;
        }
        if chance.random_bool(0.5) {
            sleep(Duration::from_millis(chance.random_range(0..40))).await;
        }
        if chance.random_bool(0.15) {
            transaction.rollback().await.unwrap();
        } else {
            transaction.commit().await.unwrap();
            committed.insert(run, last + count);
        }
    }
    committed
}

/// A transaction with an id of its own that stays open in another database of the same server.
async fn linger_elsewhere(ledger: &Ledger, seconds: f64) {
    let options = ledger.database.options().database("postgres");
    let mut elsewhere = PgConnection::connect_with(&options).await.unwrap();
    let mut transaction = elsewhere.begin().await.unwrap();
    transaction.execute("select pg_current_xact_id()").await.unwrap();
    sqlx::query("select pg_sleep($1)").bind(seconds).execute(&mut *transaction).await.unwrap();
    transaction.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_event_is_missed_or_seen_twice_whatever_writers_do() {
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    let mut subscription = tail.subscribe(0);
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|seed| tokio::spawn(write(ledger.app.clone(), seed, Arc::clone(&stop))))
        .collect();
    let journal_writer = {
        let (journal, stop) = (ledger.journal.clone(), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut committed = HashMap::new();
            while !stop.load(Ordering::Relaxed) {
                let stream = run();
                journal.append(append(&stream, 0, 3)).await.unwrap();
                committed.insert(stream.aggregate_id, 3);
            }
            committed
        })
    };

    let time = duration();
    let ((), ()) = tokio::join!(linger_elsewhere(&ledger, time.as_secs_f64() * 0.8), sleep(time));
    stop.store(true, Ordering::Relaxed);
    let mut expected: HashMap<String, i64> = HashMap::new();
    for writer in writers {
        expected.extend(writer.await.unwrap());
    }
    expected.extend(journal_writer.await.unwrap());
    let total: i64 = expected.values().sum();

    let mut seen: HashMap<String, i64> = HashMap::new();
    let mut position = 0;
    while position < total {
        let batch = tokio::time::timeout(Duration::from_secs(10), subscription.next())
            .await
            .unwrap_or_else(|_| panic!("stuck at {position} of {total}"))
            .unwrap();
        for event in batch.iter() {
            position += 1;
            assert_eq!(event.position, position, "positions are dense");
            let last = seen.entry(event.aggregate_id.clone()).or_default();
            assert_eq!(event.sequence, *last + 1, "{} is in order", event.aggregate_id);
            *last = event.sequence;
        }
    }
    assert_eq!(seen, expected);
    sleep(Duration::from_millis(300)).await;
    assert_eq!(tail.head(), total, "nothing came twice");
    let distinct: HashSet<_> = expected.keys().collect();
    assert!(total > 500 && distinct.len() > 20, "the test has done something: {total}");
}

#[tokio::test]
async fn an_event_written_under_an_early_transaction_id_keeps_its_place_in_its_stream() {
    let ledger = Ledger::new().await;
    let mut sequencer = ledger.sequencer().await;
    let run = RunId::generate().to_string();
    // The second writer takes its id first, and writes after the first has committed.
    let mut late = ledger.app.begin().await.unwrap();
    late.execute("select pg_current_xact_id()").await.unwrap();
    let mut early = ledger.app.begin().await.unwrap();
    insert(&mut early, &run, 1).await;
    early.commit().await.unwrap();
    insert(&mut late, &run, 2).await;
    late.commit().await.unwrap();
    let inverted: bool = sqlx::query_scalar(
        "select (select xid from events where sequence = 2) < (select xid from events where sequence = 1)",
    )
    .fetch_one(&ledger.app)
    .await
    .unwrap();
    assert!(inverted, "the test makes what it means to make");

    sequencer.tick().await.unwrap();

    let events = ledger.journal.read_after(0, 10).await.unwrap();
    let order: Vec<_> = events.iter().map(|event| (event.position, event.sequence)).collect();
    assert_eq!(order, [(1, 1), (2, 2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_transaction_holds_up_nobody_elses_events() {
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    let mut open = ledger.app.begin().await.unwrap();
    let held_back = RunId::generate().to_string();
    insert(&mut open, &held_back, 1).await;

    let mut lag = Duration::ZERO;
    for _ in 0..20 {
        let stream = run();
        ledger.journal.append(append(&stream, 0, 2)).await.unwrap();
        let appended = Instant::now();
        let position = tail.wait_for(&stream, 2, Duration::from_secs(5)).await;
        assert!(position.is_some(), "an open transaction must not stall the order");
        lag = lag.max(appended.elapsed());
    }
    assert!(lag < Duration::from_secs(1), "{lag:?}");

    open.commit().await.unwrap();
    let stream = chainkeel::journal::StreamId::new("run", held_back);
    assert_eq!(tail.wait_for(&stream, 1, Duration::from_secs(5)).await, Some(41));
}
