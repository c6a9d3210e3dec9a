//! A PostgreSQL is gone for good, and the one that followed it takes its place: what was acknowledged is there.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool, Row as _};
use tokio::time::sleep;

use crate::crash::client::Client;
use crate::crash::kill_nine::each_run_finished_once;
use crate::crash::server::Server;
use crate::support::database_proxy::DatabaseProxy;
use crate::support::postgres::Postgres;

/// How many runs are started while the primary is lost.
const RUNS: usize = 60;
/// How long a standby may take to be as far as its primary.
const PATIENCE: Duration = Duration::from_secs(30);

fn definition() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["pause"]},
        "pause": {"type": "delay", "payload": {"delayMs": 500}, "children": ["told"]},
        "told": {"type": "log", "payload": {"message": "{{$trigger.body.n}}"}}
    }})
}

/// A database that is migrated, and a copy without which nothing is acknowledged from now on.
async fn primary_and_standby() -> (Postgres, Postgres) {
    let primary = Postgres::start(&[]);
    primary.database("failover").await;
    let standby = Postgres::following(&primary, &[]);
    let mut maintenance = PgConnection::connect(&primary.url("postgres")).await.unwrap();
    maintenance.execute("alter system set synchronous_standby_names = '*'").await.unwrap();
    maintenance.execute("select pg_reload_conf()").await.unwrap();
    let begun = Instant::now();
    let query =
        "select exists (select from pg_stat_replication where sync_state = 'sync') as is_there";
    while !maintenance.fetch_one(query).await.unwrap().get::<bool, _>("is_there") {
        assert!(begun.elapsed() < PATIENCE, "no standby after {PATIENCE:?}");
        sleep(Duration::from_millis(20)).await;
    }
    (primary, standby)
}

#[actix::test]
async fn nothing_that_was_acknowledged_is_lost_when_a_synchronous_standby_takes_over() {
    // given a server that finds its PostgreSQL by one address, and a standby
    let (mut primary, standby) = primary_and_standby().await;
    let address = DatabaseProxy::before(&primary.socket());
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&address.url("failover"), &home, "");
    let client = Client::of(&server.url);
    let workflow = client.publish(&definition()).await;

    // when the primary is lost while clients start runs, and the standby is promoted
    let starting = client.start(&workflow, RUNS);
    let losing = async {
        sleep(Duration::from_millis(700)).await;
        primary.kill();
        standby.promote();
        address.turn(|weather| {
            weather.socket = standby.socket();
            weather.cuts += 1;
        });
    };
    let (runs, ()) = futures::join!(starting, losing);

    // then the same server goes on with it, and each run that was acknowledged is there, once
    client.all_succeed(&runs).await;
    let pool = PgPool::connect(&standby.url("failover")).await.unwrap();
    each_run_finished_once(&pool, &runs).await;
}
