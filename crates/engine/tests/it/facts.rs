//! The JSON of every fact, letter by letter: it is stored for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chainkeel_engine::{
    Carried, Compensate, Fact, Failure, FailureCategory, Parent, Place, Remedy, Run, Trigger,
    WaitMark, WorkflowRef, parse,
};
use serde_json::json;
use time::Duration;

use crate::support::NOON;

fn node() -> Place {
    "call-1".into()
}

/// Every fact in its fullest and in its barest form, with its JSON.
#[expect(clippy::too_many_lines, reason = "a table has as many lines as it has rows")]
fn table() -> Vec<(Fact, &'static str)> {
    let at = NOON;
    let due_at = NOON + Duration::milliseconds(1_500);
    let kind: Arc<str> = "http-request".into();
    let failure = Failure {
        code: "http_503".to_owned(),
        message: "busy".to_owned(),
        category: FailureCategory::Service,
        retryable: true,
        details: Some(json!({ "status": 503 }).into()),
    };
    let bare = Failure { details: None, ..failure.clone() };
    let definition = json!({ "nodes": {
        "root": { "type": "manual", "payload": {}, "children": ["call-1"] },
        "call-1": { "type": "http-request", "payload": { "url": "https://example.org" }, "timeoutMs": 5000 },
    } });
    let definition = Arc::new(parse(&definition).expect("the definition is well formed"));
    let trigger = Trigger {
        kind: "webhook".to_owned(),
        source: "github".to_owned(),
        body: json!({ "id": 7 }).into(),
        headers: BTreeMap::from([("x-event".to_owned(), "push".to_owned())]),
    };
    let workflow = WorkflowRef { id: "wf_1".to_owned(), version: 2 };
    let carried = BTreeMap::from([
        (
            "a".into(),
            Carried::Succeeded {
                input: Some(json!({}).into()),
                result: json!(1).into(),
                branch: Some("then".into()),
            },
        ),
        ("b".into(), Carried::Skipped {}),
        ("c".into(), Carried::Succeeded { input: None, result: json!(null).into(), branch: None }),
    ]);
    vec![
        (
            Fact::Started {
                run_id: "run_1".to_owned(),
                workflow: workflow.clone(),
                definition: Arc::clone(&definition),
                trigger: trigger.clone(),
                input: json!({ "id": 7 }).into(),
                source_run: Some("run_0".to_owned()),
                carried,
                parent: None,
                variables: None,
                subject: None,
                at,
            },
            r#"{"started":{"runId":"run_1","workflow":{"id":"wf_1","version":2},"definition":{"nodes":{"call-1":{"type":"http-request","payload":{"url":"https://example.org"},"timeoutMs":5000},"root":{"type":"manual","payload":{},"children":["call-1"]}}},"trigger":{"kind":"webhook","source":"github","body":{"id":7},"headers":{"x-event":"push"}},"input":{"id":7},"sourceRun":"run_0","carried":{"a":{"succeeded":{"input":{},"result":1,"branch":"then"}},"b":{"skipped":{}},"c":{"succeeded":{"result":null}}},"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::Started {
                run_id: "run_1".to_owned(),
                workflow: workflow.clone(),
                definition: Arc::clone(&definition),
                trigger: Trigger { headers: BTreeMap::new(), ..trigger.clone() },
                input: json!(null).into(),
                source_run: None,
                carried: BTreeMap::new(),
                parent: None,
                variables: None,
                subject: None,
                at,
            },
            r#"{"started":{"runId":"run_1","workflow":{"id":"wf_1","version":2},"definition":{"nodes":{"call-1":{"type":"http-request","payload":{"url":"https://example.org"},"timeoutMs":5000},"root":{"type":"manual","payload":{},"children":["call-1"]}}},"trigger":{"kind":"webhook","source":"github","body":{"id":7}},"input":null,"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::Started {
                run_id: "run_1".to_owned(),
                workflow,
                definition,
                trigger: Trigger { headers: BTreeMap::new(), ..trigger },
                input: json!(null).into(),
                source_run: None,
                carried: BTreeMap::from([(
                    "each".into(),
                    Carried::Looping { input: json!({ "array": [1] }).into() },
                )]),
                parent: Some(Parent { run: "run_7".to_owned(), node: "call.3".into(), depth: 1 }),
                subject: None,
                variables: Some(json!({ "n": 1 }).into()),
                at,
            },
            r#"{"started":{"runId":"run_1","workflow":{"id":"wf_1","version":2},"definition":{"nodes":{"call-1":{"type":"http-request","payload":{"url":"https://example.org"},"timeoutMs":5000},"root":{"type":"manual","payload":{},"children":["call-1"]}}},"trigger":{"kind":"webhook","source":"github","body":{"id":7}},"input":null,"carried":{"each":{"looping":{"input":{"array":[1]}}}},"parent":{"run":"run_7","node":"call.3","depth":1},"variables":{"n":1},"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::NodeStarted {
                node: node(),
                kind: Arc::clone(&kind),
                attempt: 1,
                input: json!({ "url": "https://example.org" }).into(),
                idempotency_key: "run_1:call-1:1".to_owned(),
                timeout_ms: 5000,
                at,
            },
            r#"{"node_started":{"node":"call-1","kind":"http-request","attempt":1,"input":{"url":"https://example.org"},"idempotencyKey":"run_1:call-1:1","timeoutMs":5000,"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::EffectRepeated { node: node(), attempt: 1, repeat: 2, at },
            r#"{"effect_repeated":{"node":"call-1","attempt":1,"repeat":2,"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::NodeSucceeded {
                node: node(),
                kind: Arc::clone(&kind),
                attempt: 2,
                input: None,
                result: json!({ "status": 200 }).into(),
                branch: None,
                at,
            },
            r#"{"node_succeeded":{"node":"call-1","kind":"http-request","attempt":2,"result":{"status":200},"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::NodeSucceeded {
                node: node(),
                kind: "if".into(),
                attempt: 1,
                input: Some(json!({ "condition": {} }).into()),
                result: json!({ "branch": "else" }).into(),
                branch: Some("else".into()),
                at,
            },
            r#"{"node_succeeded":{"node":"call-1","kind":"if","attempt":1,"input":{"condition":{}},"result":{"branch":"else"},"branch":"else","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::NodeFailed {
                node: node(),
                kind: Arc::clone(&kind),
                attempt: 1,
                input: Some(json!({}).into()),
                failure: failure.clone(),
                at,
            },
            r#"{"node_failed":{"node":"call-1","kind":"http-request","attempt":1,"input":{},"failure":{"code":"http_503","message":"busy","category":"service","retryable":true,"details":{"status":503}},"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::RetryScheduled { node: node(), attempt: 2, due_at, at },
            r#"{"retry_scheduled":{"node":"call-1","attempt":2,"dueAt":"2026-03-01T12:00:01.623456Z","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::NodeSkipped { node: node(), kind, at },
            r#"{"node_skipped":{"node":"call-1","kind":"http-request","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::NodeCancelled { node: node(), kind: None, at },
            r#"{"node_cancelled":{"node":"call-1","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::DelayStarted {
                node: node(),
                kind: "delay".into(),
                input: json!({ "delayMs": 1500 }).into(),
                due_at,
                at,
            },
            r#"{"delay_started":{"node":"call-1","kind":"delay","input":{"delayMs":1500},"dueAt":"2026-03-01T12:00:01.623456Z","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::WaitOpened {
                node: node(),
                kind: "wait".into(),
                input: json!({ "timeoutMs": 1500 }).into(),
                due_at,
                at,
            },
            r#"{"wait_opened":{"node":"call-1","kind":"wait","input":{"timeoutMs":1500},"dueAt":"2026-03-01T12:00:01.623456Z","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::WaitMarked {
                node: node(),
                mark: WaitMark::AutoSwapping,
                reason: Some("7 wei are there".to_owned()),
                by: "admin".to_owned(),
                at,
            },
            r#"{"wait_marked":{"node":"call-1","mark":"auto_swapping","reason":"7 wei are there","by":"admin","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::WaitResumed {
                node: node(),
                data: json!({ "approved": true }).into(),
                source: "manual".to_owned(),
                by: "admin".to_owned(),
                at,
            },
            r#"{"wait_resumed":{"node":"call-1","data":{"approved":true},"source":"manual","by":"admin","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::WaitTimedOut { node: node(), kind: None, at },
            r#"{"wait_timed_out":{"node":"call-1","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::CancelRequested {
                by: "admin".to_owned(),
                reason: Some("wrong".to_owned()),
                compensate: Compensate::No,
                at,
            },
            r#"{"cancel_requested":{"by":"admin","reason":"wrong","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::CancelRequested {
                by: "admin".to_owned(),
                reason: None,
                compensate: Compensate::No,
                at,
            },
            r#"{"cancel_requested":{"by":"admin","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::CancelRequested {
                by: "admin".to_owned(),
                reason: None,
                compensate: Compensate::Yes,
                at,
            },
            r#"{"cancel_requested":{"by":"admin","compensate":"yes","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::NodeCancelled { node: node(), kind: Some("manual-task".into()), at },
            r#"{"node_cancelled":{"node":"call-1","kind":"manual-task","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::WaitTimedOut { node: node(), kind: Some("call-workflow".into()), at },
            r#"{"wait_timed_out":{"node":"call-1","kind":"call-workflow","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::FailureHandled { node: node(), remedy: Remedy::Continue, at },
            r#"{"failure_handled":{"node":"call-1","remedy":{"action":"continue"},"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::FailureHandled {
                node: "call-1.2".into(),
                remedy: Remedy::Fallback { node: "refund".into() },
                at,
            },
            r#"{"failure_handled":{"node":"call-1.2","remedy":{"action":"fallback","node":"refund"},"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::LoopStarted {
                node: "each".into(),
                kind: "for-each".into(),
                input: json!({ "array": [1, 2] }).into(),
                at,
            },
            r#"{"loop_started":{"node":"each","kind":"for-each","input":{"array":[1,2]},"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::IterationStarted { node: "each.4".into(), index: 1, at },
            r#"{"iteration_started":{"node":"each.4","index":1,"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::Paused { by: "ada".to_owned(), reason: Some("check".to_owned()), at },
            r#"{"paused":{"by":"ada","reason":"check","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::Unpaused { by: "ada".to_owned(), at },
            r#"{"unpaused":{"by":"ada","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::HistoryGrewLong { events: 10_004, limit: 50_000, at },
            r#"{"history_grew_long":{"events":10004,"limit":50000,"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::LimitReached { failure: bare.clone(), at },
            r#"{"limit_reached":{"failure":{"code":"http_503","message":"busy","category":"service","retryable":true},"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::CompensationStarted { plan: vec!["pay.1".into(), "pay.0".into()], at },
            r#"{"compensation_started":{"plan":["pay.1","pay.0"],"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::CompensationEnded { failed: vec!["pay.0".into()], at },
            r#"{"compensation_ended":{"failed":["pay.0"],"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::EventEmitted {
                event: "order.paid".to_owned(),
                payload: json!({ "id": 1 }).into(),
                at,
            },
            r#"{"event_emitted":{"event":"order.paid","payload":{"id":1},"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::Succeeded {
                output: json!({ "call-1": { "status": 200 } }).into(),
                parent: None,
                at,
            },
            r#"{"succeeded":{"output":{"call-1":{"status":200}},"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::Failed {
                node: Some(node()),
                failure: bare.clone(),
                error_workflow: None,
                parent: None,
                at,
            },
            r#"{"failed":{"node":"call-1","failure":{"code":"http_503","message":"busy","category":"service","retryable":true},"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::Failed { node: None, failure: bare, error_workflow: None, parent: None, at },
            r#"{"failed":{"failure":{"code":"http_503","message":"busy","category":"service","retryable":true},"at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
        (
            Fact::Cancelled { by: "admin".to_owned(), reason: None, parent: None, at },
            r#"{"cancelled":{"by":"admin","at":"2026-03-01T12:00:00.123456Z"}}"#,
        ),
    ]
}

