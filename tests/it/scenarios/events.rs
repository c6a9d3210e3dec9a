//! Runs wait for events: those that somebody publishes, and those that other runs emit.

use std::sync::Arc;

use chainkeel::aggregates::event::{self, Command, SourceType};
use chainkeel::journal::{Bells, Config, Context, Journal, Lane, Metadata, Store, pool};
use chainkeel::primitives::{Clock, CommandId, EventId, OrganizationId, SystemClock};
use serde_json::{Value, json};
use sqlx::Row;

use crate::crash::client::Client;
use crate::crash::server::Server;
use crate::support::{TestApp, app, database};

/// Runs that wait for an event, and tell what they took out of it.
fn waits(config: &Value) -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["paid"]},
        "paid": {
            "type": "wait",
            "payload": {"timeoutMs": 600_000, "triggerType": "event", "triggerConfig": config},
            "children": ["told"],
        },
        "told": {
            "type": "log", "branch": "resumed",
            "payload": {"message": "{{paid.result.source}}"},
        },
    }})
}

async fn waiting_run(app: &TestApp, config: &Value) -> String {
    let workflow = app.published(&waits(config)).await;
    let run = app.started_run(&workflow).await;
    app.until_status(&run, "waiting").await;
    run
}

/// Publishes an event; its id.
async fn publish(app: &TestApp, name: &str, payload: &Value) -> String {
    let body = json!({"event": name, "payload": payload, "source": "shop"});
    let taken = app.client.post("/v1/events", &body).await;
    assert_eq!(taken.status, 202, "{}", taken.text());
    taken.data()["eventId"].as_str().unwrap().to_owned()
}

async fn result(app: &TestApp, run: &str) -> Value {
    let shown = app.client.data(&format!("/v1/runs/{run}")).await;
    shown["executionState"]["paid"]["result"].clone()
}

async fn status(app: &TestApp, run: &str) -> Value {
    app.client.data(&format!("/v1/runs/{run}?summary=true")).await["status"].clone()
}

/// Waits until the reaction has nothing more to do: an event of its own is answered behind all that
/// was published before.
async fn delivered(app: &TestApp) {
    let run = waiting_run(app, &json!({"pattern": "the.last"})).await;
    publish(app, "the.last", &json!({})).await;
    app.until_status(&run, "success").await;
}

#[actix_web::test]
async fn an_event_resumes_the_run_that_it_is_meant_for_with_what_that_takes_out_of_it() {
    // given two runs that wait for the same name, under different conditions
    let app = app().await;
    let config = |order: &str| {
        json!({
            "pattern": "order.paid",
            "condition": {"$and": [
                {"payload.order": {"$eq": order}}, {"source": {"$startsWith": "sh"}},
            ]},
            "mapping": {
                "amount": "payload.amount || 0", "tip": "payload.tip || source || 'none'",
                "first": "payload.items[0].name", "currency": "payload.currency || 'EUR'",
                "text": "payload.text",
            },
        })
    };
    let (seven, eight) =
        (waiting_run(&app, &config("7")).await, waiting_run(&app, &config("8")).await);

    // when an event comes whose text looks like an expression
    let text = "{{$trigger.body.amount}} || payload.amount";
    let payload = json!({"order": "7", "amount": "12.5", "items": [{"name": "gas"}], "text": text});
    publish(&app, "order.paid", &payload).await;

    // then the one it is meant for goes on, and what came from outside is not read again
    app.until_status(&seven, "success").await;
    let resumed = result(&app, &seven).await;
    assert_eq!(resumed["source"], "event:order.paid");
    let taken = json!({
        "amount": "12.5", "tip": "shop", "first": "gas", "currency": "EUR", "text": text,
    });
    assert_eq!(resumed["triggerResult"], taken);
    delivered(&app).await;
    assert_eq!(status(&app, &eight).await, "waiting");

    // and the other one with its own event
    publish(&app, "order.paid", &json!({"order": "8"})).await;
    app.until_status(&eight, "success").await;
    assert_eq!(result(&app, &eight).await["triggerResult"]["amount"], 0);
}

#[actix_web::test]
async fn a_run_without_a_mapping_gets_the_event_as_a_whole() {
    let app = app().await;
    let run = waiting_run(&app, &json!({"pattern": "order.*"})).await;
    let event = publish(&app, "order.item.paid", &json!({"amount": 7})).await;
    app.until_status(&run, "success").await;
    let expected = json!({
        "event": "order.item.paid", "payload": {"amount": 7}, "source": "shop", "eventId": event,
    });
    assert_eq!(result(&app, &run).await["triggerResult"], expected);
    let shown = app.client.data(&format!("/v1/events/{event}")).await;
    assert_eq!((&shown["event"], &shown["by"]), (&json!("order.item.paid"), &json!("admin")));
    assert_eq!((&shown["payload"], &shown["source"]), (&json!({"amount": 7}), &json!("shop")));
    assert!(shown["position"].as_i64().is_some_and(|position| position > 0));
}

