//! What people do to runs by hand: pause, signal, retry and execute again; and what is refused.

use serde_json::{Value, json};

use crate::support::{TestApp, app, definitions};

const NOWHERE: &str = "run_01m7ykw2t4e2srm67ectajy81p";

async fn shown(app: &TestApp, run: &str) -> Value {
    app.client.data(&format!("/v1/runs/{run}")).await
}

/// What is answered to a deed: its status, and the code of the problem.
async fn answer(app: &TestApp, run: &str, deed: &str, body: Value) -> (u16, String) {
    let answer = app.client.post(&format!("/v1/runs/{run}/{deed}"), &body).await;
    (answer.status, answer.code())
}

async fn does(app: &TestApp, run: &str, deed: &str, body: Value) -> String {
    let done = app.client.post(&format!("/v1/runs/{run}/{deed}"), &body).await;
    done.data()["runId"].as_str().unwrap().to_owned()
}

fn refused(code: &str) -> (u16, String) {
    let status = match code {
        "run-not-found" | "node-not-found" => 404,
        "run-refuses" | "workflow-refuses" => 409,
        _ => 422,
    };
    (status, code.to_owned())
}

/// Sleeps for a moment, then says what it was started with.
fn sleeping() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["nap"]},
        "nap": {"type": "delay", "payload": {"delayMs": 1_000}, "children": ["said"]},
        "said": {"type": "log", "payload": {"message": "{{$trigger.body.amount}}"}},
    }})
}

#[actix_web::test]
async fn a_run_that_is_paused_waits_until_it_may_go_on() {
    // given a run that sleeps and is paused
    let app = app().await;
    let workflow = app.published(&sleeping()).await;
    let run = app.started_run(&workflow).await;
    does(&app, &run, "pause", json!({"reason": "the bank is closed"})).await;
    let paused = shown(&app, &run).await["paused"].clone();
    assert_eq!((&paused["by"], &paused["reason"]), (&json!("admin"), &json!("the bank is closed")));
    assert_eq!(answer(&app, &run, "pause", json!({})).await, refused("run-refuses"));

    // when its timer has long been due
    actix_web::rt::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert_eq!(shown(&app, &run).await["executionState"]["nap"]["status"], "scheduled");

    // then it goes on as soon as it may, and not before
    does(&app, &run, "resume", json!({})).await;
    app.until_status(&run, "success").await;
    let after = shown(&app, &run).await;
    assert_eq!(
        (&after["paused"], &after["executionState"]["said"]["result"]["message"]),
        (&Value::Null, &json!(250))
    );
    for deed in ["pause", "resume"] {
        assert_eq!(answer(&app, &run, deed, json!({})).await, refused("run-refuses"), "{deed}");
        assert_eq!(answer(&app, NOWHERE, deed, json!({})).await, refused("run-not-found"));
    }
    app.replays(&run).await;
}

#[actix_web::test]
async fn a_signal_lets_go_on_what_waits_for_it() {
    let app = app().await;
    let waits = |signal: &str| json!({"type": "wait", "payload": {"timeoutMs": 60_000, "triggerType": "signal", "triggerConfig": {"signal": signal}}, "children": []});
    let workflow = app
        .published(&json!({"nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["paid", "also-paid", "shipped"]},
            "paid": waits("paid"), "also-paid": waits("paid"), "shipped": waits("shipped"),
        }}))
        .await;
    let run = app.started_run(&workflow).await;
    app.until_status(&run, "waiting").await;

    let signal = |name: &str| json!({"signal": name, "payload": {"tx": "0xa"}});
    assert_eq!(answer(&app, &run, "signal", signal("lost")).await, refused("run-refuses"));
    assert_eq!(answer(&app, &run, "signal", signal("")).await, refused("invalid-body"));
    assert_eq!(answer(&app, NOWHERE, "signal", signal("paid")).await, refused("run-not-found"));
    does(&app, &run, "signal", signal("paid")).await;
    let state = shown(&app, &run).await["executionState"].clone();
    for node in ["paid", "also-paid"] {
        assert_eq!(state[node]["result"]["triggerResult"], json!({"tx": "0xa"}), "{node}");
        assert_eq!(state[node]["result"]["source"], "signal:paid", "{node}");
    }
    assert_eq!(state["shipped"]["status"], "waiting");
    does(&app, &run, "signal", signal("shipped")).await;
    app.until_status(&run, "success").await;
    assert_eq!(answer(&app, &run, "signal", signal("paid")).await, refused("run-refuses"));
    app.replays(&run).await;
}

