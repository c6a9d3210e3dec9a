//! Given what an organization settled, when its time has come, then runs are deleted by an event, unless they are held.

use chainkeel::journal::reading::State;
use chainkeel::journal::{StreamId, partitions};
use serde_json::{Value, json};
use time::Duration;

use super::stage::Stage;
use crate::support::definitions;

/// Settles that runs go after a year, and lets the time pass that this takes.
pub(crate) async fn settled(stage: &Stage) {
    let order = stage.app.client.request("PUT", "/v1/retention");
    let settled = order.json(&json!({"deleteAfterDays": 365})).send().await.data();
    assert_eq!(settled["deleteAfterDays"], Value::Null);
    assert_eq!(settled["waiting"]["deleteAfterDays"], 365);
    stage.clock.advance(Duration::days(400));
    assert_eq!(stage.app.client.data("/v1/retention").await["deleteAfterDays"], 365);
}

#[tokio::test]
async fn what_is_deleted_is_told_of_and_everything_else_stays_proved() {
    let (stage, runs) = Stage::with_old_runs(2).await;
    let kept = stage.moved().await;
    settled(&stage).await;
    let done = stage.pass().await;
    assert_eq!(done.deleted, std::slice::from_ref(&kept.segment_id));
    assert!(stage.files().is_empty());
    for path in ["", "/events", "/lineage", "/bundle"] {
        let gone = stage.app.client.get(&format!("/v1/runs/{}{path}", runs[0])).await;
        assert_eq!((gone.status, gone.code().as_str()), (410, "run-deleted"), "{path}");
        assert!(gone.text().contains(&kept.segment_id), "{path}");
    }
    assert_eq!(stage.app.client.data("/v1/runs").await["items"], json!([]));
    let stream = StreamId::new("segment", kept.segment_id.clone());
    let told = stage.journal.read_stream(&stream, 0, 10).await.unwrap();
    assert_eq!(told.last().unwrap().event_type, "deleted");
    assert!(told.last().unwrap().payload.contains(&chainkeel::primitives::hex(&kept.digest)));
    stage.signed().await;
    let walked = stage.walked().await.unwrap();
    assert_eq!(walked.deleted, u64::try_from(kept.events).unwrap());
    let events = stage.journal.read_stream(&StreamId::run(runs[0].parse().unwrap()), 0, 10).await;
    assert_eq!(events.unwrap(), []);
    let order = stage.journal.read_after(0, 10_000).await.unwrap();
    assert!(order.iter().all(|event| event.aggregate_type != "run"));
    assert_eq!(order.last().unwrap().position, stage.app.head().await);
}

#[tokio::test]
async fn what_is_held_stays_until_the_hold_is_lifted() {
    let (stage, runs) = Stage::with_old_runs(2).await;
    stage.moved().await;
    settled(&stage).await;
    let wish = json!({"scope": {"kind": "run", "runId": runs[0]}, "reason": "Case 7"});
    let held = stage.app.client.post("/v1/retention/holds", &wish).await.data();
    assert_eq!(held["holds"][0]["reason"], "Case 7");
    assert_eq!(stage.pass().await.deleted, Vec::<String>::new());
    assert_eq!(stage.kept().await[0].state, State::Moved);
    let path = format!("/v1/retention/holds/{}/lift", held["holds"][0]["holdId"].as_str().unwrap());
    let lifted = stage.app.client.post(&path, &json!({"reason": "closed"})).await.data();
    assert_eq!(lifted["holds"], json!([]));
    assert_eq!(stage.pass().await.deleted.len(), 1);
}

#[tokio::test]
async fn who_hides_another_run_behind_a_deleted_segment_is_found() {
    let (stage, _) = Stage::with_old_runs(2).await;
    let kept = stage.moved().await;
    settled(&stage).await;
    stage.pass().await;
    // The clock of this machine stands in the month that has left.
    let span = partitions::span(&kept.month).unwrap();
    let again = format!(
        "select journal_create_run_partition('{}', '{}', '{}')",
        span.month, span.from, span.to
    );
    stage.tamper(&again).await;
    let other = stage.app.finished_run(&stage.app.published(&definitions::pure()).await).await;
    stage.signed().await;
    stage.walked().await.unwrap();
    let hidden = format!(
        "insert into sealed_runs select '{other}', no, 1 from ledger_segments where segment_id = '{}'",
        kept.segment_id
    );
    stage.tamper(&hidden).await;
    let gone = format!("delete from events where aggregate_id = '{other}'");
    stage.tamper(&gone).await;
    let wrong = stage.walked().await.unwrap_err().to_string();
    assert!(wrong.contains("the ledger says that it had"), "{wrong}");
}

#[tokio::test]
async fn without_a_word_nothing_is_deleted() {
    let (stage, _) = Stage::with_old_runs(1).await;
    stage.moved().await;
    stage.clock.advance(Duration::days(10_000));
    assert_eq!(stage.pass().await.deleted, Vec::<String>::new());
}

#[tokio::test]
async fn holds_and_policies_are_for_those_who_may() {
    let (stage, _) = Stage::with_old_runs(0).await;
    let (_, key) = stage.app.key_of(&stage.app.client, "reader", &["audit:read"]).await;
    let reader = stage.app.client.with_key(&key);
    assert_eq!(reader.get("/v1/retention").await.status, 200);
    let hold = json!({"scope": {"kind": "organization"}, "reason": "Case 7"});
    assert_eq!(reader.post("/v1/retention/holds", &hold).await.status, 403);
    // Who holds what there is not would believe that it is kept.
    let nobody = "run_01h455vb4pex5vsknk084sn02q";
    let hold = json!({"scope": {"kind": "run", "runId": nobody}, "reason": "Case 7"});
    assert_eq!(stage.app.client.post("/v1/retention/holds", &hold).await.status, 404);
}
