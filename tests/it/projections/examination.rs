//! Samples of the ledger against the views, and what becomes of what differs.

use std::sync::Arc;
use std::time::Duration;

use chainkeel::actors::views::ViewDoctor;
use chainkeel::journal::StreamId;
use chainkeel::primitives::SystemClock;
use chainkeel::projections::examine::{Unlike, examine, mend};
use chainkeel::projections::{self, Course, Effort, findings};
use tokio_util::sync::CancellationToken;

use super::invention::{happen, world};
use super::stage::Stage;

/// A stage whose views have everything of an invented history.
async fn settled(seed: u64) -> (Stage, i64) {
    let mut stage = Stage::new().await;
    stage.follow_all();
    happen(&stage, world(seed, 40).0).await;
    let head = stage.settled().await;
    (stage, head)
}

async fn all_streams(stage: &Stage, head: i64) -> Vec<StreamId> {
    let positions: Vec<i64> = (1..=head).collect();
    stage.journal.streams_at(&positions).await.unwrap()
}

async fn differences(stage: &Stage, view: &str, streams: &[StreamId]) -> Vec<Unlike> {
    let projection = projections::by_name(view).unwrap();
    let found = examine(&stage.means(), projection, streams).await.unwrap();
    found.expect("the live build is of this version").differences
}

#[tokio::test]
async fn what_each_stream_makes_by_itself_is_what_readers_see() {
    // given views of an invented history
    let (stage, head) = settled(41).await;
    let streams = all_streams(&stage, head).await;

    // when each view is examined by all streams, and by each tenth of them
    for projection in projections::all() {
        let found = examine(&stage.means(), *projection, &streams).await.unwrap().unwrap();

        // then nothing differs, and nothing of it stays
        assert_eq!(found.differences, [], "{}", projection.name());
        assert!(found.position <= head);
        assert_eq!(found.events, usize::try_from(found.position).unwrap(), "all of them");
        for part in streams.chunks(streams.len() / 10 + 1).take(3) {
            let found = examine(&stage.means(), *projection, part).await.unwrap().unwrap();
            assert_eq!(found.differences, [], "{}", projection.name());
        }
    }
    let left = "select count(*) from projection_builds where purpose = 'verify'";
    assert_eq!(stage.number(left).await, 0);
    let schemas = "select count(*) from pg_namespace where nspname like 'run\\_history\\_v%'";
    assert_eq!(stage.number(schemas).await, 2, "the template and the live build");
}

#[tokio::test]
async fn a_row_altered_missing_or_too_many_is_named_and_its_stream_is_projected_again() {
    // given a view of which one row was altered, one is gone, and one is of no event
    let (stage, head) = settled(42).await;
    let streams = all_streams(&stage, head).await;
    let schema = stage.live_schema("run_history").await;
    let runs: Vec<String> = sqlx::query_scalar(&format!(
        "select run_id from {schema}.executions group by run_id having count(*) > 1 order by 1 limit 3"
    ))
    .fetch_all(&stage.database.pool)
    .await
    .unwrap();
    let [altered, robbed, gifted] = &runs[..] else { panic!("{runs:?}") };
    let first = "order by node_id, attempt limit 1";
    stage
        .execute(&format!(
            "update {schema}.executions set branch = 'forged' where ctid =
               (select ctid from {schema}.executions where run_id = '{altered}' {first})"
        ))
        .await;
    stage
        .execute(&format!(
            "delete from {schema}.executions where ctid =
               (select ctid from {schema}.executions where run_id = '{robbed}' {first})"
        ))
        .await;
    stage
        .execute(&format!(
            "insert into {schema}.executions
             select (jsonb_populate_record(e, '{{\"node_id\": \"stranger\"}}')).*
               from {schema}.executions e where run_id = '{gifted}' {first}"
        ))
        .await;

    // when a sample holds their streams, then each is named with what readers see and should see
    let found = differences(&stage, "run_history", &streams).await;
    let of = |run: &str| found.iter().find(|it| it.key.starts_with(run)).unwrap();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(of(altered).live.as_ref().unwrap().contains("forged"));
    assert!(!of(altered).made.as_ref().unwrap().contains("forged"));
    assert_eq!((of(robbed).live.is_none(), of(robbed).made.is_none()), (true, false));
    assert_eq!((of(gifted).live.is_none(), of(gifted).made.is_none()), (false, true));
    assert!(of(gifted).key.contains("stranger"));

    // and when it is projected again while events come, then readers see what the ledger says
    happen(&stage, world(43, 10).0).await;
    let projection = projections::by_name("run_history").unwrap();
    assert!(mend(&stage.means(), projection, &streams).await.unwrap().is_some_and(|rows| rows > 3));
    stage.settled().await;
    assert_eq!(differences(&stage, "run_history", &streams).await, []);
    stage.verify_all().await;
}

