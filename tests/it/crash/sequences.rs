//! `kill -9` while sequences of events go on: each ends once, and what undoes it is published once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::Row;

use super::client::Client;
use super::server::Server;
use crate::support::database;

/// How many stories are told of each sequence.
const STORIES: usize = 10;
/// How often the server is killed meanwhile.
const KILLS: u32 = 3;
/// How long may be waited for the ends.
const PATIENCE: Duration = Duration::from_mins(1);

#[actix::test]
async fn sequences_end_once_and_are_undone_once_through_kills_at_random_moments() {
    // given a sequence that gets all its events, out of order, and one that does not and is undone
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let mut server = Server::start(&database.url, &data_dir, "");
    let client = Client::of(&server.url);
    let steps = |name: &str| {
        let step = |order: u32| json!({"eventId": format!("{name}.n{order}"), "order": order});
        json!([step(1), step(2), step(3)])
    };
    let whole = json!({"name": "whole", "events": steps("whole")});
    let undo = json!({"eventId": "undone", "payloadTemplate": {"key": "{{$inputs.sequence.key}}"}});
    let broken = json!({
        "name": "broken", "events": steps("broken"), "timeoutMs": 1_000,
        "rollbackStrategy": {"type": "compensating_events", "compensatingEvents": [undo]},
    });
    for sequence in [&whole, &broken] {
        let name = sequence["name"].as_str().unwrap();
        client.post("/v1/event-sequences", name, sequence).await;
    }

    // when the server is killed again and again while the events come, each of them twice
    let teller = async {
        for order in [3, 1, 2, 3, 1] {
            for story in 0..STORIES {
                for name in ["whole", "broken"] {
                    if name == "broken" && order == 2 {
                        continue;
                    }
                    let (event, key) = (format!("{name}.n{order}"), format!("s{story}"));
                    let id = format!("{event}-{key}");
                    let metadata = json!({ "correlationId": key });
                    let body = json!({"id": id, "event": event, "metadata": metadata});
                    client.post("/v1/events", &id, &body).await;
                }
            }
        }
    };
    let killer = async {
        for _ in 0..KILLS {
            let moment = 150 + rand::random::<u64>() % 700;
            actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
            server.kill();
            server = Server::start(&database.url, &data_dir, "");
            client.moves_to(&server.url);
        }
    };
    futures::future::join(teller, killer).await;

    // then each has ended once, and is told of once, whatever died in between
    let count = async || {
        let query = sqlx::raw_sql(
            "select payload->'published'->>'event' as name,
                    count(*) as events,
                    count(distinct payload->'published'->'metadata'->>'correlationId') as keys
               from events
              where aggregate_type = 'event' and payload->'published'->>'by' like 'system:%'
              group by 1",
        );
        let rows = sqlx::Executor::fetch_all(&database.pool, query).await.unwrap();
        let read = |row: &sqlx::postgres::PgRow| {
            let count = |column: &str| usize::try_from(row.get::<i64, _>(column)).unwrap();
            (row.get::<String, _>("name"), (count("events"), count("keys")))
        };
        rows.iter().map(read).collect::<BTreeMap<_, _>>()
    };
    let expected: BTreeMap<_, _> = ["sequence.broken.failed", "sequence.whole.completed", "undone"]
        .map(|name| (name.to_owned(), (STORIES, STORIES)))
        .into();
    let begun = Instant::now();
    let mut seen = count().await;
    while seen != expected {
        assert!(begun.elapsed() < PATIENCE, "{seen:?}");
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        seen = count().await;
    }
    let query = sqlx::raw_sql(
        "select count(*) as ends from events
          where aggregate_type = 'sequence_instance' and event_type in ('completed', 'failed')",
    );
    let row = sqlx::Executor::fetch_one(&database.pool, query).await.unwrap();
    assert_eq!(row.get::<i64, _>("ends"), 2 * i64::try_from(STORIES).unwrap());
}
