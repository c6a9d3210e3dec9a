use std::borrow::Cow;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use super::Tale;
use super::otlp::{self, Resource};
use crate::journal::Recorded;
use crate::primitives::{OrganizationId, RunId};
use crate::spans::{Ending, Kind, Span, SpanId, TraceId};

const RUN: &str = "run_01h455vb4pex5vsknk084sn02q";
const CALLER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const SECRET: &str = "hunter2-in-the-payload";

fn at(second: u8) -> String {
    format!("2026-11-30T12:00:{second:02}.5Z")
}

/// A run with a loop of one turn, a retried request and a wait that never ends.
fn facts() -> Vec<Value> {
    let definition = json!({"nodes": {
        "root": {"type": "webhook", "payload": {}, "children": ["each"]},
        "each": {"type": "for-each", "payload": {}, "loopBody": ["ask"], "children": ["hold"]},
        "ask": {"type": "http-request", "payload": {"url": SECRET}, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": SECRET}},
        "hold": {"type": "wait", "payload": {}},
    }});
    let body = json!({"secret": SECRET});
    let failure = json!({
        "code": "http_503", "message": SECRET, "category": "service", "retryable": true,
    });
    let effect = |attempt: u32, second: u8| {
        json!({"node_started": {
            "node": "ask.0", "kind": "http-request", "attempt": attempt, "input": body,
            "idempotencyKey": SECRET, "timeoutMs": 1_000, "at": at(second),
        }})
    };
    vec![
        json!({"started": {
            "runId": RUN, "workflow": {"id": "wf_1", "version": 3}, "definition": definition,
            "trigger": {"kind": "webhook", "source": "webhook", "body": body,
                "headers": {"traceparent": CALLER, "x-secret": SECRET}},
            "input": body, "at": at(0),
        }}),
        json!({"loop_started": {"node": "each", "kind": "for-each", "input": body, "at": at(1)}}),
        json!({"iteration_started": {"node": "each", "index": 0, "at": at(1)}}),
        effect(1, 1),
        json!({"node_failed": {
            "node": "ask.0", "kind": "http-request", "attempt": 1, "failure": failure, "at": at(2),
        }}),
        json!({"retry_scheduled": {"node": "ask.0", "attempt": 2, "dueAt": at(3), "at": at(2)}}),
        effect(2, 3),
        json!({"node_succeeded": {
            "node": "ask.0", "kind": "http-request", "attempt": 2, "result": body, "at": at(4),
        }}),
        json!({"node_succeeded": {
            "node": "note.0", "kind": "log", "attempt": 1, "input": body, "result": body, "at": at(4),
        }}),
        json!({"node_succeeded": {
            "node": "each", "kind": "for-each", "attempt": 1, "result": body, "at": at(5),
        }}),
        json!({"wait_opened": {
            "node": "hold", "kind": "wait", "input": body, "dueAt": at(50), "at": at(5),
        }}),
        json!({"cancel_requested": {"by": "ada", "reason": SECRET, "at": at(6)}}),
        json!({"node_cancelled": {"node": "hold", "at": at(6)}}),
        json!({"cancelled": {"by": "ada", "reason": SECRET, "at": at(6)}}),
    ]
}

fn recorded(facts: &[Value]) -> Vec<Recorded> {
    let event = |(index, fact): (usize, &Value)| Recorded {
        position: 100 + index as i64,
        aggregate_type: Cow::Borrowed("run"),
        aggregate_id: RUN.to_owned(),
        sequence: 1 + index as i64,
        event_type: fact.as_object().and_then(|it| it.keys().next()).expect("a name").clone(),
        event_version: "1.0".to_owned(),
        organization: OrganizationId::DEFAULT,
        payload: fact.to_string(),
        metadata: json!({"correlation_id": "req_7"}).to_string(),
        recorded_at: OffsetDateTime::UNIX_EPOCH,
    };
    facts.iter().enumerate().map(event).collect()
}

fn told(facts: &[Value]) -> Vec<Span> {
    let run: RunId = RUN.parse().expect("an id");
    let mut tale = Tale::of(run);
    for event in recorded(facts) {
        tale.read(&event).expect("a fact");
    }
    tale.end()
}

fn only<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let mut found = spans.iter().filter(|span| span.name == name);
    let span = found.next().unwrap_or_else(|| panic!("no span {name}"));
    assert!(found.next().is_none(), "{name} is there twice");
    span
}