#[tokio::test]
async fn the_doctor_finds_what_differs_by_itself_and_builds_the_view_anew() {
    // given a forged row in each run of a view
    let (mut stage, _) = settled(44).await;
    let schema = stage.live_schema("run_history").await;
    stage.execute(&format!("update {schema}.runs set triggered_by = 'nobody'")).await;

    // when the doctor makes its rounds
    let stop = CancellationToken::new();
    let doctor = ViewDoctor {
        means: stage.means(),
        every: Some(Duration::from_millis(5)),
        mend: Course::Automatic,
        rebuild: Course::Automatic,
        effort: Effort::FULL,
        clock: Arc::new(SystemClock),
    };
    let rounds = doctor.run(stop.clone());
    stage.host(async move { rounds.await.unwrap() });

    // then the view is built anew, and what was found is kept with both rows
    let rebuilt = async {
        while stage.live_schema("run_history").await == schema {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(super::stage::PATIENCE, rebuilt).await.expect("it is built anew");
    stop.cancel();
    let forged = "select count(*) from view_runs where triggered_by = 'nobody'";
    assert_eq!(stage.number(forged).await, 0);
    let found = findings::list(&stage.app, 1_000).await.unwrap();
    assert!(!found.is_empty());
    for finding in found {
        assert_eq!((finding.projection.as_str(), finding.table.as_str()), ("run_history", "runs"));
        assert!(finding.is_mended && finding.live.unwrap().contains("nobody"));
        assert!(!finding.made.unwrap().contains("nobody"));
    }
}

#[tokio::test]
async fn a_view_that_an_older_version_made_is_built_anew_by_itself_unless_an_operator_does_it() {
    // given a view that an older version made, which nobody follows
    let (mut stage, _) = settled(45).await;
    let older =
        "update projection_builds set version = 0 where projection = 'timers' and state = 'live'";
    let doctor = |rebuild, stop| {
        let (mend, clock) = (Course::ByHand, Arc::new(SystemClock));
        let every = Some(Duration::from_millis(5));
        let effort = Effort::FULL;
        ViewDoctor { means: stage.means(), every, mend, rebuild, effort, clock }.run(stop)
    };
    let (by_hand, by_itself) = (CancellationToken::new(), CancellationToken::new());
    let waits = doctor(Course::ByHand, by_hand.clone());
    let builds = doctor(Course::Automatic, by_itself.clone());
    stage.execute(older).await;
    let schema = stage.live_schema("timers").await;

    // when rebuilding is for an operator, then two rounds of all views leave it as it is
    let two_rounds = tokio::time::timeout(Duration::from_secs(1), waits).await;
    assert!(two_rounds.is_err(), "it goes on until it is told to stop");
    assert_eq!(stage.live_schema("timers").await, schema);

    // and when it is for the house, then the view of this version is live, and followed
    stage.host(async move { builds.await.unwrap() });
    let live = "select coalesce(max(version), 0)::bigint from projection_builds
                 where projection = 'timers' and state = 'live'";
    let rebuilt = async {
        while stage.number(live).await != 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(super::stage::PATIENCE, rebuilt).await.expect("it is built anew");
    by_itself.cancel();
    happen(&stage, world(46, 5).0).await;
    stage.settled().await;
    stage.verify_all().await;
}
