//! The office of the sequencer: who holds it, when it halts, what it costs to be idle.

use std::time::Duration;

use chainkeel::journal::{Error, Pace, Sequencer, Tick};
use sqlx::{Connection, PgConnection};
use tokio::time::sleep;

use super::ledger::{Ledger, append, insert_of, run};

#[tokio::test]
async fn positions_are_dense_and_are_given_once() {
    let ledger = Ledger::new().await;
    let mut sequencer = ledger.sequencer().await;
    ledger.journal.append(append(&run(), 0, 3)).await.unwrap();
    ledger.journal.append(append(&run(), 0, 2)).await.unwrap();

    assert_eq!(sequencer.tick().await.unwrap(), Tick { head: 5, assigned: 5 });
    assert_eq!(sequencer.tick().await.unwrap(), Tick { head: 5, assigned: 0 });
    assert_eq!(ledger.journal.head().await.unwrap(), 5);
    let positions: Vec<i64> =
        ledger.journal.read_after(2, 10).await.unwrap().iter().map(|e| e.position).collect();
    assert_eq!(positions, [3, 4, 5]);
}

#[tokio::test]
async fn a_stream_with_a_hole_halts_the_sequencer() {
    let ledger = Ledger::new().await;
    let mut sequencer = ledger.sequencer().await;
    let (good, bad) = (run(), run());
    ledger.journal.append(append(&bad, 0, 3)).await.unwrap();
    ledger.journal.append(append(&good, 0, 1)).await.unwrap();
    sqlx::query("delete from events where aggregate_id = $1 and sequence = 2")
        .bind(&bad.aggregate_id)
        .execute(&ledger.database.pool)
        .await
        .unwrap();

    let halted = sequencer.tick().await.unwrap_err();

    let Error::Damaged(what) = &halted else { panic!("{halted}") };
    assert!(what.contains(&bad.aggregate_id) && what.contains("missing"), "{what}");
    assert!(!halted.is_transient());
    assert_eq!(ledger.journal.head().await.unwrap(), 0, "nothing was numbered");
    assert!(matches!(sequencer.run().await, Error::Damaged(_)));
}

#[tokio::test]
async fn an_event_deleted_before_its_successor_is_numbered_halts_the_sequencer() {
    let ledger = Ledger::new().await;
    let mut sequencer = ledger.sequencer().await;
    let stream = run();
    ledger.journal.append(append(&stream, 0, 2)).await.unwrap();
    sequencer.tick().await.unwrap();
    let delete = |sequence: i64| {
        sqlx::query("delete from events where aggregate_id = $1 and sequence = $2")
            .bind(stream.aggregate_id.clone())
            .bind(sequence)
            .execute(&ledger.database.pool)
    };

    // The end of a stream is deleted, and written anew by somebody who does not know.
    delete(2).await.unwrap();
    ledger.journal.append(append(&stream, 1, 1)).await.unwrap();

    assert!(matches!(sequencer.tick().await, Err(Error::Damaged(_))));
}

#[tokio::test]
async fn a_numbered_event_that_is_gone_stops_the_reader_instead_of_being_skipped() {
    let ledger = Ledger::new().await;
    let mut sequencer = ledger.sequencer().await;
    let stream = run();
    ledger.journal.append(append(&stream, 0, 3)).await.unwrap();
    sequencer.tick().await.unwrap();
    sqlx::query("delete from events where sequence = 2")
        .execute(&ledger.database.pool)
        .await
        .unwrap();

    let read = ledger.journal.read_after(0, 10).await;

    let Err(Error::Damaged(what)) = read else { panic!("{read:?}") };
    assert!(what.contains("position 2"), "{what}");
}

#[tokio::test]
async fn only_one_worker_is_the_sequencer_until_it_is_dead() {
    let ledger = Ledger::new().await;
    let candidate = |leases: &chainkeel::journal::Leases| {
        Sequencer::new(ledger.app.clone(), leases.worker(), ledger.bells.clone(), Pace::default())
    };
    let first_worker = ledger.join(Duration::from_millis(400)).await;
    let second_worker = ledger.join(Duration::from_mins(1)).await;
    let (mut first, mut second) = (candidate(&first_worker), candidate(&second_worker));
    assert!(first.lead().await.unwrap());
    assert!(!second.lead().await.unwrap());
    assert!(matches!(second.tick().await, Err(Error::LeaseLost(_))));
    ledger.journal.append(append(&run(), 0, 1)).await.unwrap();
    assert_eq!(first.tick().await.unwrap().assigned, 1);

    // The first is rebuilt by its supervisor: the same worker may take its own office again.
    let mut first = candidate(&first_worker);
    assert!(first.lead().await.unwrap());

    sleep(Duration::from_millis(500)).await;
    assert!(second.lead().await.unwrap());
    ledger.journal.append(append(&run(), 0, 1)).await.unwrap();
    assert!(matches!(first.tick().await, Err(Error::LeaseLost(_))));
    assert_eq!(second.tick().await.unwrap(), Tick { head: 2, assigned: 1 });
}

