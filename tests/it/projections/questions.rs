//! What views answer.

use chainkeel::primitives::Clock;
use chainkeel::primitives::{OrganizationId, RunId, SystemClock, WorkflowId};
use chainkeel::projections::activity::{self, Activity};
use chainkeel::projections::run_history::{Filter, RunHistory};
use chainkeel::projections::workflow_catalog::{self, WorkflowCatalog};
use chainkeel::projections::{Paging, timers};
use engine::{ExecutionStatus, RunStatus};
use time::Duration;

use super::invention::{InventedRun, happen, world};
use super::stage::Stage;

const OURS: OrganizationId = OrganizationId::DEFAULT;

async fn stage() -> (Stage, Vec<InventedRun>) {
    let mut stage = Stage::new().await;
    stage.follow_all();
    let (histories, runs) = world(77, 120);
    happen(&stage, histories).await;
    stage.settled().await;
    (stage, runs)
}

#[tokio::test]
async fn runs_are_found_by_status_node_status_workflow_time_and_text() {
    let (stage, runs) = stage().await;
    let history = RunHistory::new(stage.views(), stage.positions.clone());
    let all = Paging::first(1_000);
    let found = async |filter: Filter| {
        let page = history.list(OURS, &filter, &all).await.unwrap();
        assert!(!page.has_more);
        page.items
    };
    let everything = found(Filter::default()).await;
    assert_eq!(everything.len(), runs.len());
    assert!(everything.windows(2).all(|pair| pair[0].run_id > pair[1].run_id), "latest first");

    for status in [RunStatus::Success, RunStatus::Failure, RunStatus::Waiting, RunStatus::Cancelled]
    {
        let filter = Filter { status: Some(status), ..Filter::default() };
        let expected = runs.iter().filter(|run| run.state.status() == status).count();
        assert!(expected > 0);
        assert_eq!(found(filter).await.len(), expected, "{status}");
    }
    let filter = Filter { node_status: Some(ExecutionStatus::Skipped), ..Filter::default() };
    let skipped = found(filter).await;
    assert!(!skipped.is_empty() && skipped.len() < runs.len());

    let workflow: WorkflowId = everything[0].workflow_id.parse().unwrap();
    let filter = Filter { workflow: Some(workflow), ..Filter::default() };
    assert!(found(filter).await.iter().all(|run| run.workflow_id == workflow.to_string()));

    let middle = everything[60].started_at;
    let since = found(Filter { since: Some(middle), ..Filter::default() }).await;
    let until = found(Filter { until: Some(middle), ..Filter::default() }).await;
    assert_eq!(since.len() + until.len(), everything.len());

    let failed = everything.iter().filter(|run| run.failure_code.is_some()).count();
    let text = |text: &str| Filter { text: Some(text.to_owned()), ..Filter::default() };
    assert_eq!(found(text("HTTP_503")).await.len(), failed);
    assert_eq!(found(text(&everything[7].run_id)).await[0].run_id, everything[7].run_id);
    assert!(found(text("nobody wrote this")).await.is_empty());
    // What the view holds in the place of a character that the database cannot.
    assert_eq!(found(text("side\0 is BUSY")).await.len(), failed);
}

#[tokio::test]
async fn a_cursor_walks_every_row_once_while_rows_are_added() {
    let (stage, runs) = stage().await;
    let history = RunHistory::new(stage.views(), stage.positions.clone());
    let mut paging = Paging::first(7);
    let mut seen = Vec::new();
    loop {
        let page = history.list(OURS, &Filter::default(), &paging).await.unwrap();
        seen.extend(page.items.into_iter().map(|run| run.run_id));
        if seen.len() == 7 {
            happen(&stage, world(78, 10).0).await;
            stage.settled().await;
        }
        assert_eq!(page.has_more, page.cursor.is_some());
        let Some(cursor) = page.cursor else { break };
        let cursor = chainkeel::projections::Cursor::parse(&cursor.to_string()).unwrap();
        paging.after = Some(cursor);
    }
    let mut expected: Vec<_> = runs.iter().map(|run| run.id.to_string()).collect();
    expected.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(seen, expected);
    let second = Paging { offset: 17, ..Paging::first(7) };
    let page = history.list(OURS, &Filter::default(), &second).await.unwrap();
    assert_eq!(page.items[0].run_id, expected[7]);
}

