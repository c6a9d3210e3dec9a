//! Cases as authors write them, and what becomes of them.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::aggregates::test::{CaseResult, CaseStatus};
use crate::catalog::Registry;

fn workflow() -> Value {
    json!({
        "nodes": {
            "root": { "type": "webhook", "payload": {}, "children": ["ask"] },
            "ask": {
                "type": "http-request",
                "payload": { "method": "GET", "url": "https://example.org/{{$trigger.body.id}}" },
                "retryPolicy": { "maxAttempts": 2, "initialInterval": 1000 },
                "children": ["say"],
            },
            "say": { "type": "log", "payload": { "message": "{{ask.result.body.price}} by {{$trigger.headers.x-from}}" } },
        }
    })
}

fn compiled(test: &Value) -> Result<Trial, Vec<Problem>> {
    let test = TestDefinition::read(test).map_err(|problem| vec![problem])?;
    let target = match test.kind {
        TestKind::Workflow => {
            Target::of_definition(&workflow(), Registry::builtin()).expect("valid")
        }
        TestKind::Task => Target::Task { kind: test.target().expect("a type").to_owned() },
    };
    Trial::compile(&test, &target, Registry::builtin())
}

fn play_within(test: &Value, time: Duration) -> Vec<CaseResult> {
    let trial = compiled(test).expect("the test can be played");
    let at_once = NonZeroUsize::new(2).expect("two");
    play_all(&trial, Allowance { at_once, time }, &|_| {})
}

/// What becomes of a case of these fields.
fn case(mut fields: Value) -> CaseResult {
    fields["caseId"] = "it".into();
    let test = json!({
        "name": "a test",
        "sharedMocks": [{ "node": "ask", "response": { "status": 200, "body": { "price": 42, "tags": ["a", { "b": 1, "c": 2 }] } } }],
        "cases": [fields],
    });
    play_within(&test, Duration::from_mins(1)).remove(0)
}

fn places(test: &Value) -> Vec<String> {
    let problems = compiled(test).map(|_| ()).expect_err("the test has problems");
    problems.into_iter().map(|problem| problem.path).collect()
}

#[test]
fn every_kind_of_assertion_holds_or_does_not() {
    let table = [
        ("equals", "$.nodes.ask.result.body.price", json!(42), true),
        ("equals", "$.nodes.ask.result.body.price", json!(42.0), true),
        ("equals", "$.nodes.ask.result.body.price", json!("42"), false),
        ("equals", "$.nodes.ask.result", json!({ "status": 200 }), false),
        ("equals", "$.nodes[*].status", json!("success"), true),
        ("equals", "$.nodes[*].type", json!("log"), false),
        ("equals", "$.nodes.nobody", json!(null), false),
        ("equals", "$.nodes.root.result.headers['x-from']", json!("ada"), true),
        ("contains", "$.nodes.ask.result", json!({ "status": 200 }), true),
        ("contains", "$.nodes.ask.result.body.tags", json!({ "c": 2 }), true),
        ("contains", "$.nodes.ask.result.body.tags", json!("b"), false),
        ("contains", "$.nodes.ask.input.url", json!("/7"), true),
        ("contains", "$.nodes.ask.input.url", json!("/8"), false),
        ("contains", "$.events", json!({ "type": "node_succeeded", "node": "say" }), true),
        ("matches", "$.output.say.message", json!("^4\\d by ada$"), true),
        ("matches", "$.output.say.message", json!("^by"), false),
        ("matches", "$.nodes.ask.attempt", json!("^1$"), true),
    ];
    for (kind, path, value, holds) in table {
        let assertion =
            json!({ "type": kind, "path": path, "value": value, "message": "so it is" });
        let result = case(json!({
            "input": { "id": 7 },
            "setup": { "headers": { "x-from": "ada" } },
            "assertions": [assertion],
        }));
        let expected = if holds { CaseStatus::Passed } else { CaseStatus::Failed };
        assert_eq!(result.status, expected, "{assertion}: {result:?}");
        let message = result.assertions.last().and_then(|check| check.message.as_deref());
        assert_eq!(message, (!holds).then_some("so it is"));
    }
}

