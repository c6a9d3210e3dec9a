//! `storage` and its sisters, over a real ledger.
#![expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chainkeel::access::WebhookSecrets;
use chainkeel::actions::{Actions, Call, NobodyPays, Origin, Tools};
use chainkeel::data::Data;
use chainkeel::journal::{Bells, Config, Entries, Journal, pool};
use chainkeel::primitives::SystemClock;
use chainkeel::projections::storage::Storage;
use chainkeel::projections::{Positions, Views};
use engine::{Failure, FailureCategory};
use futures::future::join_all;
use serde_json::{Value, json};

use super::{connectors, origin};
use crate::support::peer::door;
use crate::support::{Nowhere, TestApp, app};

/// A house whose views follow, and actions of another process over the same ledger.
struct Desk {
    app: TestApp,
    actions: Actions,
    origin: Origin,
}

impl Desk {
    async fn open() -> Self {
        let app = app().await;
        let pool = pool::serving(&app.database.login(pool::Role::App), 16);
        let (journal, lanes) = Journal::open(pool.clone(), &Bells::default(), Config::default());
        for lane in lanes {
            tokio::spawn(async move { lane.run().await });
        }
        let positions = Positions::new(pool.clone());
        let actions = Actions::builtin(Tools {
            connectors: connectors(&journal, &door(&[])),
            webhook_secrets: WebhookSecrets::new([7; 32]),
            egress: &door(&[]),
            program: env!("CARGO_BIN_EXE_chainkeel").into(),
            entries: Entries::new(journal.clone()),
            keys: Storage::new(Views::new(pool), positions),
            data: Data::new(
                pool::data(&app.database.login(pool::Role::Data), 4),
                journal,
                Arc::new(SystemClock),
            ),
            chains: Arc::new(Nowhere),
            payer: Arc::new(NobodyPays),
            clock: Arc::new(SystemClock),
        });
        Self { app, actions, origin: origin() }
    }

    /// The effect with that idempotency key.
    async fn effect(&self, key: &str, kind: &str, payload: Value) -> Result<Value, Failure> {
        let call = Call {
            input: payload.into(),
            idempotency_key: key.to_owned(),
            timeout: Duration::from_secs(20),
            connector: None,
            origin: self.origin.clone(),
        };
        self.actions.perform(kind, call).await.map(|result| (*result).clone())
    }

    /// An effect of its own.
    async fn storage(&self, payload: Value) -> Value {
        let key = chainkeel::primitives::RunId::generate().to_string();
        let told = payload.to_string();
        self.effect(&key, "storage", payload).await.unwrap_or_else(|it| panic!("{told}: {it:?}"))
    }

    async fn events(&self) -> i64 {
        sqlx::query_scalar("select count(*) from events where aggregate_type = 'entry'")
            .fetch_one(&self.app.database.pool)
            .await
            .unwrap()
    }
}

#[actix_web::test]
async fn what_was_set_is_read_until_it_is_deleted() {
    let desk = Desk::open().await;
    let nothing = json!({ "found": false, "value": null, "version": 0 });
    let get = json!({ "operation": "get", "key": "k" });
    assert_eq!(desk.storage(get.clone()).await, nothing);
    let large = json!({ "deep": ["x".repeat(200_000)] });
    for (version, value) in [json!({ "a": [1, null] }), json!(null), large].into_iter().enumerate()
    {
        let version = version + 1;
        let set = json!({ "operation": "set", "key": "k", "value": value });
        assert_eq!(desk.storage(set).await, json!({ "version": version }));
        let found = json!({ "found": true, "value": value, "version": version });
        assert_eq!(desk.storage(get.clone()).await, found);
    }
    let delete = json!({ "operation": "delete", "key": "k" });
    assert_eq!(desk.storage(delete.clone()).await, json!({ "deleted": true, "version": 0 }));
    assert_eq!(desk.storage(delete).await, json!({ "deleted": false, "version": 0 }));
    assert_eq!(desk.storage(get).await, nothing);
    assert_eq!(desk.events().await, 4);
}

#[actix_web::test]
async fn compare_and_set_sets_at_the_expected_version_only() {
    let desk = Desk::open().await;
    let swap = |expected: u64, value: u64| {
        desk.storage(json!({
            "operation": "compare-and-set", "key": "k", "value": value, "expectedVersion": expected,
        }))
    };
    assert_eq!(swap(1, 0).await, json!({ "swapped": false, "version": 0 }));
    assert_eq!(swap(0, 10).await, json!({ "swapped": true, "version": 1 }));
    assert_eq!(swap(0, 11).await, json!({ "swapped": false, "version": 1 }));
    assert_eq!(swap(1, 12).await, json!({ "swapped": true, "version": 2 }));
    let delete = json!({ "operation": "delete", "key": "k", "expectedVersion": 1 });
    assert_eq!(desk.storage(delete).await, json!({ "deleted": false, "version": 2 }));
    desk.storage(json!({ "operation": "delete", "key": "k" })).await;
    assert_eq!(swap(2, 13).await, json!({ "swapped": false, "version": 0 }));
    assert_eq!(swap(0, 14).await, json!({ "swapped": true, "version": 4 }));
}

