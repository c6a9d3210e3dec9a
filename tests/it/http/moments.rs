//! A run as it was: after each of its events, and at each position of the ledger.

use serde_json::{Value, json};

use crate::support::{TestApp, app, chainkeel, definitions};

/// A run that is over, and how many events it has.
async fn finished() -> (TestApp, String, i64) {
    let app = app().await;
    let workflow = app.published(&definitions::pure()).await;
    let run = app.finished_run(&workflow).await;
    let events = app.count_of("select count(*) from events where aggregate_id = $1", &run).await;
    (app, run, events)
}

#[actix_web::test]
async fn a_run_is_shown_as_it_was_after_each_of_its_events() {
    let (app, run, events) = finished().await;
    let path = format!("/v1/runs/{run}");
    let now = app.client.data(&path).await;

    // when it is read after each of its events, then it is no further than that
    let mut statuses = Vec::new();
    for sequence in 1..=events {
        let then = app.client.data(&format!("{path}?atSequence={sequence}")).await;
        assert_eq!(then["lastSequence"], sequence);
        assert_eq!(then["computeUnits"], Value::Null, "what it costs is known of now alone");
        statuses.push(then["status"].as_str().unwrap().to_owned());
    }
    assert_ne!(statuses[0], "success");
    assert_eq!(statuses.last().unwrap(), "success");
    let last = app.client.data(&format!("{path}?atSequence={events}")).await;
    assert_eq!(last["executionState"], now["executionState"]);

    // and at the ledger's position of an event it is what it is after that event
    let listed = app.client.data(&format!("{path}/events?limit=500")).await;
    for event in listed["items"].as_array().unwrap() {
        let (position, sequence) = (&event["position"], &event["sequence"]);
        let then = app.client.data(&format!("{path}?asOf={position}")).await;
        assert_eq!(&then["lastSequence"], sequence);
    }
}

#[actix_web::test]
async fn a_moment_that_is_none_is_refused_with_what_there_is() {
    let (app, run, events) = finished().await;
    let path = format!("/v1/runs/{run}");
    let first =
        app.client.data(&format!("{path}/events?limit=1")).await["items"][0]["position"].clone();
    let before = first.as_i64().unwrap() - 1;
    for (query, has) in [
        (format!("atSequence={}", events + 1), format!("the run has {events} events")),
        ("atSequence=0".to_owned(), "from 1 on".to_owned()),
        ("asOf=-3".to_owned(), "from 1 on".to_owned()),
        (format!("asOf={before}"), format!("begins at position {first}")),
        ("asOf=9&atSequence=1".to_owned(), "cannot be combined".to_owned()),
        ("asOf=now".to_owned(), String::new()),
    ] {
        let answer = app.client.get(&format!("{path}?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text());
        assert!(answer.text().contains(&has), "{query}: {}", answer.text());
    }
    let other = app.organization("Other").await;
    assert_eq!(other.get(&format!("{path}?atSequence=1")).await.status, 404);
}

#[actix_web::test]
async fn the_command_tells_what_changed_between_two_events() {
    let (app, run, events) = finished().await;

    let said = chainkeel(&app, &["run", "diff", &run, "1", "--json"]);

    assert_eq!(said.code, Some(0), "{said:?}");
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&told["from"], &told["to"]), (&json!(1), &json!(events)));
    let changes = told["changes"].as_array().unwrap();
    let status = changes.iter().find(|it| it["nodeId"].is_null() && it["field"] == "status");
    assert_eq!(status.unwrap()["after"], "success", "{told}");

    let nothing = chainkeel(&app, &["run", "diff", &run, "2", "2"]);
    assert!(nothing.out.contains("nothing changed"), "{nothing:?}");
    let shown = chainkeel(&app, &["run", "show", &run, "--at", "1"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(!shown.out.contains("finished"), "{shown:?}");
}

#[actix_web::test]
async fn lists_to_which_things_are_only_added_are_shown_as_they_were() {
    // given an organization in which something was done, published and run
    let (app, _, _) = finished().await;
    for name in ["order.paid", "order.sent"] {
        app.client.post("/v1/events", &json!({ "event": name, "payload": {} })).await;
        let account = json!({ "name": name, "permissions": ["runs:read"] });
        app.client.post("/v1/service-accounts", &account).await;
    }
    let head = app.head().await;
    for path in ["/v1/activity", "/v1/events", "/v1/organization/audit-log"] {
        let all = app.client.data(&format!("{path}?limit=100&minPosition={head}")).await;
        let all: Vec<i64> = positions(&all);
        assert!(all.len() > 1, "{path}: {all:?}");

        // when it is asked for as it was at each of their positions, then it ends there
        for then in &all {
            let list = app.client.data(&format!("{path}?limit=100&asOf={then}")).await;
            let known: Vec<i64> = all.iter().copied().filter(|at| at <= then).collect();
            assert_eq!(positions(&list), known, "{path} as of {then}");
        }
        // and its pages go on within it
        let (newest, then) = (all[0], all[1]);
        let first = app.client.data(&format!("{path}?limit=1&asOf={then}")).await;
        assert_eq!(positions(&first), [then]);
        if let Some(cursor) = first["cursor"].as_str() {
            let next = format!("{path}?limit=100&asOf={newest}&cursor={cursor}");
            assert_eq!(positions(&app.client.data(&next).await), all[2..]);
        }
    }
}

fn positions(list: &Value) -> Vec<i64> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["position"].as_i64().unwrap()).collect()
}

#[actix_web::test]
async fn a_list_that_is_kept_only_as_it_is_now_says_which_are_not() {
    let app = app().await;
    let head = app.head().await;
    for (path, has) in [
        ("/v1/runs?asOf=1".to_owned(), "/v1/activity"),
        ("/v1/workflows?asOf=1".to_owned(), "/v1/runs/{id}?asOf="),
        ("/v1/activity?asOf=0".to_owned(), "from 1 on"),
        (format!("/v1/activity?asOf={}", head + 1_000), "no position yet"),
    ] {
        let answer = app.client.get(&path).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        assert!(answer.text().contains(has), "{path}: {}", answer.text());
        assert!(answer.text().contains("asOf"), "{path}: {}", answer.text());
    }
}