/// Notes the amount, then fails unless it is small.
fn picky() -> Value {
    json!({
        "inputSchema": [{"key": "amount", "type": "number", "required": true}],
        "nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["noted"]},
            "noted": {"type": "log", "payload": {"message": "noted {{$inputs.amount}}"}, "children": ["small"]},
            "small": {"type": "if", "payload": {"condition": {"$and": [{"{{$inputs.amount}}": {"$lt": 100}}]}}, "children": ["taken", "refused"]},
            "taken": {"type": "log", "branch": "then", "payload": {"message": "took {{$inputs.amount}}"}},
            "refused": {"type": "fail", "branch": "else", "payload": {"code": "too_much", "message": "it is {{$inputs.amount}}"}},
        },
    })
}

#[actix_web::test]
async fn a_failed_run_is_retried_with_what_it_should_have_been_given() {
    let app = app().await;
    let workflow = app.published(&picky()).await;
    let failed = app.run_of(&workflow, &json!({"amount": 250})).await;
    app.until_status(&failed, "failure").await;

    let wrong = json!({"payload": {"amount": "much"}});
    let answered = app.client.post(&format!("/v1/runs/{failed}/retry"), &wrong).await;
    assert_eq!((answered.status, answered.code()), refused("invalid-input"));
    assert_eq!(answered.json()["details"][0]["path"], "/payload/amount");
    assert_eq!(answer(&app, NOWHERE, "retry", json!({})).await, refused("run-not-found"));

    // The choice was made by the input of then: it is taken over with the rest, and the same node
    // fails with the new input.
    let again = does(&app, &failed, "retry", json!({"payload": {"amount": 20}})).await;
    app.until_status(&again, "failure").await;
    let retried = shown(&app, &again).await;
    assert_eq!(retried["failure"]["message"], "it is 20");
    assert_eq!(retried["executionState"]["noted"]["result"]["message"], "noted 250");
    assert_eq!(retried["sourceRunId"], json!(failed));

    // From the choice on, it is made again.
    let body = json!({"fromNode": "small", "payload": {"amount": 20}});
    let rerun = does(&app, &failed, "rerun", body).await;
    app.until_status(&rerun, "success").await;
    assert_eq!(shown(&app, &rerun).await["output"]["taken"]["message"], "took 20");
    assert_eq!(answer(&app, &rerun, "retry", json!({})).await, refused("run-refuses"));
    for run in [failed, again, rerun] {
        app.replays(&run).await;
    }
}

#[actix_web::test]
async fn a_run_is_executed_again_from_a_node_and_keeps_what_came_before() {
    let app = app().await;
    let workflow = app.published(&sleeping()).await;
    let run = app.started_run(&workflow).await;
    let early = answer(&app, &run, "rerun", json!({"fromNode": "said"})).await;
    assert_eq!(early, refused("run-refuses"), "it is not over");
    app.until_status(&run, "success").await;

    let body = json!({"fromNode": "said", "payload": {"amount": 7}});
    let again = does(&app, &run, "rerun", body).await;
    app.until_status(&again, "success").await;
    let (first, second) = (shown(&app, &run).await, shown(&app, &again).await);
    assert_eq!(second["sourceRunId"], json!(run));
    assert_eq!(first["sourceRunId"], Value::Null);
    let result = |run: &Value, node: &str| run["executionState"][node]["result"].clone();
    assert_eq!(result(&second, "nap"), result(&first, "nap"));
    assert_eq!(
        (&result(&first, "said")["message"], &result(&second, "said")["message"]),
        (&json!(250), &json!(7))
    );
    let slept = |fact: &engine::Fact| fact.name() == "delay_started";
    assert!(!app.facts(&again).await.iter().any(slept), "it does not sleep again");

    let nowhere = json!({"fromNode": "nowhere"});
    assert_eq!(answer(&app, &run, "rerun", nowhere.clone()).await, refused("node-not-found"));
    assert_eq!(answer(&app, NOWHERE, "rerun", nowhere).await, refused("run-not-found"));
    assert_eq!(answer(&app, &run, "rerun", json!({"from": "said"})).await, refused("invalid-body"));
    app.replays(&again).await;
}