#[tokio::test]
async fn a_run_is_opened_with_all_attempts_of_its_nodes() {
    let (stage, runs) = stage().await;
    let history = RunHistory::new(stage.views(), stage.positions.clone());
    for run in &runs {
        let opened = history.get(OURS, run.id).await.unwrap();
        assert!(opened.position >= opened.value.as_ref().unwrap().last_position);
        let opened = opened.value.unwrap();
        let engine = &run.state;
        assert_eq!(opened.finished_at, engine.finished_at());
        let output = opened.output.map(|text| serde_json::from_str(&text).unwrap());
        assert_eq!(output, engine.output().map(|output| (**output).clone()));
        let failure = engine.failure().map(|failure| failure.message.replace('\0', "\u{fffd}"));
        assert_eq!(opened.failure_message, failure);

        let attempts = history.executions(OURS, run.id, None).await.unwrap().value;
        for (node, expected) in engine.nodes() {
            let of_node = || attempts.iter().filter(|attempt| attempt.node_id == node.to_string());
            let begun = of_node().filter(|attempt| attempt.started_at.is_some()).count();
            assert!(begun >= usize::try_from(expected.attempt()).unwrap().min(1), "{node}");
            let result = of_node().next_back().and_then(|attempt| attempt.output.clone());
            if let Some(shown) = expected.result() {
                let value: serde_json::Value = serde_json::from_str(&result.unwrap()).unwrap();
                assert_eq!(value, **shown);
            }
        }
        let trigger: serde_json::Value = serde_json::from_str(
            attempts
                .iter()
                .find(|attempt| attempt.node_id == "root")
                .unwrap()
                .output
                .as_ref()
                .unwrap(),
        )
        .unwrap();
        assert_eq!(trigger, engine.trigger().unwrap().result());
    }
    let only = [engine::NodeId::from("root")];
    let few = history.executions(OURS, runs[0].id, Some(&only)).await.unwrap().value;
    assert_eq!(few.len(), 1);
}

