//! `kill -9` while endpoints are told of runs: everything arrives at least once, under an id that stays the
//! same, with the same words, and nothing is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::client::Client;
use super::server::Server;
use crate::support::peer::Peer;
use crate::support::{database, definitions};

/// How many runs there are.
const RUNS: usize = 40;
/// How often the server is killed meanwhile.
const KILLS: u32 = 4;
/// How long may be waited for the last of what is told.
const PATIENCE: Duration = Duration::from_mins(1);
/// What is told of a run of this definition, with its node.
const TOLD: [(&str, &str); 5] = [
    ("node.skipped", "small"),
    ("node.succeeded", "check"),
    ("node.succeeded", "large"),
    ("run.completed", ""),
    ("run.started", ""),
];

/// What was sent under each id.
static RECEIVED: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());
/// What was refused once.
static REFUSED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Takes its time, so that kills hit what is under way; and refuses one in five the first time.
async fn receiver(request: HttpRequest, body: String) -> HttpResponse {
    actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    let id = request.headers().get("webhook-id").unwrap().to_str().unwrap().to_owned();
    if rand::random::<u8>() < 51 && REFUSED.lock().unwrap().insert(id.clone()) {
        return HttpResponse::ServiceUnavailable().finish();
    }
    RECEIVED.lock().unwrap().entry(id).or_default().push(body);
    HttpResponse::NoContent().finish()
}

#[actix::test]
async fn all_that_happens_in_runs_is_told_under_its_id_through_kills_at_random_moments() {
    // given an endpoint that is told of runs
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let peer = Peer::start(|config| {
        config.default_service(web::to(receiver));
    });
    let start = || Server::start(&database.url, &data_dir, &peer.opening());
    let mut server = start();
    let client = Client::of(&server.url);
    let types = ["run.started", "run.completed", "node.succeeded", "node.skipped"];
    let wanted = json!({"name": "told", "url": peer.url("/"), "subscribedEventTypes": types});
    client.post("/v1/execution-webhooks", "hook", &wanted).await;
    let mut pure = definitions::pure();
    pure["nodes"]["check"]["payload"]["condition"] =
        json!({"$and": [{"{{$trigger.body.n}}": {"$gte": 0}}]});
    pure["nodes"]["large"]["payload"]["message"] = json!("large");
    let workflow = client.publish(&pure).await;

    // when the server is killed again and again while runs start and are told
    let started = client.start(&workflow, RUNS);
    let killer = async {
        for _ in 0..KILLS {
            let moment = 150 + rand::random::<u64>() % 500;
            actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
            server.kill();
            server = start();
            client.moves_to(&server.url);
        }
    };
    let (runs, ()) = futures::future::join(started, killer).await;
    client.all_succeed(&runs).await;

    // then all of it arrives
    let begun = Instant::now();
    let wanted = RUNS * TOLD.len();
    while RECEIVED.lock().unwrap().len() < wanted {
        let received = RECEIVED.lock().unwrap().len();
        assert!(begun.elapsed() < PATIENCE, "{received} of {wanted} have arrived");
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }

    // and says the same each time, under one id for each event, and nothing else was told
    let received = RECEIVED.lock().unwrap();
    let mut ids: BTreeMap<(String, String, String), BTreeSet<&str>> = BTreeMap::new();
    for (id, bodies) in received.iter() {
        assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{id}");
        let body: Value = serde_json::from_str(&bodies[0]).unwrap();
        assert_eq!(body["id"], json!(id));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let told = (text(&body["runId"]), text(&body["type"]), text(&body["data"]["node"]));
        ids.entry(told).or_default().insert(id);
    }
    assert!(ids.values().all(|ids| ids.len() == 1), "an event was told under two ids: {ids:?}");
    for run in &runs {
        let of_run = ids.keys().filter(|(of, _, _)| of == run);
        let told: Vec<_> = of_run.map(|(_, kind, node)| (kind.as_str(), node.as_str())).collect();
        assert_eq!(told, TOLD, "run {run}");
    }
    assert_eq!(ids.len(), wanted);
}
