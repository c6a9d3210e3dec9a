//! `db-query` in runs, and as an effect that is repeated.

use std::sync::Arc;
use std::time::Duration;

use chainkeel::access::WebhookSecrets;
use chainkeel::actions::{Actions, Call, NobodyPays, Tools};
use chainkeel::data::Data;
use chainkeel::journal::{Bells, Config, Entries, Journal, pool};
use chainkeel::primitives::SystemClock;
use chainkeel::projections::storage::Storage;
use chainkeel::projections::{Positions, Views};
use engine::Failure;
use serde_json::{Value, json};

use crate::support::peer::door;
use crate::support::{Nowhere, TestApp, app};

async fn with_payments() -> TestApp {
    let app = app().await;
    let schema = json!({
        "required": ["customer"],
        "properties": {
            "customer": { "type": "string", "unique": true }, "amount": { "type": "number" },
            "paid_at": { "type": "string", "format": "date-time" }, "meta": {},
        },
    });
    app.client.post("/v1/tables", &json!({ "name": "payments", "schema": schema })).await.data();
    app
}

/// The effect with that key, as a worker performs it.
async fn effect(actions: &Actions, key: &str, payload: Value) -> Result<Value, Failure> {
    let call = Call {
        input: payload.into(),
        idempotency_key: key.to_owned(),
        timeout: Duration::from_secs(5),
        origin: crate::actions::origin(),
        connector: None,
    };
    actions.perform("db-query", call).await.map(|result| (*result).clone())
}

fn actions(app: &TestApp) -> Actions {
    let pool = pool::serving(&app.database.login(pool::Role::App), 4);
    let (journal, _) = Journal::open(pool.clone(), &Bells::default(), Config::default());
    let positions = Positions::new(pool.clone());
    let tables = pool::data(&app.database.login(pool::Role::Data), 4);
    let egress = door(&[]);
    let connectors = crate::actions::connectors(&journal, &egress);
    Actions::builtin(Tools {
        egress: &egress,
        program: env!("CARGO_BIN_EXE_chainkeel").into(),
        entries: Entries::new(journal.clone()),
        keys: Storage::new(Views::new(pool), positions),
        connectors,
        webhook_secrets: WebhookSecrets::new([7; 32]),
        data: Data::new(tables, journal, Arc::new(SystemClock)),
        chains: Arc::new(Nowhere),
        payer: Arc::new(NobodyPays),
        clock: Arc::new(SystemClock),
    })
}

#[actix_web::test]
async fn a_run_writes_and_reads_tables_with_values_of_any_type() {
    let app = with_payments().await;
    let workflow = app
        .published(&json!({"nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["note"]},
            "note": {"type": "db-query", "payload": {
                "sql": "insert into payments (customer, amount, paid_at, meta) values (?, ?, ?, ?) on conflict (customer) do update set amount = payments.amount + excluded.amount",
                "params": ["{{$trigger.body.customer}}", "0.10", "2026-11-28T15:00:00Z", {"a": [1]}],
                "mode": "write",
            }, "children": ["sum"]},
            "sum": {"type": "db-query", "payload": {
                "query": "select customer, sum(amount) as total, count(*) as n, max(paid_at) as last from payments where customer = any ($1) group by customer",
                "params": [["acme", "b'c\"d"]],
            }, "children": ["told"]},
            "told": {"type": "log", "payload": {"message": "{{sum.result.rows.0.total}} in {{note.result.rowsAffected}}"}},
        }}))
        .await;
    for total in ["0.10", "0.20"] {
        let run = app.run_of(&workflow, &json!({ "customer": "b'c\"d" })).await;
        app.until_status(&run, "success").await;
        let shown = app.client.data(&format!("/v1/runs/{run}")).await;
        let told = shown.to_string();
        assert!(told.contains(&format!("{total} in 1")), "{told}");
    }
}

#[actix_web::test]
async fn a_repeated_write_is_answered_as_it_was_and_changes_nothing_again() {
    let app = with_payments().await;
    let actions = actions(&app);
    let insert = |customer: &str| json!({ "sql": "insert into payments (customer) values (?)", "params": [customer], "mode": "write" });
    let first = effect(&actions, "k1", insert("a")).await.unwrap();
    assert_eq!(first, json!({ "rows": [], "rowsAffected": 1, "hasMore": false, "lastRowId": 1 }));
    assert_eq!(effect(&actions, "k1", insert("a")).await, Ok(first));
    // Under another key it is another write.
    let refused = effect(&actions, "k2", insert("a")).await.unwrap_err();
    assert_eq!(refused.code, "row_refused");
    assert_eq!(effect(&actions, "k1", insert("b")).await.unwrap_err().code, "key_reused");
    // Two at once: one writes, and both are told the same or to come again.
    let both =
        futures::join!(effect(&actions, "k3", insert("c")), effect(&actions, "k3", insert("c")));
    let rows = app.client.data("/v1/tables/payments/rows?sort=customer").await;
    assert_eq!(rows["items"].as_array().unwrap().len(), 2, "{both:?}");
    let again = effect(&actions, "k3", insert("c")).await.unwrap();
    assert_eq!(again["rowsAffected"], 1);
    let returned =
        json!({ "sql": "update payments set amount = 1 returning id, amount", "mode": "write" });
    let returned = effect(&actions, "k4", returned).await.unwrap();
    assert_eq!(
        (&returned["rowsAffected"], &returned["rows"][0]["amount"]),
        (&json!(2), &json!("1"))
    );
}

#[actix_web::test]
async fn what_is_wrong_with_a_statement_is_said_and_lasting() {
    let app = with_payments().await;
    let actions = actions(&app);
    for (payload, code) in [
        (json!({ "sql": "select * from payments where customer = ?" }), "statement_refused"),
        (json!({ "sql": "select nothing from payments" }), "statement_refused"),
        (json!({ "sql": "select 1/0" }), "statement_refused"),
        (json!({ "sql": "select ?::integer", "params": ["x"] }), "statement_refused"),
        (json!({ "sql": "delete from payments" }), "statement_refused"),
        (json!({ "sql": "drop table payments", "mode": "write" }), "statement_refused"),
        (
            json!({ "sql": "insert into payments (amount) values (1)", "mode": "write" }),
            "row_refused",
        ),
        (
            json!({ "sql": "insert into payments (customer, amount) values ('n', 'NaN')", "mode": "write" }),
            "row_refused",
        ),
        (json!({ "sql": "select 1", "query": "select 1" }), Failure::INVALID_INPUT),
        (json!({}), Failure::INVALID_INPUT),
    ] {
        let failure = effect(&actions, "k", payload.clone()).await.unwrap_err();
        assert_eq!(failure.code, code, "{payload}: {}", failure.message);
    }
    let many = json!({ "sql": "select n from (values (1), (2), (3)) v (n)", "maxRows": 2 });
    let many = effect(&actions, "k", many).await.unwrap();
    assert_eq!((&many["rows"], &many["hasMore"]), (&json!([{ "n": 1 }, { "n": 2 }]), &json!(true)));
}
