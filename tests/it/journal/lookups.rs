//! What a read of the ledger looks at: the events that it gives, however little the database knows of its tables.

use serde_json::Value;
use sqlx::Connection;

use super::chosen::head_at;
use super::ledger::{Ledger, append, insert_of, run};

const RUNS: usize = 30;
const EVENTS: usize = 100;

/// Rows of events that this connection looked at and has not reported yet.
const LOOKED_AT: &str = "select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint
                           from pg_stat_xact_user_tables where relname ~ '^events'";

/// How many rows of events are looked at by a query that gives fifty.
async fn looked_at(ledger: &Ledger, query: &str) -> i64 {
    let mut connection = ledger.database.pool.acquire().await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    let before: i64 = sqlx::query_scalar(LOOKED_AT).fetch_one(&mut *transaction).await.unwrap();
    let found = sqlx::query(query).fetch_all(&mut *transaction).await.unwrap();
    assert_eq!(found.len(), 50, "{query}");
    let after: i64 = sqlx::query_scalar(LOOKED_AT).fetch_one(&mut *transaction).await.unwrap();
    after - before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_looks_at_its_own_events_alone_in_a_month_that_was_never_analyzed() {
    // given a ledger of which the database knows nothing yet, as of each new month
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    for _ in 0..RUNS {
        ledger.journal.append(append(&run(), 0, EVENTS)).await.unwrap();
    }
    let end = i64::try_from(RUNS * EVENTS).unwrap();
    head_at(&tail, end).await;

    // then each way to read fifty events of three thousand looks at fifty
    for query in [
        "select * from journal_read(1200, 50)".to_owned(),
        "select * from journal_read_at(array(select p::bigint from generate_series(1201, 1250) p))"
            .to_owned(),
        format!(
            "select * from journal_read_of('{}', 1200, 1250, null, null, 100)",
            chainkeel::primitives::OrganizationId::DEFAULT
        ),
    ] {
        assert_eq!(looked_at(&ledger, &query).await, 50, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tick_looks_at_fresh_events_alone_in_a_month_that_was_never_analyzed() {
    // given a month of runs that are numbered, of which the database knows nothing, and one event that is fresh
    let mut ledger = Ledger::new().await;
    let tail = ledger.tail().await;
    for _ in 0..10 * RUNS {
        ledger.journal.append(append(&run(), 0, EVENTS)).await.unwrap();
    }
    head_at(&tail, i64::try_from(10 * RUNS * EVENTS).unwrap()).await;
    let pool = &ledger.database.pool;
    let prev: String = sqlx::query_scalar("select last_snapshot::text from sequencer")
        .fetch_one(pool)
        .await
        .unwrap();
    let mut transaction = pool.begin().await.unwrap();
    for setting in ["enable_seqscan", "enable_hashjoin", "enable_mergejoin"] {
        let off = format!("set local {setting} = off");
        sqlx::query(&off).execute(&mut *transaction).await.unwrap();
    }
    insert_of("run", &mut transaction, &run().aggregate_id, 1).await;

    // then both of its looks read some pages, not a hundred for a month of thirty thousand events
    for look in ["journal_is_fresh($1, false)", "journal_fresh($1, $1, false)"] {
        let explained = format!(
            "explain (analyze, buffers, format json) select * from {}",
            look.replace("$1", &format!("'{prev}'::pg_snapshot"))
        );
        // Only what is looked at counts, not what getting ready reads of the catalogue.
        sqlx::query(&explained).execute(&mut *transaction).await.unwrap();
        let plan: Value =
            sqlx::query_scalar(&explained).fetch_one(&mut *transaction).await.unwrap();
        let pages = plan[0]["Plan"]["Shared Hit Blocks"].as_i64().unwrap();
        assert!(pages < 100, "{look}: {pages} pages");
    }
}