#[test]
fn every_fact_has_exactly_its_json_and_comes_back_from_it() {
    for (fact, text) in table() {
        assert_eq!(serde_json::to_string(&fact).expect("facts are JSON"), text);
        let back: Fact = serde_json::from_str(text).expect("the JSON is a fact");
        assert_eq!(back, fact);
    }
}

#[test]
fn the_table_has_every_fact_and_its_tag_is_its_name() {
    let mut names = BTreeSet::new();
    for (fact, text) in table() {
        assert!(text.starts_with(&format!("{{\"{}\":", fact.name())), "{text}");
        assert_eq!(fact.at(), NOON);
        names.insert(fact.name());
    }
    assert_eq!(names.len(), 27);
}

#[test]
fn a_fact_of_a_later_time_may_have_more_fields() {
    let text = r#"{"wait_timed_out":{"node":"a","at":"2026-03-01T12:00:00.123456Z","more":1}}"#;
    let fact: Fact = serde_json::from_str(text).expect("unknown fields are passed over");
    assert_eq!(fact.place().map(|place| place.node.as_str()), Some("a"));
}

#[test]
fn instants_have_six_digits_in_utc_whatever_came_in() {
    let text = r#"{"wait_timed_out":{"node":"a","at":"2026-03-01T14:00:00.5+02:00"}}"#;
    let fact: Fact = serde_json::from_str(text).expect("an instant with an offset");
    assert_eq!(
        serde_json::to_string(&fact).expect("facts are JSON"),
        r#"{"wait_timed_out":{"node":"a","at":"2026-03-01T12:00:00.500000Z"}}"#
    );
}

#[test]
fn folding_any_fact_into_any_run_is_total() {
    let facts: Vec<Fact> = table().into_iter().map(|(fact, _)| fact).collect();
    for first in &facts {
        let mut run = Run::default();
        run.apply(first);
        for fact in &facts {
            run.apply(fact);
            run.apply(fact);
        }
        let text = serde_json::to_string(&run).expect("runs are JSON");
        assert_eq!(serde_json::from_str::<Run>(&text).expect("the JSON is a run"), run);
    }
}