#[tokio::test]
async fn a_tick_that_finds_nothing_takes_no_transaction_id() {
    let ledger = Ledger::new().await;
    let mut sequencer = ledger.sequencer().await;
    ledger.journal.append(append(&run(), 0, 1)).await.unwrap();
    // Somebody in another database is at work during the tick, and ends after it.
    let mut elsewhere =
        PgConnection::connect_with(&ledger.database.options().database("postgres")).await.unwrap();
    let mut foreign = elsewhere.begin().await.unwrap();
    sqlx::query("select pg_current_xact_id()").execute(&mut *foreign).await.unwrap();
    sequencer.tick().await.unwrap();
    foreign.commit().await.unwrap();
    let rival = ledger.join(Duration::from_mins(1)).await;

    let mut transaction = ledger.app.begin().await.unwrap();
    for idle in [
        "select journal_sequence(owner, epoch) from sequencer",
        "select journal_read(1, 100)",
        "select head from sequencer",
    ] {
        sqlx::query(idle).execute(&mut *transaction).await.unwrap();
    }
    // Somebody who asks whether the office is free.
    sqlx::query("select journal_lead($1)")
        .bind(rival.worker().as_uuid())
        .execute(&mut *transaction)
        .await
        .unwrap();
    let taken: Option<String> = sqlx::query_scalar("select pg_current_xact_id_if_assigned()::text")
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
    assert_eq!(taken, None);
}

/// Transaction ids are the server's, and other tests on it take some. So this watches the
/// transactions of its own database; alone on a server (the long form) it also counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_ledger_burns_no_transaction_id() {
    const NEXT_XID: &str = "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
    const WRITING: &str = "select count(*) from pg_stat_activity
                            where datname = current_database() and backend_xid is not null
                              and backend_type = 'client backend'";
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    let stream = run();
    ledger.journal.append(append(&stream, 0, 3)).await.unwrap();
    assert!(tail.wait_for(&stream, 3, Duration::from_secs(5)).await.is_some());
    sleep(Duration::from_millis(500)).await;
    let long = std::env::var_os("CHAINKEEL_LONG_TESTS").is_some();
    let idle = if long { Duration::from_mins(1) } else { Duration::from_secs(3) };

    let options = ledger.database.options();
    let mut watcher = PgConnection::connect_with(&options).await.unwrap();
    let before: i64 = sqlx::query_scalar(NEXT_XID).fetch_one(&mut watcher).await.unwrap();
    let until = tokio::time::Instant::now() + idle;
    while tokio::time::Instant::now() < until {
        let writing: i64 = sqlx::query_scalar(WRITING).fetch_one(&mut watcher).await.unwrap();
        assert_eq!(writing, 0, "a transaction with an id was seen");
        sleep(Duration::from_millis(2)).await;
    }
    if long {
        let after: i64 = sqlx::query_scalar(NEXT_XID).fetch_one(&mut watcher).await.unwrap();
        assert_eq!(after, before, "transaction ids were burnt");
    }
}

#[tokio::test]
async fn an_event_of_another_type_that_is_committed_late_is_numbered_after_runs_were_alone() {
    let ledger = Ledger::new().await;
    let mut sequencer = ledger.sequencer().await;
    let number_runs = async |sequencer: &mut Sequencer, times: usize| {
        for _ in 0..times {
            ledger.journal.append(append(&run(), 0, 2)).await.unwrap();
            assert_eq!(sequencer.tick().await.unwrap().assigned, 2);
        }
    };
    // given a task written by a transaction that stays open, and one by a transaction that came to nothing
    let mut late = ledger.app.begin().await.unwrap();
    insert_of("task", &mut late, "late", 1).await;
    let mut never = ledger.app.begin().await.unwrap();
    insert_of("task", &mut never, "never", 1).await;
    never.rollback().await.unwrap();

    // when runs are numbered meanwhile, and the transaction ends
    number_runs(&mut sequencer, 4).await;
    late.commit().await.unwrap();

    // then its task has a position, and so has one that is written and ended between two looks
    assert_eq!(sequencer.tick().await.unwrap().assigned, 1);
    number_runs(&mut sequencer, 4).await;
    insert_of("task", &mut ledger.app.acquire().await.unwrap(), "late", 2).await;
    assert_eq!(sequencer.tick().await.unwrap(), Tick { head: 18, assigned: 1 });
}

#[tokio::test]
async fn runs_are_numbered_without_a_look_at_other_types() {
    let ledger = Ledger::new().await;
    let mut sequencer = ledger.sequencer().await;
    // given everything numbered that is there, and tasks that nobody can look at
    for _ in 0..3 {
        ledger.journal.append(append(&run(), 0, 1)).await.unwrap();
        assert_eq!(sequencer.tick().await.unwrap().assigned, 1);
    }
    let mut holder = ledger.database.pool.begin().await.unwrap();
    sqlx::query("lock table only events_task in access exclusive mode")
        .execute(&mut *holder)
        .await
        .unwrap();

    // when a run is written
    let mut writer = ledger.app.acquire().await.unwrap();
    insert_of("run", &mut writer, &run().aggregate_id, 1).await;

    // then it is numbered at once
    let tick = tokio::time::timeout(Duration::from_secs(10), sequencer.tick()).await;
    assert_eq!(tick.expect("it waits for tasks").unwrap().assigned, 1);
    holder.rollback().await.unwrap();
}
