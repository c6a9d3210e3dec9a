//! What stands on the ledger of a table is carried out once, whatever dies.
#![expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]

use chainkeel::aggregates::table::{Command, Order};
use chainkeel::data::Data;
use chainkeel::journal::{Bells, Config, Context, Journal, Metadata, pool};
use chainkeel::primitives::{Clock, CommandId, OrganizationId, SystemClock};
use chainkeel::tables::{Definition, Name};
use serde_json::json;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;

use crate::crash::client::Client;
use crate::crash::server::Server;
use crate::support::{TestDatabase, app, database};

const HOME: OrganizationId = OrganizationId::DEFAULT;

fn data(database: &TestDatabase) -> Data {
    let pool = pool::serving(&database.login(pool::Role::App), 4);
    let (journal, lanes) = Journal::open(pool, &Bells::default(), Config::default());
    for lane in lanes {
        tokio::spawn(async move { lane.run().await });
    }
    let pool = pool::data(&database.login(pool::Role::Data), 4);
    Data::new(pool, journal, Arc::new(SystemClock))
}

/// A table that is on the ledger, and that nobody has carried out.
async fn recorded(data: &Data, name: &str) -> Name {
    let name: Name = name.parse().unwrap();
    let schema = json!({ "properties": { "customer": { "type": "string", "unique": true }, "amount": { "type": "number" } } });
    let definition = Definition::of_schema(&schema, vec![]).unwrap();
    let id = name.table(HOME);
    let create = Order::Create { id, organization: HOME, name: name.clone(), definition };
    let command = Command { by: "ada".to_owned(), at: SystemClock.now(), order: create };
    let context = Context::new(Metadata::new(HOME, "ada", CommandId::generate()));
    data.store().execute(&id.to_string(), command, context).await.unwrap();
    name
}

async fn tables(pool: &PgPool) -> i64 {
    let count = "select count(*) from pg_tables where schemaname ~ '^org_data_'";
    sqlx::query_scalar(count).fetch_one(pool).await.unwrap()
}

#[actix_web::test]
async fn who_dies_before_carrying_out_leaves_it_to_whoever_follows_the_ledger() {
    // given a process that died between the event and the table
    let app = app().await;
    let data = data(&app.database);
    recorded(&data, "payments").await;
    // then another one makes the table by itself
    app.eventually(|| tables(&app.database.pool), |count| *count == 1).await;
    let rows = json!({ "rows": [{ "customer": "acme" }] });
    app.client.post("/v1/tables/payments/rows", &rows).await.data();
}

#[actix_web::test]
async fn who_dies_while_carrying_out_has_done_nothing_and_several_at_once_do_it_once() {
    let database = database().await;
    let data = data(&database);
    let name = recorded(&data, "payments").await;
    // given the DDL of the event in a transaction that its process did not live to commit
    let mut dying = database.pool.begin().await.unwrap();
    sqlx::query("select data_carry_out($1, 't', 'payments', 1, $2, '{}', now())")
        .bind(HOME.to_string())
        .bind(json!({ "kind": "create", "columns": [{ "name": "x", "kind": "json" }], "indexes": [] }))
        .execute(&mut *dying)
        .await
        .unwrap();
    dying.rollback().await.unwrap();
    assert_eq!(tables(&database.pool).await, 0);
    // when many carry it out at the same time, and again
    let id = name.table(HOME);
    let all = futures::future::join_all((0..8).map(|_| data.reconcile(HOME, id))).await;
    for one in all {
        one.unwrap();
    }
    data.reconcile(HOME, id).await.unwrap();
    // then there is one table, as the ledger says it
    assert_eq!(tables(&database.pool).await, 1);
    let opened = data.open(HOME, "payments").await.unwrap();
    assert_eq!(opened.definition.names(), ["amount", "customer"]);
    let spaces: i64 = sqlx::query_scalar("select count(*) from data_spaces")
        .fetch_one(&database.pool)
        .await
        .unwrap();
    assert_eq!(spaces, 1);
}

#[actix_web::test]
async fn a_change_that_the_rows_do_not_allow_is_noted_and_the_table_stays_as_it_was() {
    let app = app().await;
    let schema = json!({ "properties": { "customer": { "type": "string" } } });
    app.client.post("/v1/tables", &json!({ "name": "payments", "schema": schema })).await.data();
    let rows = json!({ "rows": [{ "customer": "acme" }, { "customer": "acme" }] });
    app.client.post("/v1/tables/payments/rows", &rows).await.data();
    let index = json!({ "addIndex": { "name": "once", "columns": ["customer"], "unique": true } });
    let note = json!({ "addColumn": { "name": "note", "schema": { "type": "string" } } });
    let body = json!({ "changes": [index, note] });
    let changed = app.client.post("/v1/tables/payments/changes", &body).await;
    assert_eq!(
        (changed.status, changed.code().as_str()),
        (409, "table-refuses"),
        "{}",
        changed.text()
    );
    let table = app.client.data("/v1/tables/payments").await;
    assert_eq!(table["indexes"], json!([]));
    assert!(table["refused"]["2"].as_str().unwrap().contains("once"), "{table}");
    assert_eq!(table["schema"]["properties"]["note"]["type"], "string");
    assert_eq!(app.client.data("/v1/tables").await["items"][0]["schema"], table["schema"]);
}

#[actix_web::test]
async fn tables_and_keyed_rows_come_once_through_kills_at_random_moments() {
    let (database, data_dir) = (database().await, tempfile::tempdir().unwrap());
    let start = |database: &str| Server::start(database, &data_dir, "");
    let mut server = start(&database.url);
    let client = Client::of(&server.url);
    let killer = {
        let client = client.clone();
        async move {
            for _ in 0..4 {
                let moment = 200 + rand::random::<u64>() % 500;
                actix_web::rt::time::sleep(Duration::from_millis(moment)).await;
                server.kill();
                server = start(&database.url);
                client.moves_to(&server.url);
            }
            (server, database)
        }
    };
    let work = async {
        for n in 0..12 {
            let schema = json!({ "properties": { "n": { "type": "integer" } } });
            let table = json!({ "name": format!("t{n}"), "schema": schema });
            client.post("/v1/tables", &format!("table {n}"), &table).await;
            for row in 0..5 {
                let rows = json!({ "rows": [{ "n": row }] });
                let path = format!("/v1/tables/t{n}/rows");
                client.post(&path, &format!("row {n} {row}"), &rows).await;
            }
        }
    };
    let ((_server, database), ()) = futures::join!(killer, work);
    assert_eq!(tables(&database.pool).await, 12);
    for n in 0..12 {
        let rows = client.get(&format!("/v1/tables/t{n}/rows?sort=n")).await;
        let values: Vec<_> = rows["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["n"].as_i64().unwrap())
            .collect();
        assert_eq!(values, [0, 1, 2, 3, 4], "t{n}");
    }
}
