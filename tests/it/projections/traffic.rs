//! Rebuilding while traffic goes on, and doing nothing while nothing happens.

use std::time::Duration;

use chainkeel::primitives::OrganizationId;
use chainkeel::projections::rebuild::rebuild;
use chainkeel::projections::run_history::{Filter, RunHistory};
use chainkeel::projections::{self, Effort, Paging, Views};
use sqlx::{PgPool, Postgres, Transaction};

use super::invention::{happen, world};
use super::stage::{PATIENCE, Stage, Stop};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reader_sees_a_hole_while_a_view_is_rebuilt_and_flipped() {
    let mut stage = Stage::new().await;
    stage.follow_all();
    happen(&stage, world(1, 100).0).await;
    stage.settled().await;

    let stop = Stop::default();
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (stop, app, positions) = (stop.clone(), stage.app.clone(), stage.positions.clone());
            tokio::spawn(async move {
                let history = RunHistory::new(Views::new(app.clone()), positions);
                let (mut runs, mut executions, mut position, mut reads) = (0, 0, 0, 0);
                while !stop.is_wanted() {
                    let seen: (i64, i64) = sqlx::query_as(
                        "select (select count(*) from view_runs), (select count(*) from view_executions)",
                    )
                    .fetch_one(&mut *in_our_name(&app).await)
                    .await
                    .expect("a reader never sees an error");
                    assert!(seen.0 >= runs && seen.1 >= executions, "{seen:?} after {runs} and {executions}");
                    (runs, executions) = seen;
                    let page = history
                        .list(OrganizationId::DEFAULT, &Filter::default(), &Paging::first(50))
                        .await
                        .expect("a reader never sees an error");
                    assert_eq!(page.items.len(), 50);
                    assert!(page.position >= position, "a view never goes back");
                    position = page.position;
                    reads += 1;
                }
                reads
            })
        })
        .collect();

    let run_history = projections::by_name("run_history").unwrap();
    let rebuilds = async {
        let mut built = Vec::new();
        for lanes in [1, 2, 3] {
            built.push(
                rebuild(&stage.means(), run_history, Effort::lanes(lanes), |_| {})
                    .await
                    .unwrap()
                    .build_id,
            );
        }
        built
    };
    let traffic = async {
        for seed in 100..106 {
            happen(&stage, world(seed, 40).0).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (built, ()) = futures::future::join(rebuilds, traffic).await;
    assert_eq!(built.len(), 3);
    stop.now();
    for reader in readers {
        assert!(reader.await.unwrap() > 3);
    }
    stage.settled().await;
    stage.verify_all().await;
}

/// A transaction that sees what belongs to the organization of these tests.
async fn in_our_name(app: &PgPool) -> Transaction<'static, Postgres> {
    let mut transaction = app.begin().await.unwrap();
    sqlx::query("select set_config('app.organization', $1, true)")
        .bind(OrganizationId::DEFAULT.to_string())
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction
}

#[tokio::test]
async fn a_reader_in_a_long_transaction_delays_the_flip_and_does_not_break_it() {
    let mut stage = Stage::new().await;
    stage.follow_all();
    happen(&stage, world(2, 20).0).await;
    stage.settled().await;

    let mut reader = in_our_name(&stage.app).await;
    let count = "select count(*) from view_runs";
    let before: i64 = sqlx::query_scalar(count).fetch_one(&mut *reader).await.unwrap();
    let projection = projections::by_name("run_history").unwrap();
    let means = stage.means();
    let rebuilding =
        tokio::spawn(async move { rebuild(&means, projection, Effort::lanes(2), |_| {}).await });
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(!rebuilding.is_finished());
    // Others are not held up behind the flip for longer than its patience.
    let other = async {
        let mut other = in_our_name(&stage.app).await;
        sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *other).await
    };
    let other = tokio::time::timeout(Duration::from_secs(2), other);
    assert_eq!(other.await.unwrap().unwrap(), before);
    assert!(before > 0);
    let after: i64 = sqlx::query_scalar(count).fetch_one(&mut *reader).await.unwrap();
    assert_eq!(after, before);
    reader.commit().await.unwrap();
    let rebuilt = rebuilding.await.unwrap().unwrap();
    assert_eq!(stage.live_schema("run_history").await, rebuilt.schema_name);
}

#[tokio::test]
async fn projectors_that_have_nothing_to_do_write_nothing() {
    let mut stage = Stage::new().await;
    stage.follow_all();
    happen(&stage, world(3, 10).0).await;
    let head = stage.settled().await;
    // Checkpoints of those whom the last events do not concern follow a moment later.
    let stored = "select min(position) from projection_builds where state = 'live'";
    while stage.number(stored).await < head {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    // The version of each checkpoint's row, and every lock that a transaction id would take.
    let versions = "select string_agg(build_id || ' ' || xmin::text || ' ' || xmax::text, ',' order by build_id)
                      from projection_builds";
    let ids = "select count(*) from pg_locks l join pg_stat_activity a using (pid)
                where l.locktype = 'transactionid' and a.datname = current_database()";
    let before = stage.text(versions).await;
    for _ in 0..40 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(stage.number(ids).await, 0, "somebody took a transaction id");
    }
    assert_eq!(stage.text(versions).await, before);
}

#[tokio::test]
async fn a_reader_can_wait_for_what_it_wrote() {
    let mut stage = Stage::new().await;
    let patience = Duration::from_millis(50);
    happen(&stage, world(4, 3).0).await;
    let head = stage.sequenced().await;
    assert_eq!(stage.positions.wait_for("activity", head, patience).await.unwrap(), None);
    stage.follow_all();
    stage.reached("activity", head).await;
    // Another process looks at the stored checkpoint.
    let elsewhere = projections::Positions::new(stage.app.clone());
    assert!(elsewhere.wait_for("activity", head, PATIENCE).await.unwrap().is_some());
    assert!(matches!(
        elsewhere.wait_for("nothing", 0, patience).await,
        Err(projections::Error::Unknown(_))
    ));
}
