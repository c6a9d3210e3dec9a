//! `chainkeel workflow diff`, `what-if` and `publish`, against a real server.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Said, TestApp, app, chainkeel, definitions};

fn workflow(app: &TestApp, arguments: &[&str]) -> Said {
    chainkeel(app, &[&["workflow"], arguments].concat())
}

fn stricter() -> Value {
    let mut draft = definitions::pure();
    draft["nodes"]["check"]["payload"]["condition"]["$and"][0] =
        json!({"{{$trigger.body.amount}}": {"$gte": 1_000}});
    draft
}

async fn save_draft(app: &TestApp, workflow: &str, definition: &Value) {
    let path = format!("/v1/workflows/{workflow}");
    app.client.request("PUT", &path).json(&json!({"definition": definition})).send().await.data();
}

fn written(directory: &Path, name: &str, definition: &Value) -> String {
    let path = directory.join(name);
    fs::write(&path, json!({"name": name, "definition": definition}).to_string()).unwrap();
    path.display().to_string()
}

#[actix_web::test]
async fn a_diff_shows_what_changed_in_drafts_and_in_files() {
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    let said = workflow(&app, &["diff", &id]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("has no draft"), "{}", said.err);

    save_draft(&app, &id, &stricter()).await;
    let changed = "~ node check\n    /payload/condition/$and/0/{{$trigger.body.amount}}/$gte\n      - 100\n      + 1000\n";
    let said = workflow(&app, &["diff", &id]);
    assert_eq!(said.out, format!("{id} (live) → {id} (draft)\n{changed}"));

    let directory = tempfile::tempdir().unwrap();
    let (old, new) = (
        written(directory.path(), "old.json", &definitions::pure()),
        written(directory.path(), "new.json", &stricter()),
    );
    assert_eq!(workflow(&app, &["diff", &old, &new]).out, format!("{old} → {new}\n{changed}"));
    assert_eq!(workflow(&app, &["diff", &id, &new]).out, format!("{id} (live) → {new}\n{changed}"));
    let same = workflow(&app, &["diff", &new, &id, "--to", "draft", "--json"]);
    let same: Value = serde_json::from_str(&same.out).unwrap();
    assert_eq!(same["same"], true);
    assert!(workflow(&app, &["diff", &old]).err.contains("compared with what?"));
}

#[actix_web::test]
async fn publishing_shows_what_would_have_become_of_the_last_runs() {
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    let run = app.finished_run(&id).await;
    let head = app.head().await;
    app.client.data(&format!("/v1/runs?minPosition={head}")).await;
    save_draft(&app, &id, &stricter()).await;

    let asked = workflow(&app, &["what-if", &id, "--last", "5"]);
    let line = format!(
        "  other path   {run}  node check was success (then), and would be success (else)\n  1 other path\n"
    );
    assert_eq!(asked.out, format!("what if: 1 finished run of version 1\n{line}"), "{}", asked.err);

    let published = workflow(&app, &["publish", &id]);
    assert_eq!(published.code, Some(0), "{}", published.err);
    assert!(
        published.out.starts_with("what if: 1 finished run of version 1\n"),
        "{}",
        published.out
    );
    assert!(published.out.contains("live version 2"), "{}", published.out);

    app.finished_run(&id).await;
    save_draft(&app, &id, &definitions::pure()).await;
    let silent = workflow(&app, &["publish", &id, "--no-what-if"]);
    assert!(!silent.out.contains("what if"), "{}", silent.out);
    assert!(silent.out.contains("live version 3"), "{}", silent.out);
}
