//! Whose personal data a run handles, and what a workflow with such data may not do.

use std::sync::Arc;

use chainkeel_engine::{Definition, Run, check, parse, start, subject_of, verify};
use serde_json::{Value, json};

use crate::support::{NOON, TestCatalog, log, started_with};

fn personal(subject: &str) -> Arc<Definition> {
    Arc::new(
        parse(&json!({
            "personal": { "subject": subject },
            "nodes": { "root": { "type": "manual", "payload": {}, "children": ["note"] }, "note": log("on", &[]) },
        }))
        .expect("it is well formed"),
    )
}

fn named(subject: &str, body: Value) -> Result<Option<String>, String> {
    let start = started_with(&personal(subject), body);
    subject_of(&start.definition, &start.trigger, &start.input, NOON)
}

#[test]
fn the_subject_is_read_from_the_trigger_and_the_inputs() {
    let body = json!({ "customer": { "id": 4711 }, "name": " Ada " });
    for (subject, expected) in [
        ("{{$trigger.body.customer.id}}", "4711"),
        ("{{$inputs.name}}", "Ada"),
        ("customer-{{$inputs.customer.id}}", "customer-4711"),
        ("everybody", "everybody"),
    ] {
        assert_eq!(named(subject, body.clone()), Ok(Some(expected.to_owned())), "{subject}");
    }
}

#[test]
fn who_is_not_named_is_no_subject() {
    let long = "x".repeat(513);
    let bodies = [
        json!({}),
        json!({ "id": "" }),
        json!({ "id": {} }),
        json!({ "id": true }),
        json!({ "id": long }),
    ];
    for body in bodies {
        assert!(named("{{$inputs.id}}", body.clone()).is_err(), "{body}");
    }
    assert!(named("{{$inputs.id}}", json!({ "id": "a\u{0}b" })).is_err());
}

#[test]
fn a_run_knows_its_subject_and_replays_with_it() {
    let mut from = started_with(&personal("{{$inputs.id}}"), json!({ "id": "a" }));
    from.subject =
        subject_of(&from.definition, &from.trigger, &from.input, NOON).expect("it is named");
    let facts = start(from);
    let mut run = Run::default();
    for fact in &facts {
        run.apply(fact);
    }
    assert_eq!((run.subject(), facts[0].subject()), (Some("a"), Some("a")));
    assert_eq!(verify(&facts).divergence, None);
    let written = serde_json::to_value(&facts[0]).expect("it is JSON");
    assert_eq!(written["started"]["subject"], "a");
    assert_eq!(
        written["started"]["definition"]["personal"],
        json!({ "subject": "{{$inputs.id}}" })
    );
}

#[test]
fn what_keeps_something_outside_of_the_run_is_refused_with_its_place() {
    let refused = check(
        &json!({
            "personal": { "subject": "{{$nodes.note.result.message}}" },
            "variableDefs": [{ "name": "last", "lifetime": "persist" }],
            "emit": [{ "event": "letter.sent", "payload": {} }],
            "nodes": {
                "root": { "type": "manual", "payload": {}, "children": ["note"] },
                "note": log("on", &["ask"]),
                "ask": { "type": "manual-task", "payload": { "title": "Look" } },
            },
        }),
        &TestCatalog,
    );
    let places: Vec<String> =
        refused.expect_err("it keeps").into_iter().map(|it| it.path).collect();
    for place in ["/personal/subject", "/nodes/ask/type", "/emit", "/variableDefs"] {
        assert!(places.iter().any(|found| found == place), "{place} in {places:?}");
    }
}

#[test]
fn a_subject_that_cannot_be_read_is_refused_with_its_place() {
    let root = json!({ "root": { "type": "manual", "payload": {} } });
    for (personal, place) in [
        (json!("me"), "/personal"),
        (json!({}), "/personal/subject"),
        (json!({ "subject": 1 }), "/personal/subject"),
        (json!({ "subject": " " }), "/personal/subject"),
        (json!({ "subject": "{{$inputs." }), "/personal/subject"),
        (json!({ "subject": "a", "key": 1 }), "/personal/key"),
    ] {
        let refused = check(&json!({ "personal": personal, "nodes": root }), &TestCatalog);
        let problems = refused.expect_err("it names nobody");
        assert!(problems.iter().any(|it| it.path == place), "{place} in {problems:?}");
    }
}
