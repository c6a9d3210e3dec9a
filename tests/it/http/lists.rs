//! Lists: whole, in pages, and behind a cursor.

use serde_json::{Value, json};

use crate::support::{TestApp, app, definitions};

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Follows cursors to the end, two items at a time.
async fn walk(app: &TestApp, path: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.client.data(&format!("{path}limit=2{cursor}")).await;
        all.extend(ids(&page));
        assert_eq!(page["hasMore"], page["cursor"].is_string());
        let Some(next) = page["cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

#[actix_web::test]
async fn runs_are_listed_latest_first_by_workflow_status_and_cursor() {
    let app = app().await;
    let good = app.published(&definitions::pure()).await;
    let bad = app.published(&definitions::failing()).await;
    let mut started = Vec::new();
    for _ in 0..5 {
        started.push(app.finished_run(&good).await);
    }
    let failed = app.finished_run(&bad).await;
    let at = app.head().await;
    started.reverse();

    let path = format!("/v1/runs?workflowId={good}&minPosition={at}&");
    assert_eq!(walk(&app, &path).await, started);
    let second = app.client.data(&format!("{path}limit=2&offset=2")).await;
    assert_eq!(ids(&second), started[2..4]);
    assert_eq!((&second["limit"], &second["offset"]), (&json!(2), &json!(2)));
    let failures = app.client.data(&format!("/v1/runs?status=failure&minPosition={at}")).await;
    assert_eq!(ids(&failures), [failed]);
    assert_eq!(failures["hasMore"], false);
}

#[actix_web::test]
async fn a_list_stays_whole_while_it_grows() {
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    for _ in 0..4 {
        app.finished_run(&id).await;
    }
    let at = app.head().await;
    let first = app.client.data(&format!("/v1/runs?limit=2&minPosition={at}")).await;
    app.finished_run(&id).await;
    let cursor = first["cursor"].as_str().unwrap();
    let second = app.client.data(&format!("/v1/runs?limit=2&cursor={cursor}")).await;
    let (first, second) = (ids(&first), ids(&second));
    assert_eq!(second.len(), 2);
    assert!(second.iter().all(|id| !first.contains(id)));
}

#[actix_web::test]
async fn workflows_are_listed_by_status() {
    let app = app().await;
    let draft = app.created(&definitions::pure()).await;
    let live = app.published(&definitions::pure()).await;
    let at = app.head().await;
    let all = app.client.data(&format!("/v1/workflows?minPosition={at}")).await;
    assert_eq!(ids(&all).len(), 2);
    let drafts = app.client.data("/v1/workflows?status=draft").await;
    assert_eq!(ids(&drafts), [draft]);
    let active = app.client.data("/v1/workflows?status=active").await;
    assert_eq!(ids(&active), [live]);
}

#[actix_web::test]
async fn the_ledger_of_a_run_is_read_from_any_sequence() {
    let app = app().await;
    let run = app.finished_run(&app.published(&definitions::pure()).await).await;
    let path = format!("/v1/runs/{run}/events");
    let all = app.client.data(&path).await;
    let all = all["items"].as_array().unwrap();
    let sequences: Vec<_> = all.iter().map(|event| event["sequence"].as_i64().unwrap()).collect();
    assert_eq!(sequences, (1..=all.len() as i64).collect::<Vec<_>>());
    assert_eq!((&all[0]["type"], &all[0]["version"]), (&json!("started"), &json!("1.0")));
    assert_eq!(all[0]["metadata"]["actor"], "admin");
    assert!(all[0]["metadata"]["command_id"].as_str().unwrap().starts_with("cmd_"));
    for after in 0..all.len() {
        let page = app.client.data(&format!("{path}?after={after}&limit=1")).await;
        assert_eq!(page["items"][0], all[after]);
        assert_eq!(page["hasMore"], after + 1 < all.len());
    }
}

#[actix_web::test]
async fn a_run_is_shown_with_what_each_node_did() {
    let app = app().await;
    let run = app.finished_run(&app.published(&definitions::pure()).await).await;
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    assert_eq!(shown["status"], "success");
    assert_eq!(shown["executionState"]["large"]["status"], "success");
    assert_eq!(shown["executionState"]["small"]["status"], "skipped");
    let part = app.client.data(&format!("/v1/runs/{run}?nodeIds=large,check")).await;
    let nodes: Vec<_> = part["executionState"].as_object().unwrap().keys().collect();
    assert_eq!(nodes, ["check", "large"]);
    let summary = app.client.data(&format!("/v1/runs/{run}?summary=true")).await;
    assert!(summary.get("executionState").is_none() && summary.get("workflowDefinition").is_none());
}