#[actix_web::test]
async fn every_form_of_pattern_finds_its_event() {
    let app = app().await;
    let mut runs = Vec::new();
    for pattern in ["a.x.b", "a.*", "*.b", "a.*.b", "*", "b.*", "a.*.c", "a.x"] {
        runs.push((pattern, waiting_run(&app, &json!({"pattern": pattern})).await));
    }
    publish(&app, "a.x.b", &json!({})).await;
    for (_, run) in &runs[..5] {
        app.until_status(run, "success").await;
    }
    delivered(&app).await;
    for (pattern, run) in &runs[5..] {
        assert_eq!(status(&app, run).await, "waiting", "{pattern}");
    }
}

#[actix_web::test]
async fn what_one_run_emits_resumes_another() {
    let app = app().await;
    let run = waiting_run(
        &app,
        &json!({
            "pattern": "invoice.*",
            "condition": {"$and": [{"payload.number": {"$gte": 250}}]},
            "mapping": {"number": "payload.number", "from": "source", "id": "eventId"},
        }),
    )
    .await;
    let emitter = json!({
        "nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["note"]},
            "note": {"type": "log", "payload": {"message": "sent"}},
        },
        "emit": [
            {"event": "invoice.sent", "payload": {"number": "{{$trigger.body.amount}}"}},
        ],
    });
    let emitter = app.finished_run(&app.published(&emitter).await).await;
    app.until_status(&run, "success").await;
    let taken = &result(&app, &run).await["triggerResult"];
    assert_eq!((&taken["number"], &taken["from"]), (&json!(250), &json!(emitter)));
    assert!(taken["id"].as_str().unwrap().starts_with(&format!("{emitter}#")), "{taken}");
}

#[actix_web::test]
async fn an_event_before_the_wait_is_not_seen() {
    let app = app().await;
    publish(&app, "order.paid", &json!({"early": true})).await;
    let run = waiting_run(&app, &json!({"pattern": "order.paid"})).await;
    delivered(&app).await;
    assert_eq!(status(&app, &run).await, "waiting");
    publish(&app, "order.paid", &json!({"early": false})).await;
    app.until_status(&run, "success").await;
    assert_eq!(result(&app, &run).await["triggerResult"]["payload"], json!({"early": false}));
}

#[actix_web::test]
async fn what_is_too_large_to_be_taken_comes_without_its_payload() {
    let app = app().await;
    // A field twice as a mapping takes more than a value may.
    let mapping = json!({"one": "payload.text", "two": "payload.text"});
    let run = waiting_run(&app, &json!({"pattern": "order.paid", "mapping": mapping})).await;
    let event = publish(&app, "order.paid", &json!({"text": "x".repeat(200_000)})).await;
    app.until_status(&run, "success").await;
    let expected = json!({
        "event": "order.paid", "payload": null, "source": "shop", "eventId": event,
        "tooLarge": true,
    });
    assert_eq!(result(&app, &run).await["triggerResult"], expected);
}

#[actix_web::test]
async fn one_event_resumes_three_hundred_runs_once_and_in_parts() {
    // given 600 waits, two in each run: more than a part of a reaction has
    let app = app().await;
    let mut definition = waits(&json!({"pattern": "market.opened"}));
    let second = definition["nodes"]["paid"].clone();
    definition["nodes"]["also"] = second;
    definition["nodes"]["also"]["children"] = json!([]);
    definition["nodes"]["root"]["children"] = json!(["paid", "also"]);
    let workflow = app.published(&definition).await;
    let mut runs = Vec::new();
    for _ in 0..300 {
        runs.push(app.started_run(&workflow).await);
    }
    for run in &runs {
        app.until_status(run, "waiting").await;
    }

    // when one event comes
    publish(&app, "market.opened", &json!({"open": true})).await;

    // then all of them go on, once
    for run in &runs {
        app.until_status(run, "success").await;
    }
    let resumed = resumptions(&app.database.pool).await;
    assert_eq!(resumed, (600, 600));
}

