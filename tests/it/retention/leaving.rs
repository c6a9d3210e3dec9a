//! Given runs that are long over, when their month leaves, then everybody reads them as before.

use std::fs;

use chainkeel::journal::reading::State;
use chainkeel::journal::{Append, Metadata, NewEvent, Outcome, StreamId};
use chainkeel::notary::{Archive, Listener, Mark, Pace};
use chainkeel::primitives::{CommandId, OrganizationId};
use engine::Divergence;

use super::stage::Stage;
use crate::support::definitions;

#[tokio::test]
async fn a_run_reads_as_before_when_its_month_has_left_and_its_rows_are_gone() {
    let (stage, runs) = Stage::with_old_runs(3).await;
    let before = stage.shown(&runs[1]).await;
    let done = stage.pass().await;
    assert_eq!((done.written, done.sealed, done.detached.len()), (1, 1, 1), "{done:?}");
    assert_eq!(stage.shown(&runs[1]).await, before);
    let kept = stage.moved().await;
    assert_eq!((kept.state, kept.runs), (State::Moved, 3));
    assert_eq!(stage.shown(&runs[1]).await, before);
    let rows = "select count(*) from events where aggregate_type = 'run'";
    assert_eq!(stage.app.count(rows).await, 0);
}

#[tokio::test]
async fn the_ledger_reads_in_one_order_across_tables_and_files() {
    let (stage, _) = Stage::with_old_runs(2).await;
    let before = stage.journal.read_after(0, 10_000).await.unwrap();
    stage.moved().await;
    let after = stage.journal.read_after(0, 10_000).await.unwrap();
    // What the archivist said came behind.
    assert!(after.len() > before.len());
    assert_eq!(after[..before.len()], before[..]);
    let (own, _) = stage
        .journal
        .read_of(OrganizationId::DEFAULT, None, (0, before.last().unwrap().position), 10_000)
        .await
        .unwrap();
    let expected: Vec<_> =
        before.iter().filter(|it| it.organization == OrganizationId::DEFAULT).cloned().collect();
    assert_eq!(own, expected);
}

#[tokio::test]
async fn the_whole_ledger_is_proved_and_replayed_across_tables_and_files() {
    let (stage, runs) = Stage::with_old_runs(2).await;
    stage.moved().await;
    stage.signed().await;
    let walked = stage.walked().await.unwrap();
    assert!(walked.sealed > 0 && walked.deleted == 0, "{walked:?}");
    let archive = Archive::new(stage.journal.clone());
    let mark = archive.replay(Mark::default(), &mut Silent).await.unwrap();
    assert_eq!((mark.runs, mark.differing.len()), (runs.len() as u64, 0));
}

#[tokio::test]
async fn what_the_ledger_is_told_of_a_segment_is_what_is_in_it() {
    let (stage, _) = Stage::with_old_runs(2).await;
    let kept = stage.moved().await;
    let stream = StreamId::new("segment", kept.segment_id.clone());
    let told = stage.journal.read_stream(&stream, 0, 10).await.unwrap();
    let names: Vec<_> = told.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(names, ["sealed", "detached"]);
    assert!(told[0].payload.contains(&chainkeel::primitives::hex(&kept.digest)));
    let listed = stage.app.client.data("/v1/retention/segments").await;
    assert_eq!(listed["items"][0]["segmentId"], kept.segment_id.as_str());
    assert_eq!(listed["items"][0]["state"], "moved");
}

#[tokio::test]
async fn a_month_with_a_run_that_is_not_over_stays() {
    let stage = Stage::open().await;
    let workflow = stage.app.published(&definitions::waiting()).await;
    let run = stage.app.started_run(&workflow).await;
    stage.signed().await;
    let done = stage.archivist_ahead(time::Duration::days(200)).pass().await.unwrap();
    assert_eq!((done.written, done.detached.len()), (0, 0), "{done:?}");
    assert_eq!(done.waiting.len(), 1);
    assert_eq!(done.waiting[0].1.open_runs, 1, "{run}");
    assert!(stage.files().is_empty());
}

#[tokio::test]
async fn a_young_month_stays() {
    let (stage, _) = Stage::with_old_runs(1).await;
    stage.clock.advance(-time::Duration::days(180));
    assert_eq!(stage.pass().await.written, 0);
}

#[tokio::test]
async fn a_run_that_has_left_is_not_begun_again() {
    let (stage, runs) = Stage::with_old_runs(1).await;
    let kept = stage.moved().await;
    for expected in [0, 1, kept.events] {
        let append = Append {
            stream: StreamId::run(runs[0].parse().unwrap()),
            expected,
            events: vec![NewEvent {
                event_type: "started".into(),
                event_version: "1.0".into(),
                payload: "{}".to_owned(),
            }],
            metadata: Metadata::new(OrganizationId::DEFAULT, "test", CommandId::generate()),
            fence: None,
            subject: None,
            side: Vec::new(),
        };
        assert_eq!(stage.journal.append(append).await.unwrap(), Outcome::Conflict, "{expected}");
    }
}

#[tokio::test]
async fn a_changed_byte_of_a_file_is_named() {
    let (stage, _) = Stage::with_old_runs(2).await;
    stage.moved().await;
    let file = stage.files().remove(0);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::remove_file(&file).unwrap();
    fs::write(&file, bytes).unwrap();
    let wrong = stage.walked().await.unwrap_err().to_string();
    assert!(wrong.contains("is not what was sealed"), "{wrong}");
}

#[tokio::test]
async fn a_row_that_was_put_beside_a_file_is_named() {
    let (stage, _) = Stage::with_old_runs(1).await;
    stage.pass().await;
    // The notary reads the last event that it signed once more, and halts where that has changed: it is to
    // have come past those of the run.
    stage.signed().await;
    let kept = stage.kept().await.remove(0);
    // The month is back, and readers see what somebody has made of it.
    let span = chainkeel::journal::partitions::span(&kept.month).unwrap();
    let put_back = format!(
        "update events_run_{0} set payload = '{{\"succeeded\": {{}}}}' where event_type = 'succeeded';
         alter table events_run attach partition events_run_{0} for values from ('{1}') to ('{2}')",
        kept.month, span.from, span.to
    );
    stage.tamper(&put_back).await;
    let wrong = stage.walked().await.unwrap_err().to_string();
    assert!(wrong.contains("and the database another one"), "{wrong}");
}

#[tokio::test]
async fn a_server_that_does_not_see_the_file_says_so() {
    let (stage, runs) = Stage::with_old_runs(1).await;
    let kept = stage.moved().await;
    stage.shelf.remove(&kept.digest).unwrap();
    let answer = stage.app.client.get(&format!("/v1/runs/{}/events", runs[0])).await;
    assert_eq!(answer.status, 503);
}

/// Nobody listens.
struct Silent;

impl Listener for Silent {
    fn read(&mut self, _: Pace, _: &dyn Fn() -> Mark) {}
    fn differs(&mut self, _: &str, _: &Divergence) {}
}