#[actix_web::test]
async fn a_run_that_failed_is_executed_again_by_what_was_mended_since() {
    // given a run that failed by a fault of its workflow
    let app = app().await;
    let last = |node: Value| {
        json!({"nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["noted"]},
            "noted": {"type": "log", "payload": {"message": "noted {{$trigger.body.amount}}"}, "children": ["last"]},
            "last": node,
        }})
    };
    let broken = last(json!({"type": "fail", "payload": {"message": "not ready yet"}}));
    let workflow = app.published(&broken).await;
    let failed = app.started_run(&workflow).await;
    app.until_status(&failed, "failure").await;
    let nowhere = json!({"fromNode": "extra", "version": "live"});
    assert_eq!(answer(&app, &failed, "rerun", nowhere.clone()).await, refused("node-not-found"));
    let newest = json!({"fromNode": "last", "version": "newest"});
    assert_eq!(answer(&app, &failed, "rerun", newest).await, refused("invalid-body"));

    // when that is mended and published
    let mut mended = last(
        json!({"type": "log", "payload": {"message": "{{noted.result.message}}, and done"}, "children": ["extra"]}),
    );
    mended["nodes"]["extra"] = json!({"type": "log", "payload": {"message": "new"}});
    mended["inputSchema"] = json!([{"key": "amount", "type": "number", "required": true}]);
    let path = format!("/v1/workflows/{workflow}");
    let draft = json!({"definition": mended});
    app.client.request("PUT", &path).json(&draft).send().await.data();
    app.client.post(&format!("{path}/publish"), &json!({})).await.data();

    // then it goes on by that where this is asked for, and takes over what came before
    let live = json!({"fromNode": "last", "version": "live"});
    let again = does(&app, &failed, "rerun", live.clone()).await;
    app.until_status(&again, "success").await;
    let run = shown(&app, &again).await;
    assert_eq!(run["executionState"]["last"]["result"]["message"], "noted 250, and done");
    assert_eq!((&run["workflowVersion"], &run["sourceRunId"]), (&json!(2), &json!(failed)));
    assert_eq!(run["executionState"]["extra"]["status"], "success");
    let noted = |fact: &engine::Fact| {
        serde_json::to_value(fact).unwrap()["node"] == "noted" && fact.name() == "node_started"
    };
    assert!(!app.facts(&again).await.iter().any(noted), "it was taken over");
    app.replays(&again).await;

    // and otherwise by the version that it had
    let same = does(&app, &failed, "rerun", json!({"fromNode": "last", "version": "same"})).await;
    app.until_status(&same, "failure").await;

    // and an input that the version does not take is refused, also where it is the old one
    let begun = app.client.post(&format!("{path}/run"), &json!({"payload": {"amount": 1}})).await;
    assert_eq!(begun.status, 202);
    let edited = json!({"fromNode": "last", "version": "live", "payload": {}});
    assert_eq!(answer(&app, &failed, "rerun", edited).await, refused("invalid-input"));

    // and where nothing is live any more, nothing can go on by it
    app.client.request("DELETE", &path).send().await;
    let archived = answer(&app, &failed, "rerun", live).await;
    assert_eq!(archived, refused("workflow-refuses"));
}