#[test]
fn an_output_may_hold_more_than_is_expected_and_differences_are_named() {
    let result = case(json!({ "expectedOutput": { "say": { "message": "42 by " } } }));
    assert_eq!(result.status, CaseStatus::Passed, "{result:?}");

    let result = case(json!({ "expectedOutput": { "say": { "message": "43 by " }, "more": 1 } }));
    assert_eq!(result.status, CaseStatus::Failed);
    let check = result.assertions.last().expect("it was looked at");
    let places: Vec<&str> = check.differences.iter().map(|it| it.pointer.as_str()).collect();
    assert_eq!(places, ["/more", "/say/message"]);
}

#[test]
fn a_run_that_fails_fails_its_case_unless_that_is_expected() {
    let error = json!({ "node": "ask", "error": { "code": "gone", "message": "it is gone" } });
    let setup = json!({ "mocks": [error] });
    let result = case(json!({ "setup": setup }));
    assert_eq!(result.status, CaseStatus::Failed);
    let message = result.assertions[0].message.as_deref().unwrap_or_default();
    assert!(message.contains("gone: it is gone"), "{message}");

    let result = case(json!({ "setup": setup, "expectedStatus": "failure" }));
    assert_eq!(result.status, CaseStatus::Passed);
    let code = json!({ "type": "equals", "path": "$.failure.code", "value": "gone" });
    let result = case(json!({ "setup": setup, "assertions": [code] }));
    assert_eq!(result.status, CaseStatus::Passed);
}

#[test]
fn events_are_expected_in_their_order() {
    let expect = |patterns: &[&str]| {
        let events: Vec<Value> = patterns.iter().map(|it| json!({ "pattern": it })).collect();
        case(json!({ "expectedEvents": events })).status
    };
    assert_eq!(expect(&["started", "node_succeeded ask", "*succeeded say"]), CaseStatus::Passed);
    assert_eq!(expect(&["node_succeeded say", "node_succeeded ask"]), CaseStatus::Failed);
    assert_eq!(expect(&["node_failed *"]), CaseStatus::Failed);

    let payload = |attempt| {
        case(
            json!({ "expectedEvents": [{ "pattern": "node_started", "payload": { "attempt": attempt } }] }),
        )
    };
    assert_eq!(payload(1).status, CaseStatus::Passed);
    let failed = payload(2);
    assert_eq!(failed.status, CaseStatus::Failed);
    let listed = failed.assertions.last().map(|check| check.actual.to_string());
    assert!(listed.is_some_and(|it| it.contains("node_started ask")));
}

#[test]
fn mocks_of_a_case_come_before_those_that_are_shared_and_unused_ones_are_told() {
    let result = case(json!({
        "setup": { "mocks": [
            { "taskId": "ask", "occurrence": 2, "response": {} },
            { "node": "ask", "response": { "body": { "price": 1 } } },
        ] },
        "assertions": [{ "type": "contains", "path": "$.output.say.message", "value": "1 by" }],
    }));
    assert_eq!(result.status, CaseStatus::Passed, "{result:?}");
    assert_eq!(result.unused_mocks, ["/setup/mocks/0"]);
}

#[test]
fn nodes_that_are_done_before_are_not_called() {
    let result = case(json!({
        "setup": { "state": { "nodes": { "ask": { "result": { "body": { "price": 5 } } } } } },
        "assertions": [{ "type": "matches", "path": "$.output.say.message", "value": "^5 " }],
    }));
    assert_eq!(result.status, CaseStatus::Passed, "{result:?}");
}