#[test]
fn a_run_is_one_trace_whose_spans_lie_within_each_other() {
    let spans = told(&facts());
    let trace = TraceId::of(RUN.parse().expect("an id"));
    assert!(spans.iter().all(|span| span.trace == trace));
    assert_eq!(spans.len(), 7, "{spans:#?}");
    let (trigger, run) = (only(&spans, "trigger webhook"), only(&spans, "run"));
    assert_eq!(
        (trigger.id, trigger.parent, trigger.kind),
        (SpanId::of_trigger(trace), None, Kind::Consumer)
    );
    assert_eq!((run.id, run.parent), (SpanId::of_run(trace), Some(trigger.id)));
    assert_eq!(run.start, datetime!(2026-11-30 12:00:00.5 UTC));
    assert_eq!(run.end, datetime!(2026-11-30 12:00:06.5 UTC));
    assert!(trigger.start < run.start && trigger.end == run.start);
    let each = only(&spans, "for-each");
    assert_eq!(each.parent, Some(run.id));
    assert_eq!(only(&spans, "log").parent, Some(each.id));
    let asked: Vec<_> = spans.iter().filter(|span| span.name == "http-request").collect();
    let [first, second] = asked[..] else { panic!("two attempts") };
    assert_eq!((first.parent, second.parent), (Some(each.id), Some(each.id)));
    assert_eq!(first.id, SpanId::of_attempt(trace, "ask.0", 1));
    assert_eq!(second.id, SpanId::of_attempt(trace, "ask.0", 2));
    assert_eq!((first.ending, second.ending), (Ending::Failed, Ending::Well));
    assert_eq!(first.end - first.start, time::Duration::SECOND);
    let hold = only(&spans, "wait");
    assert_eq!(hold.end - hold.start, time::Duration::SECOND);
    let links: Vec<_> = trigger.links.iter().map(|(to, why)| (to.to_string(), *why)).collect();
    assert_eq!(links, [(CALLER.to_owned(), "caller")]);
    assert_eq!(spans, told(&facts()), "what is told twice is the same");
}

#[test]
fn a_run_that_has_not_ended_is_not_told_yet() {
    let all = facts();
    assert!(told(&all[..all.len() - 1]).is_empty());
    assert!(told(&[]).is_empty());
}

#[test]
fn nothing_of_what_a_run_was_given_is_told() {
    let body = otlp::request(&Resource::new("house", "wrk_1"), &told(&facts())).expect("a body");
    let text = String::from_utf8(body).expect("text");
    assert!(!text.contains(SECRET), "{text}");
    assert!(text.contains("req_7") && text.contains("http_503"), "{text}");
}

#[test]
fn the_form_is_that_of_the_protocol() {
    let body = otlp::request(&Resource::new("house", "wrk_1"), &told(&facts())).expect("a body");
    let sent: Value = serde_json::from_slice(&body).expect("JSON");
    let resource = &sent["resourceSpans"][0];
    let service = json!({"key": "service.name", "value": {"stringValue": "house"}});
    assert_eq!(resource["resource"]["attributes"][0], service);
    let spans = resource["scopeSpans"][0]["spans"].as_array().expect("spans");
    let run = spans.iter().find(|span| span["name"] == "run").expect("the run");
    assert_eq!(run["traceId"].as_str().map(str::len), Some(32));
    assert_eq!(run["startTimeUnixNano"], "1796040000500000000");
    assert_eq!(run["status"], json!({}));
    let version = json!({"key": "chainkeel.workflow.version", "value": {"intValue": "3"}});
    assert!(run["attributes"].as_array().expect("some").contains(&version));
}
