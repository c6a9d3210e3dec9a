//! Traces of runs whose server is killed, and of a house whose collector is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use sqlx::{PgPool, Row as _};
use tokio::sync::Notify;

use super::client::{Client, PATIENCE};
use super::server::Server;
use crate::support::collector::{Collector, Told, has, only, trace_of};
use crate::support::database;
use crate::support::peer::Peer;

/// A peer that never answers the first request.
#[derive(Default)]
struct Slow {
    asked: AtomicUsize,
    bell: Notify,
}

async fn answer(_: HttpRequest, slow: Data<Slow>) -> HttpResponse {
    if slow.asked.fetch_add(1, Ordering::SeqCst) == 0 {
        slow.bell.notify_one();
        std::future::pending::<()>().await;
    }
    HttpResponse::Ok().json(json!({}))
}

fn peer() -> (Peer, Data<Slow>) {
    let slow = Data::from(Arc::<Slow>::default());
    let peer = Peer::with(&slow, |config| {
        config.default_service(web::to(answer));
    });
    (peer, slow)
}

fn definition(peer: &Peer) -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["ask"]},
        "ask": {"type": "http-request", "payload": {"url": peer.url("/")}},
    }})
}

fn settings(collector: &Collector) -> [(&'static str, String); 1] {
    [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint())]
}

#[actix_web::test]
async fn a_run_through_a_kill_is_one_trace_and_is_told_once() {
    // given a server that tells a collector, and a run whose request is not answered
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let (collector, (peer, slow)) = (Collector::start(), peer());
    let start = |database: &str| {
        let settings = settings(&collector);
        Server::try_with(database, data_dir.path(), &peer.opening(), &settings).unwrap()
    };
    let mut server = start(&database.url);
    let client = Client::of(&server.url);
    let workflow = client.publish(&definition(&peer)).await;
    let run = client.start(&workflow, 1).await.remove(0);
    slow.bell.notified().await;
    // when the server is killed meanwhile, and started again
    server.kill();
    let second = start(&database.url);
    client.moves_to(&second.url);
    assert_eq!(client.ended(&run).await["status"], "success");
    // then its trace is whole, by the ids that the first process would have given
    let is_whole = |spans: &[Told]| has(spans, "run") && has(spans, "GET");
    let spans = collector.until(&trace_of(&run), is_whole).await;
    let (trigger, told) = (only(&spans, "trigger manual"), only(&spans, "run"));
    assert_eq!(told.parent.as_ref(), Some(&trigger.id));
    let ask = only(&spans, "http-request");
    assert_eq!(ask.parent.as_ref(), Some(&told.id));
    assert_eq!(ask.attributes["chainkeel.node.repeats"], "1");
    assert_eq!(only(&spans, "GET").parent.as_ref(), Some(&ask.id));
    // and a server that starts again tells of nothing a second time
    let before = spans.len();
    is_written_down(&database.pool).await;
    drop(second);
    let again = start(&database.url);
    client.moves_to(&again.url);
    let other = client.post(&format!("/v1/workflows/{workflow}/run"), "other", &json!({})).await;
    let other = other["runId"].as_str().unwrap().to_owned();
    client.ended(&other).await;
    collector.until(&trace_of(&other), |spans| has(spans, "run")).await;
    assert_eq!(collector.trace(&trace_of(&run)).len(), before);
}

/// Waits until the ledger's checkpoint for traces is behind all that there is now.
async fn is_written_down(pool: &PgPool) {
    let give_up = Instant::now() + PATIENCE;
    let question = "select (select position from reactions where name = 'traces')
                        >= (select max(position) from event_log) as done";
    loop {
        let row = sqlx::Executor::fetch_one(pool, sqlx::raw_sql(question)).await.unwrap();
        if row.get("done") {
            return;
        }
        assert!(Instant::now() < give_up, "the checkpoint does not follow");
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How many spans were dropped, for this reason, by what the server says of itself.
async fn dropped(client: &Client, reason: &str) -> u64 {
    let wanted = format!("chainkeel_trace_spans_dropped_total{{reason=\"{reason}\"}} ");
    let metrics = client.text("/metrics").await;
    let line = metrics.lines().find_map(|line| line.strip_prefix(&wanted));
    line.map_or(0, |count| count.parse().unwrap())
}

#[actix_web::test]
async fn a_collector_that_is_away_holds_nothing_up_and_is_told_of_runs_when_it_is_back() {
    // given a server whose collector takes nothing
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let (collector, (peer, slow)) = (Collector::start(), peer());
    slow.asked.store(1, Ordering::SeqCst);
    collector.refuse(503);
    let start = |database: &str| {
        let settings = settings(&collector);
        Server::try_with(database, data_dir.path(), &peer.opening(), &settings).unwrap()
    };
    let server = start(&database.url);
    let client = Client::of(&server.url);
    let workflow = client.publish(&definition(&peer)).await;
    // when runs go on, then they succeed as ever
    let runs = client.start(&workflow, 20).await;
    client.all_succeed(&runs).await;
    // and what processes noted is dropped and counted, in the end
    let give_up = Instant::now() + PATIENCE;
    while dropped(&client, "unreachable").await < 20 {
        assert!(Instant::now() < give_up, "nothing was counted");
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
    // when it is back, then it is told of the runs, which the ledger has not forgotten
    collector.refuse(0);
    for run in &runs {
        let spans = collector.until(&trace_of(run), |spans| has(spans, "run")).await;
        assert!(has(&spans, "http-request") && !has(&spans, "GET"), "{spans:#?}");
    }
}