#[actix_web::test]
async fn what_is_taken_over_is_kept_once_and_the_lineage_tells_who_continues_whom() {
    // given a run that made much of its input before it failed
    let app = app().await;
    let workflow = app
        .published(&json!({"nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["made"]},
            "made": {"type": "format", "payload": {"template": "{{@text}}", "data": "{{$trigger.body}}"}, "children": ["broken"]},
            "broken": {"type": "fail", "payload": {"code": "broken", "message": "it breaks"}},
        }}))
        .await;
    let first = app.run_of(&workflow, &json!({"text": "x".repeat(40_000)})).await;
    app.until_status(&first, "failure").await;

    // when it is retried, and the retry is retried and executed again
    let second = does(&app, &first, "retry", json!({})).await;
    app.until_status(&second, "failure").await;
    let before = app.count_blobs().await;
    let third = does(&app, &second, "retry", json!({})).await;
    app.until_status(&third, "failure").await;
    let fourth = does(&app, &second, "rerun", json!({"fromNode": "broken"})).await;
    app.until_status(&fourth, "failure").await;

    // then what they take over is there, and was not written again
    assert_eq!(app.count_blobs().await, before);
    let (one, last) = (shown(&app, &first).await, shown(&app, &fourth).await);
    assert_eq!(last["executionState"]["made"]["result"], one["executionState"]["made"]["result"]);
    assert_eq!(one["executionState"]["made"]["status"], "success");
    app.replays(&fourth).await;

    // and each of them tells of all of them
    for run in [&first, &third] {
        let path = format!("/v1/runs/{run}/lineage?minPosition={}", app.head().await);
        let runs = app.client.data(&path).await["runs"].clone();
        let links = |run: &Value| (run["id"].clone(), run["sourceRunId"].clone());
        let told: Vec<_> = runs.as_array().unwrap().iter().map(links).collect();
        let expected = [
            (json!(first), Value::Null),
            (json!(second), json!(first)),
            (json!(third), json!(second)),
            (json!(fourth), json!(second)),
        ];
        assert_eq!(told, expected);
        assert_eq!(runs[0]["failedNodeId"], "broken");
    }
    let unknown = app.client.get(&format!("/v1/runs/{NOWHERE}/lineage")).await;
    assert_eq!((unknown.status, unknown.code()), refused("run-not-found"));
}

#[actix_web::test]
async fn a_run_that_did_not_fail_is_not_retried() {
    let app = app().await;
    let workflow = app.published(&definitions::pure()).await;
    let run = app.finished_run(&workflow).await;
    assert_eq!(answer(&app, &run, "retry", json!({})).await, refused("run-refuses"));
}

#[tokio::test]
async fn a_wait_in_a_loop_is_resumed_by_its_iteration_however_that_is_said() {
    let app = app().await;
    let workflow = app
        .published(&json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["outer"] },
            "outer": { "type": "for-each", "payload": { "array": [1, 2], "mode": "parallel" }, "loopBody": ["inner"] },
            "inner": { "type": "for-each", "payload": { "array": [1, 2], "mode": "parallel" }, "loopBody": ["ask"] },
            "ask": { "type": "wait", "payload": { "timeoutMs": 600_000, "triggerType": "manual" } },
        } }))
        .await;
    let run = app.started_run(&workflow).await;
    let within = |stack: Value, index: u16| json!({ "data": {}, "forEachContext": { "index": index, "parentNodeId": "inner", "total": 2, "stack": stack } });
    let outer = |index: u16| json!({ "index": index, "parentNodeId": "outer", "total": 2 });
    let inner = |index: u16| json!({ "index": index, "parentNodeId": "inner", "total": 2 });
    for (node, body) in [
        ("ask.0.0", json!({ "data": {} })),
        ("ask", within(json!([outer(0)]), 1)),
        ("ask", within(json!([outer(1), inner(0)]), 0)),
        ("ask.1.1", json!({})),
    ] {
        let path = format!("/v1/runs/{run}/nodes/{node}/resume");
        assert_eq!(
            app.client.post(&path, &body).await.data()["action"],
            "resumed",
            "{node} {body}"
        );
    }
    app.until_status(&run, "success").await;
    let nowhere = format!("/v1/runs/{run}/nodes/ask.7/resume");
    assert_eq!(app.client.post(&nowhere, &json!({})).await.status, 404);
}