#[actix_web::test]
async fn of_twenty_that_compare_and_set_at_once_one_wins_each_round() {
    let desk = Desk::open().await;
    for round in 0..10_u64 {
        let swap = |number: u64| {
            desk.storage(json!({
                "operation": "compare-and-set", "key": "turn", "value": number, "expectedVersion": round,
            }))
        };
        let results = join_all((0..20).map(swap)).await;
        let winners: Vec<_> =
            (0..20_u64).zip(&results).filter(|(_, result)| result["swapped"] == true).collect();
        assert_eq!(winners.len(), 1, "round {round}: {results:?}");
        assert!(results.iter().all(|result| result["version"] == round + 1), "{results:?}");
        let kept = desk.storage(json!({ "operation": "get", "key": "turn" })).await;
        assert_eq!(kept["value"], winners[0].0);
    }
    assert_eq!(desk.events().await, 10);
}

#[actix_web::test]
async fn twenty_that_set_at_once_all_do() {
    let desk = Desk::open().await;
    let set = |number| desk.storage(json!({ "operation": "set", "key": "k", "value": number }));
    let results = join_all((0..20_u64).map(set)).await;
    let versions: BTreeSet<_> =
        results.iter().map(|result| result["version"].as_u64().unwrap()).collect();
    assert_eq!(versions, (1..=20).collect());
}

#[actix_web::test]
async fn a_repeated_effect_writes_once_and_is_answered_as_before() {
    let desk = Desk::open().await;
    let set = json!({ "operation": "set", "key": "k", "value": 1 });
    let swap =
        json!({ "operation": "compare-and-set", "key": "k", "value": 2, "expectedVersion": 1 });
    let delete = json!({ "operation": "delete", "key": "k" });
    let table = [
        ("one", set, json!({ "version": 1 })),
        ("two", swap, json!({ "swapped": true, "version": 2 })),
        ("three", delete, json!({ "deleted": true, "version": 0 })),
    ];
    for (key, payload, expected) in &table {
        assert_eq!(desk.effect(key, "storage", payload.clone()).await.unwrap(), *expected);
        // Somebody else changes it before the repetition comes.
        desk.storage(json!({ "operation": "set", "key": "other", "value": 0 })).await;
    }
    let written = desk.events().await;
    for (key, payload, expected) in &table {
        for _ in 0..2 {
            assert_eq!(desk.effect(key, "storage", payload.clone()).await.unwrap(), *expected);
        }
    }
    let at_once = (0..20).map(|_| {
        desk.effect("four", "storage", json!({ "operation": "set", "key": "k", "value": 4 }))
    });
    for result in join_all(at_once).await {
        assert_eq!(result.unwrap(), json!({ "version": 4 }));
    }
    assert_eq!(desk.events().await, written + 1);
}

#[actix_web::test]
async fn stores_and_scopes_are_apart_and_the_organizations_is_shared() {
    let mut desk = Desk::open().await;
    let key = || chainkeel::primitives::RunId::generate().to_string();
    desk.storage(json!({ "operation": "set", "key": "k", "value": "mine" })).await;
    desk.storage(json!({ "operation": "set", "key": "k", "store": "b", "value": "b" })).await;
    let shared = json!({ "key": "k", "value": "ours" });
    let set = desk.effect(&key(), "org-storage-set", shared).await.unwrap();
    assert_eq!(set, json!({ "version": 1 }));
    let expecting = json!({ "key": "k", "value": "mine", "expectedVersion": 0 });
    let set = desk.effect(&key(), "org-storage-set", expecting).await.unwrap();
    assert_eq!(set, json!({ "swapped": false, "version": 1 }));

    let get = json!({ "operation": "get", "key": "k" });
    assert_eq!(desk.storage(get.clone()).await["value"], "mine");
    desk.origin = origin();
    assert_eq!(desk.storage(get).await["found"], false, "another workflow's");
    let shared = json!({ "operation": "get", "scope": "organization", "key": "k" });
    assert_eq!(desk.storage(shared).await["value"], "ours");
    let same = desk.effect(&key(), "org-storage-get", json!({ "key": "k" })).await.unwrap();
    assert_eq!(same, json!({ "found": true, "value": "ours", "version": 1 }));
}

