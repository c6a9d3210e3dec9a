//! Streams: resumed at any position, without a gap or a duplicate; the slow are let go.

use serde_json::json;

use crate::support::client::Event;
use crate::support::{TestApp, app, definitions};

fn ids(events: &[Event]) -> Vec<i64> {
    events.iter().map(|event| event.id).collect()
}

#[actix_web::test]
async fn a_finished_run_is_streamed_from_every_position_on() {
    let app = app().await;
    let run = app.finished_run(&app.published(&definitions::pure()).await).await;
    let path = format!("/v1/runs/{run}/stream");
    let mut stream = app.client.stream(&path, None).await;
    assert_eq!(stream.status, 200);
    assert!(
        stream
            .headers
            .iter()
            .any(|(n, v)| n == "content-type" && v.starts_with("text/event-stream"))
    );
    let all = stream.rest().await;
    assert_eq!(all.first().unwrap().kind, "started");
    assert_eq!(all.last().unwrap().kind, "succeeded");
    for (index, event) in all.iter().enumerate().take(all.len() - 1) {
        let rest = app.client.stream(&path, Some(event.id)).await.rest().await;
        assert_eq!(rest, all[index + 1..]);
        let by_query = format!("{path}?lastEventId={}", event.id);
        assert_eq!(app.client.stream(&by_query, None).await.rest().await, all[index + 1..]);
    }
    let over = app.client.stream(&path, Some(all.last().unwrap().id)).await;
    assert_eq!(over.status, 204, "a client that has seen the end is told to stay away");
}

#[actix_web::test]
async fn a_run_is_watched_while_it_goes_on() {
    let app = app().await;
    let run = app.started_run(&app.published(&definitions::waiting()).await).await;
    let mut stream = app.client.stream(&format!("/v1/runs/{run}/stream"), None).await;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|event: &Event| event.kind != "wait_opened") {
        seen.push(stream.next().await.expect("the run goes on"));
    }
    let path = format!("/v1/runs/{run}/nodes/approval/resume");
    app.client.post(&path, &json!({"data": {"by": "Ada"}})).await.data();
    seen.extend(stream.rest().await);
    assert_eq!(seen.last().unwrap().kind, "succeeded");
    let ledger = app.client.data(&format!("/v1/runs/{run}/events")).await;
    let ledger: Vec<_> = ledger["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["position"].as_i64().unwrap())
        .collect();
    assert_eq!(ids(&seen), ledger);
}

#[actix_web::test]
async fn a_client_that_comes_and_goes_under_churn_sees_each_event_once() {
    const RUNS: usize = 31;
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    let from = app.head().await;
    let churn = async {
        for _ in 1..RUNS {
            app.started_run(&id).await;
        }
        let last = app.finished_run(&id).await;
        let path = format!("/v1/runs/{last}/events");
        app.eventually(
            || app.client.data(&path),
            |events| {
                events["items"].as_array().unwrap().last().is_some_and(|e| e["position"].is_i64())
            },
        )
        .await;
        app.head().await
    };
    let watch = async {
        let (mut seen, mut last) = (Vec::new(), from);
        // Breaks off after one, two, three … events, so that it resumes at many positions.
        for patience in (1..6).cycle() {
            let mut stream = app.client.stream("/v1/activity/stream", Some(last)).await;
            for _ in 0..patience {
                let event = stream.next().await.expect("the stream goes on");
                last = event.id;
                seen.push(event);
                if seen.iter().filter(|event| event.kind == "run.succeeded").count() == RUNS {
                    return seen;
                }
            }
        }
        seen
    };
    let (head, seen) = futures::join!(churn, watch);
    let seen = ids(&seen);
    assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "out of order or twice: {seen:?}");
    let listed = everything(&app, from, head).await;
    let last = *seen.last().unwrap();
    let listed: Vec<_> = listed.into_iter().filter(|position| *position <= last).collect();
    assert_eq!(seen, listed);
}

