//! `kill -9` while a schedule comes round each second: each due time starts one run.

use std::time::Duration;

use chainkeel::primitives::{Clock, SystemClock};
use serde_json::json;
use sqlx::Row;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::client::Client;
use super::server::Server;
use crate::support::database;

/// How often the server is killed while the schedule comes round.
const KILLS: u32 = 4;
/// How many due times are looked at, at least.
const TIMES: usize = 6;
/// How long may be waited for them.
const PATIENCE: Duration = Duration::from_mins(1);

#[actix::test]
async fn each_second_starts_one_run_through_kills_at_random_moments() {
    // given a workflow that comes round each second
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let mut server = Server::start(&database.url, &data_dir, "");
    let definition = json!({"nodes": {
        "root": {"type": "schedule", "payload": {"schedule": "* * * * * *", "catchUp": "all"}, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "{{$trigger.body.scheduledAt}}"}},
    }});
    Client::of(&server.url).publish(&definition).await;

    // when the server is killed again and again
    for _ in 0..KILLS {
        let moment = 200 + rand::random::<u64>() % 1_000;
        actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
        server.kill();
        server = Server::start(&database.url, &data_dir, "");
    }

    // then each second from the first to the last has one run, and none has two
    let due = async || {
        let query = sqlx::raw_sql(
            "select payload->'started'->'trigger'->'body'->>'scheduledAt' as due
               from events where aggregate_type = 'run' and sequence = 1",
        );
        let rows = sqlx::Executor::fetch_all(&database.pool, query).await.unwrap();
        let read = |row: &sqlx::postgres::PgRow| {
            OffsetDateTime::parse(row.get::<&str, _>("due"), &Rfc3339).unwrap().unix_timestamp()
        };
        let mut due: Vec<_> = rows.iter().map(read).collect();
        due.sort_unstable();
        due
    };
    let begun = std::time::Instant::now();
    let restarted = SystemClock.now().unix_timestamp();
    let seen = loop {
        let seen = due().await;
        // Some of them after the last restart: it has caught up with what it missed.
        if seen.len() >= TIMES && seen.last().is_some_and(|last| *last > restarted) {
            break seen;
        }
        assert!(begun.elapsed() < PATIENCE, "{seen:?}");
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    };
    let expected: Vec<_> = (seen[0]..).take(seen.len()).collect();
    assert_eq!(seen, expected);
}
