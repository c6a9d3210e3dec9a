//! `kill -9` while loops pay many at a time: everybody is paid under one key, and runs end once.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use engine::Fact;
use serde_json::{Value, json};

use super::client::Client;
use super::kill_nine::each_run_finished_once;
use super::server::Server;
use crate::support::database;
use crate::support::peer::Peer;

const RUNS: usize = 4;
/// How many are paid in each run.
const RECIPIENTS: usize = 60;
/// How often the server is killed while the runs are under way.
const KILLS: u32 = 4;

/// The keys under which each recipient of each run was paid, and how often.
static PAID: Mutex<BTreeMap<(u64, u64), BTreeMap<String, u32>>> = Mutex::new(BTreeMap::new());

async fn pay(request: HttpRequest, payment: web::Json<Value>) -> HttpResponse {
    let key = request.headers().get("idempotency-key").unwrap().to_str().unwrap().to_owned();
    let number = |name: &str| payment[name].as_u64().unwrap();
    let recipient = (number("run"), number("to"));
    *PAID.lock().unwrap().entry(recipient).or_default().entry(key).or_default() += 1;
    // Long enough that kills hit payments in flight.
    actix_web::rt::time::sleep(Duration::from_millis(150)).await;
    HttpResponse::Ok().json(json!({ "paid": true }))
}

/// Pays everybody, five at a time, and notes each payment.
fn definition(peer: &Peer) -> Value {
    let recipients: Vec<usize> = (0..RECIPIENTS).collect();
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["each"]},
        "each": {"type": "for-each", "payload": {"array": recipients, "mode": "parallel", "maxConcurrency": 5}, "loopBody": ["pay"], "children": ["told"]},
        "pay": {"type": "http-request", "payload": {"method": "POST", "url": peer.url("/"), "body": {"run": "{{$trigger.body.n}}", "to": "{{$item}}"}}, "children": ["noted"]},
        "noted": {"type": "log", "payload": {"message": "{{pay.result.body.paid}}"}},
        "told": {"type": "log", "payload": {"message": "{{each.result.iterationCount}} paid"}},
    }})
}

#[actix::test]
async fn loops_pay_everybody_under_one_key_through_kills_at_random_moments() {
    // given a published workflow that pays sixty
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let peer = Peer::start(|config| {
        config.default_service(web::to(pay));
    });
    let start = |database: &str| Server::start(database, &data_dir, &peer.opening());
    let mut server = start(&database.url);
    let client = Client::of(&server.url);
    let workflow = client.publish(&definition(&peer)).await;
    let runs = client.start(&workflow, RUNS).await;

    // when the server is killed again and again
    for _ in 0..KILLS {
        let moment = 100 + rand::random::<u64>() % 500;
        actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
        server.kill();
        server = start(&database.url);
        client.moves_to(&server.url);
    }

    // then every run succeeds once, and its ledger is what the engine decides
    client.all_succeed(&runs).await;
    let mut repeated = 0;
    for run in &runs {
        let facts = facts_of(&client, run).await;
        repeated += facts.iter().filter(|fact| matches!(fact, Fact::EffectRepeated { .. })).count();
        assert_eq!(engine::verify(&facts).divergence, None, "run {run}");
    }
    drop(server);
    each_run_finished_once(&database.pool, &runs).await;

    // and everybody was paid under the one key of their iteration
    let paid = PAID.lock().unwrap();
    assert_eq!(paid.len(), RUNS * RECIPIENTS);
    for ((run, to), keys) in paid.iter() {
        let run = &runs[usize::try_from(*run).unwrap()];
        let keys: Vec<&String> = keys.keys().collect();
        assert_eq!(keys, [&format!("{run}:pay.{to}:1")]);
    }
    assert!(repeated > 0, "no kill hit a payment in flight");
}

async fn facts_of(client: &Client, run: &str) -> Vec<Fact> {
    let page = client.get(&format!("/v1/runs/{run}/events?limit=1000")).await;
    let items = page["items"].as_array().unwrap();
    items.iter().map(|event| serde_json::from_value(event["payload"].clone()).unwrap()).collect()
}
