//! `kill -9` while events are sent to an endpoint of the outside: each arrives at least once, under an
//! id that stays the same, and none is lost.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::client::Client;
use super::server::Server;
use crate::support::database;
use crate::support::peer::Peer;

/// How many events are published.
const EVENTS: usize = 40;
/// How often the server is killed meanwhile.
const KILLS: u32 = 3;
/// How long may be waited for the last of them.
const PATIENCE: Duration = Duration::from_mins(1);

/// What was sent under each id.
static RECEIVED: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

/// Takes its time, so that kills hit what is under way; and refuses one in five.
async fn receiver(request: HttpRequest, body: String) -> HttpResponse {
    actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    if rand::random::<u8>() < 51 {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let id = request.headers().get("webhook-id").unwrap().to_str().unwrap().to_owned();
    RECEIVED.lock().unwrap().entry(id).or_default().push(body);
    HttpResponse::NoContent().finish()
}

#[actix::test]
async fn each_event_arrives_under_its_id_through_kills_at_random_moments() {
    // given an endpoint that wants orders
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let peer = Peer::start(|config| {
        config.default_service(web::to(receiver));
    });
    let start = || Server::start(&database.url, &data_dir, &peer.opening());
    let mut server = start();
    let client = Client::of(&server.url);
    let retry =
        json!({"maxAttempts": 5, "initialDelayMs": 100, "backoffFactor": 1, "maxDelayMs": 100});
    let wanted = json!({"pattern": "order.*", "url": peer.url("/"), "retry": retry});
    client.post("/v1/event-subscriptions", "subscribe", &wanted).await;

    // when the server is killed again and again while events are published
    let publisher = async {
        let mut published = Vec::new();
        for number in 0..EVENTS {
            let id = format!("order-{number}");
            let body = json!({"id": id, "event": "order.paid", "payload": {"number": number}});
            let taken = client.post("/v1/events", &id, &body).await;
            published.push(taken["eventId"].as_str().unwrap().to_owned());
        }
        published
    };
    let killer = async {
        for _ in 0..KILLS {
            let moment = 150 + rand::random::<u64>() % 500;
            actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
            server.kill();
            server = start();
            client.moves_to(&server.url);
        }
    };
    let (published, ()) = futures::future::join(publisher, killer).await;

    // then each arrives, and says the same each time
    let begun = Instant::now();
    let left = || {
        let received = RECEIVED.lock().unwrap();
        published.iter().filter(|id| !received.contains_key(*id)).count()
    };
    while left() > 0 {
        assert!(begun.elapsed() < PATIENCE, "{} events have not arrived", left());
        // The minute passes for which a worker that died had taken them, and whoever gave up an
        // endpoint that refused too often lets it be tried again.
        let query = sqlx::raw_sql(
            "update reaction_arrears set next_try_at = clock_timestamp(), tries = 0
              where name like 'evsub_%'
                and coalesce(next_try_at > clock_timestamp() + interval '1 s', true)
                and coalesce(next_try_at < clock_timestamp() + interval '58 s', true)",
        );
        sqlx::Executor::execute(&database.pool, query).await.unwrap();
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    }
    let received = RECEIVED.lock().unwrap();
    assert_eq!(received.len(), EVENTS, "nothing came that nobody published");
    for (number, id) in published.iter().enumerate() {
        let bodies = &received[id];
        assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{id}");
        let body: serde_json::Value = serde_json::from_str(&bodies[0]).unwrap();
        assert_eq!((&body["id"], &body["data"]["number"]), (&json!(id), &json!(number)));
    }
}
