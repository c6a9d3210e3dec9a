//! Whoever dies at any step is taken up by the next: nothing is lost, and nothing is there twice.

use std::time::Duration;

use chainkeel::journal::StreamId;
use chainkeel::journal::reading::State;
use sqlx::Executor as _;

use super::stage::Stage;

/// Lets a pass come to where it waits for a table that somebody else has locked, and ends it there, as a death would.
async fn dies_at(stage: &Stage, lock: &str, came: impl AsyncFn() -> bool) {
    let mut holder = stage.app.database.pool.begin().await.unwrap();
    holder.execute(sqlx::raw_sql(lock)).await.unwrap();
    let archivist = stage.archivist();
    let pass = tokio::spawn(async move { archivist.pass().await });
    for _ in 0..600 {
        if came().await || pass.is_finished() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    pass.abort();
    let _ = pass.await;
    holder.rollback().await.unwrap();
}

async fn states(stage: &Stage) -> Vec<State> {
    stage.kept().await.iter().map(|kept| kept.state).collect()
}

async fn told(stage: &Stage) -> Vec<String> {
    let stream = StreamId::new("segment", stage.kept().await[0].segment_id.clone());
    let events = stage.journal.read_stream(&stream, 0, 10).await.unwrap();
    events.into_iter().map(|event| event.event_type).collect()
}

async fn is_whole(stage: &Stage, run: &str, before: &(serde_json::Value, serde_json::Value)) {
    assert_eq!(stage.shown(run).await, *before);
    assert_eq!(stage.files().len(), 1);
    assert_eq!(told(stage).await, ["sealed", "detached"]);
    stage.signed().await;
    stage.walked().await.unwrap();
}

#[tokio::test]
async fn who_dies_before_the_file_is_entered_leaves_a_file_that_is_written_again() {
    let (stage, runs) = Stage::with_old_runs(2).await;
    let before = stage.shown(&runs[0]).await;
    let lock = "lock table ledger_segments in share mode";
    dies_at(&stage, lock, async || !stage.files().is_empty()).await;
    assert_eq!((stage.files().len(), stage.kept().await.len()), (1, 0));
    assert_eq!(stage.pass().await.detached.len(), 1);
    is_whole(&stage, &runs[0], &before).await;
}

#[tokio::test]
async fn who_dies_before_the_ledger_is_told_leaves_an_order_that_is_given_again() {
    let (stage, runs) = Stage::with_old_runs(2).await;
    let before = stage.shown(&runs[0]).await;
    let lock = "lock table events_segment in share mode";
    dies_at(&stage, lock, async || states(&stage).await == [State::Written]).await;
    assert_eq!(states(&stage).await, [State::Written]);
    assert_eq!(stage.pass().await.detached.len(), 1);
    is_whole(&stage, &runs[0], &before).await;
}

#[tokio::test]
async fn who_does_not_get_the_lock_to_detach_goes_on_at_the_next_pass() {
    let (stage, runs) = Stage::with_old_runs(2).await;
    let before = stage.shown(&runs[0]).await;
    stage.signed().await;
    let mut reader = stage.app.database.pool.begin().await.unwrap();
    reader.execute("select count(*) from events_run").await.unwrap();
    stage.archivist().pass().await.unwrap_err();
    assert_eq!(states(&stage).await, [State::Sealed]);
    assert_eq!(stage.shown(&runs[0]).await, before);
    reader.rollback().await.unwrap();
    assert_eq!(stage.pass().await.detached.len(), 1);
    is_whole(&stage, &runs[0], &before).await;
}

#[tokio::test]
async fn an_order_that_is_given_again_counts_once() {
    let (stage, runs) = Stage::with_old_runs(2).await;
    let before = stage.shown(&runs[0]).await;
    stage.pass().await;
    // The next pass cannot know whether this one came to tell the ledger.
    assert_eq!(states(&stage).await, [State::Detached]);
    stage.pass().await;
    is_whole(&stage, &runs[0], &before).await;
}

#[tokio::test]
async fn a_month_whose_segments_lack_an_event_is_not_detached() {
    let (stage, _) = Stage::with_old_runs(2).await;
    stage.signed().await;
    let mut reader = stage.app.database.pool.begin().await.unwrap();
    reader.execute("select count(*) from events_run").await.unwrap();
    stage.archivist().pass().await.unwrap_err();
    reader.rollback().await.unwrap();
    // Somebody wrote into a month that was sealed.
    stage
        .tamper(
            "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
             select aggregate_type, aggregate_id, max(sequence) + 1, 'cancelled', '1.0', '{}', min(metadata::text)::json
               from events where aggregate_type = 'run' group by 1, 2 limit 1",
        )
        .await;
    let refused = chainkeel::journal::reading::Catalogue::new(stage.app.database.pool.clone())
        .detach(&stage.kept().await[0].month)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("its segments"), "{refused}");
    assert_eq!(states(&stage).await, [State::Sealed]);
}