/// The positions of all activity after `from`, from the list.
async fn everything(app: &TestApp, from: i64, head: i64) -> Vec<i64> {
    let mut positions = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/activity?limit=100&minPosition={head}{cursor}");
        let page = app.client.data(&path).await;
        let items = page["items"].as_array().unwrap();
        positions.extend(items.iter().map(|item| item["position"].as_i64().unwrap()));
        let Some(next) = page["cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    positions.retain(|position| *position > from);
    positions.sort_unstable();
    positions
}

#[actix_web::test]
async fn the_activity_of_one_workflow_is_told_apart() {
    let app = app().await;
    let one = app.published(&definitions::pure()).await;
    let other = app.published(&definitions::pure()).await;
    let mut stream =
        app.client.stream(&format!("/v1/activity/stream?workflowId={one}"), None).await;
    app.finished_run(&other).await;
    let run = app.finished_run(&one).await;
    let started = stream.next().await.unwrap();
    let ended = stream.next().await.unwrap();
    assert_eq!((started.kind.as_str(), ended.kind.as_str()), ("run.started", "run.succeeded"));
    for event in [started, ended] {
        assert_eq!((&event.data["runId"], &event.data["workflowId"]), (&json!(run), &json!(one)));
    }
}

#[actix_web::test]
async fn a_reader_that_stops_reading_slows_nobody_is_let_go_and_misses_nothing() {
    const RUNS: usize = 900;
    let app = app().await;
    let id = app.published(&definitions::wordy()).await;
    let from = app.head().await;
    // Connected, and not read from until all is over.
    let mut slow = app.client.stream("/v1/activity/stream", None).await;
    let mut quick = app.client.stream("/v1/activity/stream", None).await;
    let churn = async {
        for _ in 0..RUNS / 15 {
            futures::future::join_all((0..15).map(|_| app.started_run(&id))).await;
        }
    };
    let watch = async {
        let mut seen = Vec::new();
        while seen.iter().filter(|event: &&Event| event.kind == "run.failed").count() < RUNS {
            seen.push(quick.next().await.expect("the quick reader is not let go"));
        }
        seen
    };
    let ((), quick) = futures::join!(churn, watch);
    let mut seen = slow.rest().await;
    assert!(seen.len() < quick.len(), "the slow reader was not let go");
    let last = seen.last().map_or(from, |event| event.id);
    let mut again = app.client.stream("/v1/activity/stream", Some(last)).await;
    while seen.len() < quick.len() {
        seen.push(again.next().await.expect("the stream goes on"));
    }
    assert_eq!(ids(&seen), ids(&quick));
}

#[actix_web::test]
async fn streams_end_when_the_server_stops() {
    let mut app = app().await;
    let run = app.started_run(&app.published(&definitions::waiting()).await).await;
    let mut run = app.client.stream(&format!("/v1/runs/{run}/stream"), None).await;
    let mut activity = app.client.stream("/v1/activity/stream", None).await;
    run.next().await.expect("the run has begun");
    app.stop();
    run.rest().await;
    // It began where the house had read to, which may be before the run did.
    let told = activity.rest().await;
    let kinds: Vec<_> = told.iter().map(|event| event.kind.as_str()).collect();
    assert!(["run.started", "run.wait_opened"].ends_with(&kinds), "{kinds:?}");
}

#[actix_web::test]
async fn only_what_is_asked_for_comes_from_the_past_and_as_it_happens() {
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    let failing = app.published(&definitions::failing()).await;
    let waits = app.started_run(&app.published(&definitions::waiting()).await).await;
    app.until_status(&waits, "waiting").await;
    let from = app.head().await;
    app.finished_run(&id).await;
    let failed = app.finished_run(&failing).await;
    // Each is opened in the middle: half of what comes is past.
    let open = async |query: &str| {
        let path = format!("/v1/activity/stream?{query}");
        app.client.stream(&path, Some(from)).await
    };
    let mut by_type = open("type=run.failed,workflow.paused").await;
    let mut by_family = open("type=workflow.*").await;
    let mut by_run = open(&format!("runId={waits}")).await;
    let mut by_both = open(&format!("workflowId={failing}&type=run.started")).await;
    let again = app.finished_run(&failing).await;
    let path = format!("/v1/runs/{waits}/nodes/approval/resume");
    app.client.post(&path, &json!({"data": {"by": "Ada"}})).await.data();
    app.client.post(&format!("/v1/workflows/{id}/pause"), &json!({})).await.data();

    let mut of = Vec::new();
    for _ in 0..3 {
        of.push(by_type.next().await.unwrap());
    }
    let kinds: Vec<_> = of.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["run.failed", "run.failed", "workflow.paused"]);
    assert_eq!((&of[0].data["runId"], &of[1].data["runId"]), (&json!(failed), &json!(again)));
    let paused = by_family.next().await.unwrap();
    assert_eq!((paused.id, &paused.data["workflowId"]), (of[2].id, &json!(id)));
    let resumed = [by_run.next().await.unwrap(), by_run.next().await.unwrap()];
    assert_eq!(resumed.each_ref().map(|event| &event.data["runId"]), [&json!(waits); 2]);
    let kinds = resumed.each_ref().map(|event| event.kind.as_str());
    assert_eq!(kinds, ["run.wait_resumed", "run.succeeded"]);
    let started = [by_both.next().await.unwrap(), by_both.next().await.unwrap()];
    let runs = started.each_ref().map(|event| event.data["runId"].as_str().unwrap());
    assert_eq!(runs, [failed.as_str(), again.as_str()]);
    for (wrong, says) in [
        ("type=run.fail", "run.failed"),
        ("type=task.*", "workflow.*"),
        ("type=run", "run.*"),
        ("runId=run_1", "runId"),
        ("workflow=x", "unknown field"),
    ] {
        let refused = app.client.get(&format!("/v1/activity/stream?{wrong}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid-query"), "{wrong}");
        assert!(refused.text().contains(says), "{}", refused.text());
    }
}

