//! Crashes at every await of the runner and of a rebuild, and connections that are killed: nothing
//! is lost, nothing is doubled, and readers always see something.

use std::time::Duration;

use chainkeel::projections::rebuild::rebuild;
use chainkeel::projections::{self, Effort, Error};

use super::invention::{happen, world};
use super::stage::{Fused, Stage, Stop, when_free};

#[tokio::test]
async fn a_runner_that_is_cut_off_at_any_await_loses_and_doubles_nothing() {
    let mut stage = Stage::new().await;
    // Each view is cut off at each await, over a history that all of them read in that round: what
    // is read grows with the views, and not with their square.
    for polls in 1..=24 {
        happen(&stage, world(polls.into(), 2).0).await;
        stage.sequenced().await;
        for projection in projections::all() {
            let mut runner = stage.runner(*projection);
            // Some are cut off after their commit, some before, some in between.
            while let Some(step) = Fused::after(polls, runner.step()).await {
                step.unwrap();
                if stage.positions.of(projection.name()).await.unwrap() == stage.tail.head() {
                    break;
                }
            }
        }
    }
    stage.follow_all();
    stage.settled().await;
    stage.verify_all().await;
}

#[tokio::test]
async fn a_rebuild_that_is_cut_off_at_any_await_is_gone_on_with() {
    let mut stage = Stage::new().await;
    stage.follow_all();
    happen(&stage, world(1, 80).0).await;
    stage.settled().await;
    let projection = projections::by_name("run_history").unwrap();
    let before = stage.number("select count(*) from view_runs").await;

    let mut cut_off = 0;
    for polls in (1..400).step_by(7) {
        let means = stage.means();
        let outcome = when_free(|| async {
            match Fused::after(polls, rebuild(&means, projection, Effort::lanes(2), |_| {})).await {
                Some(Err(Error::Busy(name))) => Err(Error::Busy(name)),
                outcome => Ok(outcome),
            }
        })
        .await
        .unwrap();
        match outcome {
            None => cut_off += 1,
            Some(done) => drop(done.unwrap()),
        }
        // Whatever happened, readers see one build, and all of it.
        let live = "select count(*) from projection_builds
                     where projection = 'run_history' and state in ('live', 'parked')";
        assert_eq!(stage.number(live).await, 1);
        assert_eq!(stage.number("select count(*) from view_runs").await, before);
    }
    assert!(cut_off > 5, "{cut_off} were cut off");
    let means = stage.means();
    when_free(|| rebuild(&means, projection, Effort::lanes(2), |_| {})).await.unwrap();
    happen(&stage, world(2, 10).0).await;
    stage.settled().await;
    stage.verify_all().await;
    // What was left half made has been swept away.
    let left = "select count(*) from projection_builds where state = 'building'";
    assert_eq!(stage.number(left).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_killed_lose_and_double_nothing() {
    let mut stage = Stage::new().await;
    stage.follow_all();
    let stop = Stop::default();
    let killer = tokio::spawn({
        let (stop, pool) = (stop.clone(), stage.database.pool.clone());
        async move {
            let mut killed = 0;
            while !stop.is_wanted() {
                tokio::time::sleep(Duration::from_millis(40)).await;
                // Of the sessions that project, one that is in a transaction, where there is one.
                let ended: Option<bool> = sqlx::query_scalar(
                    "select pg_terminate_backend(pid) from pg_stat_activity
                      where datname = current_database() and pid <> pg_backend_pid()
                        and query ~ '(activity|timers|executions|runs|workflows|projection_builds)'
                        and query !~ 'view_|pg_stat_activity|journal_|events'
                      order by xact_start is null, random() limit 1",
                )
                .fetch_optional(&pool)
                .await
                .unwrap();
                killed += u32::from(ended == Some(true));
            }
            killed
        }
    });
    for seed in 50..60 {
        happen(&stage, world(seed, 30).0).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.now();
    assert!(killer.await.unwrap() > 3);
    stage.settled().await;
    stage.verify_all().await;
}