#[tokio::test]
async fn nobody_sees_what_another_organization_has() {
    let (stage, runs) = stage().await;
    let stranger = OrganizationId::generate();
    let (views, positions) = (stage.views(), stage.positions.clone());
    let history = RunHistory::new(views.clone(), positions.clone());
    let paging = Paging::first(10);
    assert!(history.list(stranger, &Filter::default(), &paging).await.unwrap().items.is_empty());
    assert_eq!(history.get(stranger, runs[0].id).await.unwrap().value, None);
    assert!(history.executions(stranger, runs[0].id, None).await.unwrap().value.is_empty());
    assert_eq!(history.get(OURS, RunId::generate()).await.unwrap().value, None);
    let workflows = WorkflowCatalog::new(views.clone(), positions.clone());
    let filter = workflow_catalog::Filter::default();
    assert!(workflows.list(stranger, &filter, &paging).await.unwrap().items.is_empty());
    let ours = workflows.list(OURS, &filter, &paging).await.unwrap().items;
    let id: WorkflowId = ours[0].workflow_id.parse().unwrap();
    assert_eq!(workflows.get(stranger, id).await.unwrap().value, None);
    assert!(workflows.versions(stranger, id, &paging).await.unwrap().items.is_empty());
    let activity = Activity::new(views, positions);
    let filter = activity::Filter::default();
    assert!(activity.list(stranger, &filter, &paging).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn workflows_are_listed_and_opened_with_their_versions() {
    let (stage, _) = stage().await;
    let workflows = WorkflowCatalog::new(stage.views(), stage.positions.clone());
    let all = Paging::first(100);
    let filter = workflow_catalog::Filter::default();
    let listed = workflows.list(OURS, &filter, &all).await.unwrap().items;
    assert_eq!(listed.len(), 9);
    let mut versions = 0;
    for summary in listed {
        let id: WorkflowId = summary.workflow_id.parse().unwrap();
        let opened = workflows.get(OURS, id).await.unwrap().value.unwrap();
        assert_eq!((opened.name, opened.live_version), (summary.name, summary.live_version));
        assert_eq!(opened.draft.is_some(), summary.has_draft);
        assert_eq!(opened.live_definition.is_some(), summary.live_version.is_some());
        let events = format!("select max(sequence) from events where aggregate_id = '{id}'");
        assert_eq!(opened.record_version, stage.number(&events).await);
        let published = workflows.versions(OURS, id, &all).await.unwrap().items;
        assert_eq!(published.first().map(|version| version.version), summary.live_version);
        versions += published.len();
        if let Some(number) = summary.live_version {
            let definition = workflows.definition(OURS, id, number).await.unwrap();
            assert_eq!(definition, opened.live_definition);
        }
    }
    assert!(versions > 3);
    let named = workflow_catalog::Filter {
        text: Some("rename".to_owned()),
        ..workflow_catalog::Filter::default()
    };
    let named = workflows.list(OURS, &named, &all).await.unwrap().items;
    assert!(!named.is_empty() && named.iter().all(|workflow| workflow.name == "Renamed"));
}

#[tokio::test]
async fn activity_tells_beginnings_ends_and_failures_of_a_workflows_runs() {
    let (stage, runs) = stage().await;
    let activity = Activity::new(stage.views(), stage.positions.clone());
    let all = Paging::first(10_000);
    let filter = activity::Filter::default();
    let entries = activity.list(OURS, &filter, &all).await.unwrap().items;
    assert!(entries.windows(2).all(|pair| pair[0].position > pair[1].position));
    let count = |kind: &str| entries.iter().filter(|entry| entry.kind == kind).count();
    assert_eq!(count("run.started"), runs.len());
    let failed = runs.iter().filter(|run| run.state.status() == RunStatus::Failure).count();
    assert_eq!(count("run.failed"), failed);
    assert!(count("run.node_failed") >= failed && count("workflow.published") > 0);
    assert!(entries.iter().all(|entry| entry.workflow_id.is_some() && entry.actor == "tester"));

    let one = runs.iter().find(|run| run.state.status() == RunStatus::Failure).unwrap().id;
    let filter = activity::Filter { run: Some(one), ..activity::Filter::default() };
    let told = activity.list(OURS, &filter, &all).await.unwrap().items;
    assert_eq!(told.last().unwrap().kind, "run.started");
    assert!(told.iter().any(|entry| entry.kind == "run.failed" && entry.detail.is_some()));
}

#[tokio::test]
async fn timers_are_found_by_slot_and_time_until_they_are_settled() {
    let (stage, runs) = stage().await;
    let every: Vec<i16> = (0..256).collect();
    let far = SystemClock.now() + Duration::days(10_000);
    let house = stage.house();
    let due = timers::due(&house, &every, far, 10_000).await.unwrap();
    let pending: usize = runs.iter().map(|run| run.state.timers().count()).sum();
    assert!(pending > 5);
    assert_eq!(due.len(), pending);
    assert!(due.windows(2).all(|pair| pair[0].due_at <= pair[1].due_at));
    let timer = &due[0];
    let slot = chainkeel::journal::slot_of(&timer.run.to_string());
    let here = timers::due(&house, &[slot], timer.due_at, 10).await.unwrap();
    assert!(here.contains(timer));
    let elsewhere: Vec<i16> = every.into_iter().filter(|other| *other != slot).collect();
    let others = timers::due(&house, &elsewhere, far, 10_000).await.unwrap();
    assert!(!others.contains(timer));
    let early = timer.due_at - Duration::microseconds(1);
    assert!(timers::due(&house, &[slot], early, 10).await.unwrap().is_empty());
}