#[actix_web::test]
async fn keys_are_listed_by_prefix_in_their_order_and_in_pages() {
    let desk = Desk::open().await;
    for key in ["b/2", "a", "b/10", "b/1", "b%", "ü", "b/gone"] {
        desk.storage(json!({ "operation": "set", "key": key, "value": 1 })).await;
    }
    desk.storage(json!({ "operation": "set", "key": "a", "value": 2 })).await;
    desk.storage(json!({ "operation": "delete", "key": "b/gone" })).await;
    desk.storage(json!({ "operation": "set", "key": "b/x", "store": "other", "value": 1 })).await;
    desk.app.head().await;
    let list = |mut more: Value| {
        more["operation"] = "list".into();
        desk.storage(more)
    };
    let keys = |result: &Value| -> Vec<String> {
        let keys = result["keys"].as_array().unwrap();
        keys.iter().map(|it| format!("{} {}", it["key"].as_str().unwrap(), it["version"])).collect()
    };
    let all = list(json!({})).await;
    assert_eq!(keys(&all), ["a 2", "b% 1", "b/1 1", "b/10 1", "b/2 1", "ü 1"]);
    assert_eq!((&all["hasMore"], &all["cursor"]), (&json!(false), &json!(null)));
    assert_eq!(keys(&list(json!({ "prefix": "b/" })).await), ["b/1 1", "b/10 1", "b/2 1"]);
    assert_eq!(keys(&list(json!({ "prefix": "%" })).await), [""; 0]);
    let first = list(json!({ "prefix": "b/", "limit": 2 })).await;
    assert_eq!(
        (keys(&first), &first["hasMore"]),
        (vec!["b/1 1".into(), "b/10 1".into()], &json!(true))
    );
    let rest = list(json!({ "prefix": "b/", "limit": 2, "cursor": first["cursor"] })).await;
    assert_eq!(keys(&rest), ["b/2 1"]);
    let longest = "k".repeat(256);
    desk.storage(json!({ "operation": "set", "key": longest, "store": "long", "value": 1 })).await;
    desk.storage(json!({ "operation": "set", "key": "l", "store": "long", "value": 1 })).await;
    desk.app.head().await;
    let first = list(json!({ "store": "long", "limit": 1 })).await;
    let second = list(json!({ "store": "long", "limit": 1, "cursor": first["cursor"] })).await;
    assert_eq!(keys(&second), ["l 1"], "a cursor holds the longest key");
}

#[actix_web::test]
async fn what_cannot_be_kept_is_refused_with_its_place() {
    let desk = Desk::open().await;
    let table = [
        (json!({ "operation": "set", "key": "k" }), "`value` is missing"),
        (json!({ "operation": "get" }), "`key` is missing"),
        (
            json!({ "operation": "compare-and-set", "key": "k", "value": 1 }),
            "`expectedVersion` is missing",
        ),
        (json!({ "operation": "increment", "key": "k" }), "/operation"),
        (json!({ "operation": "get", "key": "é".repeat(129) }), "/key: a key has 1 to 256 bytes"),
        (json!({ "operation": "get", "key": "a\nb" }), "/key: a key has"),
        (json!({ "operation": "get", "key": "k", "store": "a b" }), "/store"),
        (
            json!({ "operation": "set", "key": "k", "value": "x".repeat(262_144) }),
            "/value: the value takes more",
        ),
        (json!({ "operation": "list", "cursor": "?" }), "/cursor: is none that a list gave out"),
        (json!({ "operation": "list", "limit": 1001 }), "/limit"),
    ];
    for (payload, reason) in table {
        let failure = desk.effect("k", "storage", payload).await.unwrap_err();
        assert_eq!((failure.code.as_str(), failure.retryable), ("invalid_input", false));
        assert_eq!(failure.category, FailureCategory::Validation);
        assert!(failure.message.contains(reason), "{reason}: {}", failure.message);
    }
    assert_eq!(desk.events().await, 0);
}

#[actix_web::test]
async fn a_workflow_remembers_from_run_to_run_and_an_auditor_sees_which_run_it_was() {
    let app = app().await;
    let workflow = app
        .published(&json!({ "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["last"] },
            "last": { "type": "storage", "payload": { "operation": "get", "key": "n" }, "children": ["next"] },
            "next": { "type": "code-transform", "payload": {
                "code": "const transform = (n) => (n ?? 0) + 1", "input": "{{last.result.value}}",
            }, "children": ["keep"] },
            "keep": { "type": "storage", "payload": {
                "operation": "compare-and-set", "key": "n", "value": "{{next.result.output}}",
                "expectedVersion": "{{last.result.version}}",
            } },
        } }))
        .await;
    for number in 1..=3 {
        let run = app.finished_run(&workflow).await;
        let shown = app.client.data(&format!("/v1/runs/{run}")).await;
        assert_eq!(shown["status"], "success", "{shown}");
        let kept = &shown["executionState"]["keep"]["result"];
        assert_eq!(*kept, json!({ "swapped": true, "version": number }));
        let (value, by): (Value, String) = sqlx::query_as(
            "select (payload -> 'set' -> 'value')::jsonb, payload -> 'set' ->> 'by' from events
              where aggregate_type = 'entry' and sequence = $1",
        )
        .bind(number)
        .fetch_one(&app.database.pool)
        .await
        .unwrap();
        assert_eq!((value, by), (json!(number), format!("run {run}")));
    }
}
