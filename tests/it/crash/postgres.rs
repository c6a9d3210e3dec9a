//! PostgreSQL itself is killed while runs are under way: what was acknowledged is there afterwards.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::client::Client;
use super::kill_nine::each_run_finished_once;
use super::server::Server;

const RUNS: usize = 100;
const KILLS: u32 = 2;

fn definition() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["large"]},
        "large": {"type": "if", "payload": {"condition": {"$and": [{"{{$trigger.body.n}}": {"$gte": 0}}]}}, "children": ["pause"]},
        "pause": {"type": "delay", "branch": "then", "payload": {"delayMs": 100}, "children": ["told"]},
        "told": {"type": "log", "payload": {"message": "{{$trigger.body.n}}"}}
    }})
}

/// Ends the server in this directory without a chance to write anything; its owner starts it again. Whether
/// there was one to end: it may be starting.
pub(super) fn kill_postgres(place: &Path) -> bool {
    let Ok(file) = fs::read_to_string(place.join("data/postmaster.pid")) else {
        return false;
    };
    let process = file.lines().next().and_then(|line| line.trim().parse().ok());
    let Some(process) = process.and_then(Pid::from_raw) else { return false };
    kill_process(process, Signal::KILL).is_ok()
}

#[actix::test]
async fn a_killed_postgres_loses_nothing_that_was_acknowledged() {
    // given a server with a PostgreSQL of its own, and a published workflow
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), Permissions::from_mode(0o755)).unwrap();
    let data = place.path().join("data");
    let server = Server::with_a_database_of_its_own(&data);
    let client = Client::of(&server.url);
    let workflow = client.publish(&definition()).await;

    // when that PostgreSQL is killed while clients start runs
    let killer = async {
        for _ in 0..KILLS {
            actix_web::rt::time::sleep(Duration::from_millis(400)).await;
            while !kill_postgres(&data.join("postgres")) {
                actix_web::rt::time::sleep(Duration::from_millis(50)).await;
            }
        }
    };
    let ((), runs) = futures::future::join(killer, client.start(&workflow, RUNS)).await;

    // then every run that was acknowledged succeeds, once
    client.all_succeed(&runs).await;
    let socket = data.join("postgres");
    let url = format!("postgresql:///chainkeel?host={}&user=chainkeel", socket.display());
    each_run_finished_once(&PgPool::connect(&url).await.unwrap(), &runs).await;
}