/// How often waits were resumed, and how many of them.
async fn resumptions(pool: &sqlx::PgPool) -> (i64, i64) {
    let count = sqlx::raw_sql(
        "select count(*) as resumed,
                count(distinct (aggregate_id, payload::json #>> '{wait_resumed,node}')) as waits
           from events where event_type = 'wait_resumed'",
    );
    let row = sqlx::Executor::fetch_one(pool, count).await.unwrap();
    (row.get("resumed"), row.get("waits"))
}

#[actix_web::test]
async fn an_event_with_the_same_key_is_published_once() {
    let app = app().await;
    let body = json!({"event": "order.paid", "payload": {"amount": 7}});
    let once = async || {
        let request = app.client.request("POST", "/v1/events").header("Idempotency-Key", "order-7");
        request.json(&body).send().await
    };
    let (first, again) = (once().await, once().await);
    assert_eq!(first.data()["eventId"], again.data()["eventId"]);
    assert_eq!(first.data()["position"], again.data()["position"]);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[actix_web::test]
async fn what_no_event_can_match_is_refused_with_its_place_when_it_is_published() {
    let app = app().await;
    let check = async |config: Value, triggered_by: Value| {
        let mut definition = waits(&config);
        definition["nodes"]["paid"]["payload"]["triggerType"] = triggered_by;
        let id = app.created(&definition).await;
        let refused = app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await;
        assert_eq!(refused.status, 422, "{config}: {}", refused.text());
        let details = refused.json()["details"].as_array().unwrap().clone();
        let mut places: Vec<_> = details
            .iter()
            .map(|detail| detail["path"].as_str().unwrap().rsplit_once("paid/").unwrap().1)
            .map(str::to_owned)
            .collect();
        places.sort();
        places
    };
    let braces = "{{$trigger.body.mapping}}";
    for (config, expected) in [
        (json!({}), vec!["payload/triggerConfig/pattern"]),
        (json!({"pattern": "order."}), vec!["payload/triggerConfig/pattern"]),
        (
            json!({"pattern": 7, "patern": "x"}),
            vec!["payload/triggerConfig/patern", "payload/triggerConfig/pattern"],
        ),
        (
            json!({"pattern": "a", "condition": {"$and": []}}),
            vec!["payload/triggerConfig/condition/$and"],
        ),
        (
            json!({"pattern": "a", "condition": {"$and": [{"amount": {"$gt": 1}}]}}),
            vec!["payload/triggerConfig/condition"],
        ),
        (
            json!({"pattern": "a", "mapping": {"x": "amount", "y": "length(payload)", "z": 1}}),
            vec![
                "payload/triggerConfig/mapping/x",
                "payload/triggerConfig/mapping/y",
                "payload/triggerConfig/mapping/z",
            ],
        ),
        (json!({"pattern": "a", "mapping": {"x": braces}}), vec!["payload/triggerConfig/mapping"]),
        (json!({"pattern": "a", "mapping": braces}), vec!["payload/triggerConfig"]),
    ] {
        assert_eq!(check(config.clone(), json!("event")).await, expected, "{config}");
    }
    let open = check(json!({"pattern": "a"}), json!("{{$trigger.body.kind}}")).await;
    assert_eq!(open, ["payload"]);
}

#[actix::test]
async fn an_event_whose_server_was_killed_before_anybody_heard_of_it_is_heard_once() {
    // given runs that wait
    let (database, home) = (database().await, tempfile::tempdir().unwrap());
    let mut server = Server::start(&database.url, &home, "");
    let client = Client::of(&server.url);
    let workflow = client.publish(&waits(&json!({"pattern": "order.*"}))).await;
    let runs = client.start(&workflow, 5).await;
    for run in &runs {
        while client.get(&format!("/v1/runs/{run}?summary=true")).await["status"] != "waiting" {
            actix_web::rt::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    // when the event becomes durable and the process dies before anything follows from it
    server.kill();
    announce(&database.options()).await;
    let again = Server::start(&database.url, &home, "");
    client.moves_to(&again.url);

    // then every run goes on, once
    client.all_succeed(&runs).await;
    drop(again);
    assert_eq!(resumptions(&database.pool).await, (5, 5));
}

/// What a process does that dies as soon as an event stands on the ledger.
async fn announce(database: &sqlx::postgres::PgConnectOptions) {
    let serving = pool::serving(database, 8);
    let (journal, lanes) = Journal::open(serving, &Bells::default(), Config::default());
    let store = Store::events(journal.clone());
    let announcing = async {
        let id = EventId::generate();
        let command = Command {
            id,
            organization: OrganizationId::DEFAULT,
            name: "order.paid".to_owned(),
            payload: Arc::new(json!({})),
            source: None,
            source_type: SourceType::External,
            sender_id: None,
            occurred_at: None,
            metadata: event::Metadata::default(),
            version: None,
            by: "admin".to_owned(),
            at: SystemClock.now(),
        };
        let metadata = Metadata::new(OrganizationId::DEFAULT, "admin", CommandId::generate());
        store.execute(&id.to_string(), command, Context::new(metadata)).await.unwrap();
        journal.close();
    };
    futures::future::join(announcing, futures::future::join_all(lanes.iter().map(Lane::run))).await;
}