#[actix_web::test]
async fn a_stream_from_the_beginning_is_handed_over_to_what_happens_while_others_write() {
    // So many events that the past is read in rounds before the client watches.
    const BEFORE: usize = 180;
    const MEANWHILE: usize = 90;
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    let start = async |count: usize| {
        for _ in 0..count / 15 {
            futures::future::join_all((0..15).map(|_| app.started_run(&id))).await;
        }
    };
    start(BEFORE).await;
    let read = async |path: &str, wanted: usize| {
        let mut stream = app.client.stream(path, None).await;
        let mut seen = Vec::new();
        let mut ended = 0;
        while ended < wanted {
            let event = stream.next().await.expect("the stream goes on");
            ended += usize::from(event.kind == "run.succeeded");
            seen.push(event.id);
        }
        seen
    };
    let (all, some) = ("/v1/activity/stream?lastEventId=0", "&type=run.succeeded");
    let filtered = format!("{all}{some}");
    let wanted = BEFORE + MEANWHILE;
    let ((), all, succeeded) =
        futures::join!(start(MEANWHILE), read(all, wanted), read(&filtered, wanted));
    assert!(all.is_sorted_by(|one, next| one < next), "out of order or twice: {all:?}");
    let head = app.head().await;
    let last = *all.last().unwrap();
    let mut listed = everything(&app, 0, head).await;
    listed.retain(|position| *position <= last);
    assert_eq!(all, listed);
    let of =
        "select position from event_log join events using (aggregate_type, aggregate_id, sequence)
               where aggregate_type = 'run' and events.event_type = 'succeeded' order by position";
    assert_eq!(succeeded, positions(&app, of).await);
}

#[expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]
async fn positions(app: &TestApp, query: &'static str) -> Vec<i64> {
    sqlx::query_scalar(query).fetch_all(&app.database.pool).await.unwrap()
}
