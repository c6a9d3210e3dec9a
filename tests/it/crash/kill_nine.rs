//! `kill -9` at random moments during 200 runs: every run finishes exactly once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use sqlx::{PgPool, Row};

use super::client::Client;
use super::server::Server;
use crate::support::database;
use crate::support::peer::Peer;

const RUNS: usize = 200;
/// How often the server is killed while the runs are under way.
const KILLS: u32 = 6;

/// How often each idempotency key was seen by the peer.
static SEEN: Mutex<BTreeMap<String, u32>> = Mutex::new(BTreeMap::new());

async fn note(request: HttpRequest) -> HttpResponse {
    let key = request.headers().get("idempotency-key").unwrap().to_str().unwrap().to_owned();
    *SEEN.lock().unwrap().entry(key).or_default() += 1;
    // Long enough that kills hit effects in flight.
    actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    HttpResponse::Ok().json(json!({ "noted": true }))
}

/// Two effects with a delay and a branch between them.
fn definition(peer: &Peer) -> Value {
    let ask = |child: &str| json!({"type": "http-request", "payload": {"method": "POST", "url": peer.url("/"), "body": {"n": "{{$trigger.body.n}}"}}, "children": [child]});
    let mut last = ask("told");
    last["branch"] = json!("then");
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["first"]},
        "first": ask("pause"),
        "pause": {"type": "delay", "payload": {"delayMs": 50}, "children": ["noted"]},
        "noted": {"type": "if", "payload": {"condition": {"$and": [{"{{first.result.body.noted}}": {"$eq": true}}]}}, "children": ["second"]},
        "second": last,
        "told": {"type": "log", "payload": {"message": "run {{$trigger.body.n}} is done"}}
    }})
}

#[actix::test]
async fn runs_finish_exactly_once_through_kills_at_random_moments() {
    // given a published workflow with two effects
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let peer = Peer::start(|config| {
        config.default_service(web::to(note));
    });
    let start = |database: &str| Server::start(database, &data_dir, &peer.opening());
    let mut server = start(&database.url);
    let client = Client::of(&server.url);
    let workflow = client.publish(&definition(&peer)).await;

    // when the server is killed again and again while clients start runs and repeat themselves
    let killer = {
        let client = client.clone();
        async move {
            for _ in 0..KILLS {
                let moment = 150 + rand::random::<u64>() % 700;
                actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
                server.kill();
                server = start(&database.url);
                client.moves_to(&server.url);
            }
            (server, database)
        }
    };
    let ((server, database), runs) =
        futures::future::join(killer, client.start(&workflow, RUNS)).await;

    // then every run succeeds, once
    client.all_succeed(&runs).await;
    drop(server);
    each_run_finished_once(&database.pool, &runs).await;
    the_ledger_has_no_holes(&database.pool).await;
    each_effect_was_seen_under_one_key(&runs);
}

pub(crate) async fn each_run_finished_once(pool: &PgPool, runs: &[String]) {
    let distinct: std::collections::HashSet<_> = runs.iter().collect();
    assert_eq!(distinct.len(), runs.len(), "a key started two runs");
    let rows = sqlx::raw_sql(
        "select aggregate_id, count(*) filter (where event_type = 'started') as started,
                count(*) filter (where event_type in ('succeeded', 'failed', 'cancelled')) as ended,
                count(*) as events, max(sequence) as last
           from events where aggregate_type = 'run' group by aggregate_id",
    );
    let rows = sqlx::Executor::fetch_all(pool, rows).await.unwrap();
    assert_eq!(rows.len(), runs.len(), "there are runs that nobody asked for");
    for row in rows {
        let run: String = row.get("aggregate_id");
        let count = |column: &str| row.get::<i64, _>(column);
        assert_eq!((count("started"), count("ended")), (1, 1), "run {run}");
        assert_eq!(count("events"), count("last"), "run {run} has a hole");
    }
}

async fn the_ledger_has_no_holes(pool: &PgPool) {
    let query = sqlx::raw_sql(
        "select (select count(*) from event_log) as placed, (select max(position) from event_log) as last,
                (select count(*) from events) as events",
    );
    let row = sqlx::Executor::fetch_one(pool, query).await.unwrap();
    let count = |column: &str| row.get::<i64, _>(column);
    assert_eq!(count("placed"), count("last"), "positions are dense");
    assert!(count("placed") <= count("events"));
}

/// Outside effects happen at least once, and a peer that honours keys sees each of them once.
fn each_effect_was_seen_under_one_key(runs: &[String]) {
    let seen = SEEN.lock().unwrap();
    let mut keys: HashMap<&str, Vec<&str>> = HashMap::new();
    for key in seen.keys() {
        let (run, node) = key.split_once(':').unwrap();
        keys.entry(run).or_default().push(node);
    }
    for run in runs {
        let mut nodes = keys.remove(run.as_str()).unwrap_or_default();
        nodes.sort_unstable();
        assert_eq!(nodes, ["first:1", "second:1"], "the keys of run {run}");
    }
}
