//! Tasks as a client finds and changes them.

use serde_json::{Value, json};

use crate::support::{TestApp, app};

/// Three tasks at once: for a person, for a role and in a queue.
async fn three(app: &TestApp) -> (String, Vec<Value>) {
    let task = |payload: Value| json!({"type": "manual-task", "payload": payload});
    let definition = json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["a", "b", "c"]},
        "a": task(json!({"title": "for ada", "assignee": "ada", "priority": "LOW"})),
        "b": task(json!({"title": "for leads", "role": "lead", "deadlineMs": 60_000})),
        "c": task(json!({"title": "whoever", "queue": "desk", "priority": "CRITICAL"})),
    }});
    let run = app.started_run(&app.published(&definition).await).await;
    let path = format!("/v1/tasks?runId={run}");
    let full = |page: &Value| page["items"].as_array().unwrap().len() == 3;
    let page = app.eventually(|| app.client.data(&path), full).await;
    (run, page["items"].as_array().unwrap().clone())
}

fn titles(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap()).collect()
}

fn id_of(tasks: &[Value], title: &str) -> String {
    let task = tasks.iter().find(|task| task["title"] == title).unwrap();
    task["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn tasks_are_found_by_whose_they_are_and_how_urgent() {
    let app = app().await;
    let (run, tasks) = three(&app).await;
    let workflow = tasks[0]["workflowId"].as_str().unwrap();
    let soon = "2026-01-01T00:00:00Z";
    for (query, expected) in [
        ("assignee=ada", vec!["for ada"]),
        ("role=lead", vec!["for leads"]),
        ("queue=desk", vec!["whoever"]),
        ("priority=CRITICAL", vec!["whoever"]),
        ("priority=MEDIUM&role=lead", vec!["for leads"]),
        ("status=assigned", vec!["for ada"]),
        ("status=expired", vec![]),
        (&format!("dueBefore={soon}"), vec![]),
        (&format!("workflowId={workflow}&status=created&queue=desk"), vec!["whoever"]),
    ] {
        let page = app.client.data(&format!("/v1/tasks?runId={run}&{query}")).await;
        assert_eq!(titles(&page), expected, "{query}");
    }
    let first = app.client.data("/v1/tasks?status=open&limit=2").await;
    assert_eq!((titles(&first).len(), &first["hasMore"]), (2, &json!(true)));
    let cursor = first["cursor"].as_str().unwrap();
    let rest = app.client.data(&format!("/v1/tasks?status=open&cursor={cursor}")).await;
    assert_eq!((titles(&rest).len(), &rest["hasMore"]), (1, &json!(false)));
}

#[actix_web::test]
async fn a_task_goes_from_hand_to_hand() {
    let app = app().await;
    let (_, tasks) = three(&app).await;
    let path = format!("/v1/tasks/{}", id_of(&tasks, "whoever"));
    let order =
        async |deed: &str, body: Value| app.client.post(&format!("{path}/{deed}"), &body).await;
    let task = order("claim", json!({})).await.data();
    assert_eq!((&task["status"], &task["assignee"]), (&json!("in_progress"), &json!("admin")));
    let task = order("release", json!({})).await.data();
    assert_eq!((&task["status"], &task["assignee"]), (&json!("created"), &Value::Null));
    let refused = order("release", json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "task-refuses"));
    let task = order("assign", json!({"assignee": "bob", "actingAs": "boss"})).await.data();
    assert_eq!((&task["status"], &task["assignee"]), (&json!("assigned"), &json!("bob")));
    let refused = order("claim", json!({"actingAs": "ada"})).await;
    assert!(refused.text().contains("assigned to bob"), "{}", refused.text());
    let task = order("assign", json!({"assignee": "ada"})).await.data();
    assert_eq!(task["history"].as_array().unwrap().last().unwrap()["event"], "reassigned");
    // The view follows.
    let found = app.eventually(
        || app.client.data("/v1/tasks?assignee=ada&queue=desk"),
        |page| titles(page) == ["whoever"],
    );
    assert_eq!(found.await["items"][0]["status"], "assigned");
}

#[actix_web::test]
async fn an_answer_with_a_key_is_given_once() {
    let app = app().await;
    let (_, tasks) = three(&app).await;
    let path = format!("/v1/tasks/{}/complete", id_of(&tasks, "for leads"));
    let send = || {
        let request = app.client.request("POST", &path).header("Idempotency-Key", "once");
        request.json(&json!({"data": {"fine": true}, "actingAs": "lead"})).send()
    };
    let first = send().await;
    assert_eq!(first.data()["status"], "completed");
    let second = send().await;
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(second.data(), first.data());
}

#[actix_web::test]
async fn what_is_wrong_with_an_order_is_said_with_its_place() {
    let app = app().await;
    let (_, tasks) = three(&app).await;
    let task = id_of(&tasks, "whoever");
    let before = app.count_events().await;
    for (deed, body, status, code, place) in [
        ("claim", json!({"actingAs": " "}), 422, "invalid-body", "/actingAs"),
        ("claim", json!({"actingAs": "a\nb"}), 422, "invalid-body", "/actingAs"),
        ("claim", json!({"who": "ada"}), 422, "invalid-body", "/who"),
        ("assign", json!({"assignee": ""}), 422, "invalid-body", "/assignee"),
        ("assign", json!({}), 422, "invalid-body", ""),
        ("complete", json!({}), 422, "invalid-body", ""),
        ("complete", json!({"data": "x".repeat(300_000)}), 422, "invalid-body", "/data"),
        ("reject", json!({"reason": " "}), 422, "invalid-body", "/reason"),
        ("cancel", json!({"reason": "x".repeat(1_001)}), 422, "invalid-body", "/reason"),
    ] {
        let refused = app.client.post(&format!("/v1/tasks/{task}/{deed}"), &body).await;
        let told = refused.text();
        assert_eq!((refused.status, refused.code().as_str()), (status, code), "{deed} {told}");
        assert_eq!(refused.json()["details"][0]["path"], place, "{deed} {told}");
    }
    let nobody = "task_01h455vb4pex5vsknk084sn02q";
    let unknown = app.client.post(&format!("/v1/tasks/{nobody}/claim"), &json!({})).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "task-not-found"));
    assert_eq!(app.client.get(&format!("/v1/tasks/{nobody}")).await.code(), "task-not-found");
    assert_eq!(app.client.get("/v1/tasks/run_1").await.code(), "invalid-path");
    assert_eq!(app.client.get("/v1/tasks?status=late").await.code(), "invalid-query");
    assert_eq!(app.count_events().await, before, "a refused request wrote something");
}