#[test]
fn a_case_without_a_mock_is_an_error_that_says_how_to_mock_and_an_echo_is_not() {
    let test = |unmocked| json!({ "name": "t", "unmocked": unmocked, "cases": [{ "caseId": "it", "input": { "id": 3 } }] });
    let result = play_within(&test("fail"), Duration::from_mins(1)).remove(0);
    assert_eq!(result.status, CaseStatus::Error);
    assert!(result.error.is_some_and(|it| it.contains("\"node\": \"ask\"")));
    let result = play_within(&test("echo"), Duration::from_mins(1)).remove(0);
    assert_eq!(result.status, CaseStatus::Passed);
}

#[test]
fn a_case_has_a_time_out_in_virtual_time() {
    let slow = |timeout| {
        case(json!({
            "setup": { "mocks": [{ "node": "ask", "response": {}, "delay": "20s" }] },
            "timeout": timeout,
        }))
    };
    assert_eq!(slow("19s").status, CaseStatus::Timeout);
    let result = slow("20s");
    assert_eq!((result.status, result.duration_ms), (CaseStatus::Passed, 20_000));
}

/// A workflow that asks a person, another workflow and a variable that is kept.
fn asking() -> Value {
    json!({
        "variableDefs": [{ "name": "last", "type": "string", "lifetime": "persist" }],
        "nodes": {
            "root": { "type": "webhook", "payload": {}, "children": ["ask"] },
            "ask": { "type": "manual-task", "payload": { "title": "Pay?" }, "children": ["call"] },
            "call": { "type": "call-workflow", "payload": { "workflowId": "wf_books" }, "children": ["begin"] },
            "begin": { "type": "trigger-workflow", "payload": { "workflowId": "wf_mail" }, "children": ["keep"] },
            "keep": { "type": "set-variable", "payload": { "name": "last", "value": "{{$trigger.body.id}}" }, "children": ["say"] },
            "say": { "type": "log", "payload": { "message":
                "{{ask.result.data.approved}} by {{ask.result.completedBy}}, {{call.result.output.book.entry}}, {{begin.result.triggeredRunId}}, {{$vars.last}}" } },
        }
    })
}

#[test]
fn whoever_a_node_waits_for_is_answered_for_by_a_mock() {
    let target = Target::of_definition(&asking(), Registry::builtin()).expect("valid");
    let gives = |mocks: Value, path: &str, value: &str| {
        let case = json!({ "caseId": "it", "input": { "id": "A-1" }, "setup": { "mocks": mocks },
            "assertions": [{ "type": "equals", "path": path, "value": value },
                           { "type": "matches", "path": "$.status", "value": "" }] });
        let test = TestDefinition::read(&json!({ "name": "t", "cases": [case] })).expect("a test");
        let trial = Trial::compile(&test, &target, Registry::builtin()).expect("it is sound");
        let allowance = Allowance { at_once: NonZeroUsize::MIN, time: Duration::from_mins(1) };
        let result = play_all(&trial, allowance, &|_| {}).remove(0);
        assert_eq!(result.status, CaseStatus::Passed, "{result:?}");
    };
    let approved = json!({ "node": "ask", "response": { "approved": true } });
    let booked = json!({ "node": "call", "response": { "book": { "entry": 7 } } });
    let begun = json!({ "node": "begin", "response": { "runId": "run_mail" } });
    let kept = json!({ "node": "keep", "response": { "name": "last", "value": "A-1" } });
    let said = "true by rehearsal, 7, run_mail, A-1";
    gives(json!([approved, booked, begun, kept]), "$.output.say.message", said);

    let no = json!({ "outcome": "rejected", "by": "ada", "reason": "too much" });
    gives(json!([{ "node": "ask", "response": no }]), "$.failure.code", "task_rejected");
    gives(json!([{ "node": "ask", "timesOut": true }]), "$.failure.code", "wait_timed_out");
    let lost = json!({ "code": "ledger_closed", "category": "service" });
    let lost = json!({ "node": "call", "error": lost });
    gives(json!([approved, lost]), "$.failure.code", "ledger_closed");
}

