//! Each endpoint has a pace of its own, and the events of a run their order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::HOOKS;
use super::receiver::{Answer, Received, Receiver, hook};
use crate::support::{TestApp, app_that_reaches, definitions};

/// How long an endpoint may take to answer.
const TIME_LIMIT: Duration = Duration::from_secs(15);
/// How long hundreds of deliveries may take on a machine that does other things, too.
const PATIENCE: Duration = Duration::from_mins(2);

/// Waits longer than usual.
async fn at_last<T, F: Future<Output = T>>(ask: impl Fn() -> F, good: impl Fn(&T) -> bool) -> T {
    let begun = Instant::now();
    loop {
        let answer = ask().await;
        if good(&answer) {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "it did not come to pass");
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn standing(app: &TestApp, hook: &str) -> Value {
    app.client.data(&format!("{HOOKS}/{hook}")).await
}

/// In which order the events of each run came.
fn orders(came: &[Received]) -> BTreeMap<String, Vec<i64>> {
    let mut orders: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for it in came {
        let told = it.json();
        let run = told["runId"].as_str().unwrap().to_owned();
        orders.entry(run).or_default().push(told["sequence"].as_i64().unwrap());
    }
    orders
}

#[actix_web::test]
async fn an_endpoint_that_never_answers_slows_nobody_and_runs_are_told_in_their_order() {
    // given three endpoints that never answer, and one that does
    let (receiver, peer) = Receiver::start();
    let app = app_that_reaches(&[peer.opening()]).await;
    let all = ["run.*", "node.*"];
    let mut silent = Vec::new();
    for path in ["/silent-1", "/silent-2", "/silent-3"] {
        receiver.answers(path, Answer::Silence);
        silent.push(hook(&app, &peer.url(path), &all, json!({})).await.0);
    }
    hook(&app, &peer.url("/good"), &all, json!({})).await;
    let workflow = app.published(&definitions::pure()).await;

    // when thirty runs are over
    let mut runs = BTreeSet::new();
    for _ in 0..30 {
        runs.insert(app.started_run(&workflow).await);
    }

    // then the good one is told all of them, each in its order, before a silent one is given up once
    let ended = |came: &Vec<Received>| {
        came.iter().filter(|it| it.kind() == "run.completed").count() == runs.len()
    };
    let came = at_last(async || receiver.at("/good"), ended).await;
    let first = receiver.at("/silent-1")[0].at;
    let took = came.iter().map(|it| it.at).max().unwrap().duration_since(first);
    assert!(took < TIME_LIMIT, "the last came {took:?} after a silent one was first asked");
    for (run, order) in orders(&came) {
        assert!(order.windows(2).all(|pair| pair[0] <= pair[1]), "{run}: {order:?}");
    }
    let distinct: BTreeSet<_> = came.iter().map(|it| it.id().to_owned()).collect();
    assert_eq!(distinct.len(), came.len(), "each came once");
    for (id, path) in silent.iter().zip(["/silent-1", "/silent-2", "/silent-3"]) {
        assert!(receiver.at(path).len() <= 8, "few are under way to one that does not answer");
        let waiting = standing(&app, id).await["waiting"].as_i64().unwrap();
        assert_eq!(waiting, i64::try_from(came.len()).unwrap());
    }
}

#[actix_web::test]
async fn what_an_endpoint_is_too_slow_for_waits_on_the_ledger_and_all_of_it_comes() {
    // given one that does not answer yet, and one that does
    let (receiver, peer) = Receiver::start();
    receiver.answers("/slow", Answer::Silence);
    let app = app_that_reaches(&[peer.opening()]).await;
    let (slow, _) = hook(&app, &peer.url("/slow"), &["node.succeeded"], json!({})).await;
    hook(&app, &peer.url("/good"), &["run.completed"], json!({})).await;
    let items: Vec<u32> = (0..100).collect();
    let workflow = app
        .published(&json!({"nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["each"]},
            "each": {"type": "for-each", "payload": {"array": items, "mode": "parallel"}, "loopBody": ["note"]},
            "note": {"type": "log", "payload": {"message": "noted"}},
        }}))
        .await;

    // when it is told more than waits for one endpoint
    let runs = 7;
    for _ in 0..runs {
        app.finished_run(&workflow).await;
    }
    let is_behind = |shown: &Value| shown["behindFrom"].is_i64();
    at_last(|| standing(&app, &slow), is_behind).await;
    let waiting = standing(&app, &slow).await["waiting"].as_i64().unwrap();
    assert!((500..1_100).contains(&waiting), "{waiting} wait");
    // the other one is told all the same
    at_last(async || receiver.at("/good"), |came| came.len() == runs).await;

    // then all of it comes as soon as it answers, once
    receiver.answers("/slow", Answer::With(200));
    let wanted = "select count(*) from events where aggregate_type = 'run' and event_type = 'node_succeeded'";
    let wanted = usize::try_from(app.count(wanted).await).unwrap();
    assert!(wanted > 700, "{wanted}");
    let distinct =
        |came: &[Received]| came.iter().map(|it| it.id().to_owned()).collect::<BTreeSet<_>>();
    let came = at_last(async || receiver.at("/slow"), |came| distinct(came).len() == wanted).await;
    assert_eq!(distinct(&came).len(), wanted);
    let is_done = |shown: &Value| shown["waiting"] == 0 && shown["behindFrom"].is_null();
    at_last(|| standing(&app, &slow), is_done).await;
    for (run, order) in orders(&came) {
        let mut once: Vec<i64> = Vec::new();
        for sequence in order {
            if !once.contains(&sequence) {
                once.push(sequence);
            }
        }
        assert_eq!(once.len(), 101, "{run}");
    }
}