#[test]
fn one_node_can_be_tested_by_itself() {
    let test = json!({
        "name": "pluck", "type": "task", "targetId": "pluck",
        "cases": [{
            "caseId": "it",
            "input": { "array": [{ "a": 1 }, { "a": 2 }], "field": "a" },
            "expectedOutput": { "values": [1, 2] },
        }],
    });
    let result = play_within(&test, Duration::from_mins(1)).remove(0);
    assert_eq!(result.status, CaseStatus::Passed, "{result:?}");

    let mut wrong = test;
    wrong["cases"][0]["input"] = json!({ "array": 7 });
    let problems = places(&wrong);
    assert!(problems.iter().all(|place| place.starts_with("/cases/0/input")), "{problems:?}");
}

#[test]
fn what_has_not_begun_in_time_is_skipped() {
    let cases: Vec<Value> = (0..3).map(|n| json!({ "caseId": format!("case {n}") })).collect();
    let results =
        play_within(&json!({ "name": "t", "unmocked": "echo", "cases": cases }), Duration::ZERO);
    assert!(results.iter().all(|result| result.status == CaseStatus::Skipped));
    let ids: Vec<&str> = results.iter().map(|result| result.case_id.as_str()).collect();
    assert_eq!(ids, ["case 0", "case 1", "case 2"]);
}

#[test]
fn problems_of_a_test_are_named_by_their_places() {
    let with = |fields: Value| {
        let mut case = json!({ "caseId": "it" });
        for (key, value) in fields.as_object().expect("an object") {
            case[key] = value.clone();
        }
        json!({ "name": "t", "cases": [case] })
    };
    let mocks = |mock: Value| with(json!({ "setup": { "mocks": [mock] } }));
    let table = [
        (json!({ "name": "t", "cases": [] }), "/cases"),
        (json!({ "name": " ", "cases": [{ "caseId": "it" }] }), "/name"),
        (
            json!({ "name": "t", "cases": [{ "caseId": "a" }, { "caseId": "a" }] }),
            "/cases/1/caseId",
        ),
        (with(json!({ "expectation": 1 })), "/cases/0/expectation"),
        (
            with(json!({ "assertions": [{ "type": "is", "path": "$" }] })),
            "/cases/0/assertions/0/type",
        ),
        (
            with(json!({ "assertions": [{ "type": "equals", "path": "nodes.a" }] })),
            "/cases/0/assertions/0/path",
        ),
        (
            with(json!({ "assertions": [{ "type": "matches", "path": "$", "value": "(" }] })),
            "/cases/0/assertions/0/value",
        ),
        (with(json!({ "timeout": "soon" })), "/cases/0/timeout"),
        (
            with(json!({ "setup": { "state": { "nodes": { "root": {} } } } })),
            "/cases/0/setup/state/nodes/root",
        ),
        (mocks(json!({ "response": 1 })), "/cases/0/setup/mocks/0"),
        (mocks(json!({ "node": "ask" })), "/cases/0/setup/mocks/0"),
        (
            mocks(json!({ "node": "ask", "response": 1, "timesOut": true })),
            "/cases/0/setup/mocks/0",
        ),
        (mocks(json!({ "node": "aks", "response": 1 })), "/cases/0/setup/mocks/0/node"),
        (mocks(json!({ "node": "say", "response": 1 })), "/cases/0/setup/mocks/0/node"),
        (mocks(json!({ "node": "root", "response": 1 })), "/cases/0/setup/mocks/0/node"),
        (
            mocks(json!({ "node": "ask", "response": 1, "occurrence": 0 })),
            "/cases/0/setup/mocks/0/occurrence",
        ),
        (
            mocks(json!({ "node": "ask", "response": 1, "delay": "x" })),
            "/cases/0/setup/mocks/0/delay",
        ),
        (
            mocks(json!({ "node": "ask", "sequence": [{ "response": 1 }, {}] })),
            "/cases/0/setup/mocks/0/sequence/1",
        ),
    ];
    for (test, place) in table {
        assert_eq!(places(&test), [place], "{test}");
    }
}
