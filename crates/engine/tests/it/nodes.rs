//! What the logic nodes give, and how expressions find their values.

use std::sync::Arc;

use chainkeel_engine::Definition;
use serde_json::{Value, json};

use crate::support::{World, definition, effect};

/// A run of one node behind the root, with that body.
#[expect(clippy::needless_pass_by_value, reason = "the tests write their payloads in place")]
fn run(kind: &str, payload: Value, body: Value) -> World {
    let nodes = json!({ "n": { "type": kind, "payload": payload } });
    World::with(&definition(&["n"], nodes), body)
}

fn result(kind: &str, payload: Value, body: Value) -> Value {
    run(kind, payload, body).result("n")
}

fn message(kind: &str, payload: Value, body: Value) -> String {
    let world = run(kind, payload, body);
    world.run.failure().map(|failure| failure.message.clone()).unwrap_or_default()
}

#[test]
fn expressions_keep_types_and_fill_texts() {
    let body =
        json!({ "n": 1.5, "o": { "b": [1, { "c": "x" }], "a": null }, "t": "{{$trigger.body.n}}" });
    let table = [
        ("{{$trigger.body.n}}", json!(1.5)),
        ("{{ $trigger.body.o }}", json!({ "b": [1, { "c": "x" }], "a": null })),
        ("{{$trigger.body.o.b.1.c}}{{$trigger.body.o.b[1].c}}", json!("xx")),
        ("is {{$trigger.body.o}}", json!("is {\"a\":null,\"b\":[1,{\"c\":\"x\"}]}")),
        ("{{$trigger.body.nope}}", json!(null)),
        ("[{{$trigger.body.nope}}]", json!("[]")),
        ("{{$trigger.body.nope || $trigger.body.o.a || 'last'}}", json!("last")),
        ("{{$trigger.body.nope || null}}", json!(null)),
        ("{{$trigger.body.t}}", json!("{{$trigger.body.n}}")),
        ("{{'{{'}}n}}", json!("{{n}}")),
        ("{{$trigger.source}}/{{$trigger.type}}", json!("test/webhook")),
        ("{{$trigger.headers.X-Kind}}", json!("push")),
        ("{{$trigger.headers}}", json!({ "x-kind": "push" })),
        ("{{$inputs.n}}", json!(1.5)),
        ("{{$workflow.id}} {{$workflowId}}", json!("wf_test wf_test")),
        ("{{$workflow.version}}", json!(3)),
        ("{{root.result.body.n}}", json!(1.5)),
        ("{{$nodes.root.result.source}}", json!("test")),
        ("{{root.payload.about}}", json!(null)),
        ("plain", json!("plain")),
    ];
    for (text, expected) in table {
        assert_eq!(
            result("log", json!({ "message": text }), body.clone())["message"],
            expected,
            "{text}"
        );
    }
}

#[test]
fn expressions_reach_into_lists_and_objects_of_a_payload() {
    let payload = json!({ "message": [{ "a": "{{$trigger.body}}" }, "{{$trigger.body}}", 1] });
    assert_eq!(result("log", payload, json!(7))["message"], json!([{ "a": 7 }, 7, 1]));
}

#[test]
fn props_and_results_and_payloads_of_ancestors_are_there() {
    let value = json!({
        "nodes": {
            "root": { "type": "manual", "children": ["one-1"] },
            "one-1": { "type": "log", "payload": { "message": "{{$props.limit}}" }, "children": ["two"] },
            "two": { "type": "log", "payload": {
                "message": "{{one-1.result.message}} {{$nodes.one-1.payload.message}} {{one-1.error || 'fine'}}",
            } },
        },
        "props": { "limit": 9 },
    });
    let definition: Arc<Definition> =
        chainkeel_engine::parse(&value).expect("it is well formed").into();
    assert_eq!(World::of(&definition).result("two")["message"], "9 9 fine");
}

#[test]
fn a_log_says_when() {
    assert_eq!(
        result("log", json!({ "message": { "a": 1 } }), json!(null)),
        json!({ "message": { "a": 1 }, "loggedAt": "2026-03-01T12:00:00.123456Z" })
    );
}

#[test]
fn an_if_records_what_it_compared() {
    let payload = json!({ "condition": { "$and": [{ "{{$trigger.body.a}}": { "$gt": "{{$trigger.body.b}}" } }] } });
    let world = run("if", payload, json!({ "a": "12", "b": 9 }));
    assert_eq!(world.result("n"), json!({ "branch": "then" }));
    let state = world.run.node(&"n".into()).expect("the node exists");
    assert_eq!(state.branch(), Some("then"));
    assert_eq!(
        state.input().map(|input| (**input).clone()),
        Some(json!({
            "condition": { "$and": [{ "{{$trigger.body.a}}": { "$gt": 9 } }] },
            "values": { "{{$trigger.body.a}}": "12" },
        }))
    );
}

#[test]
fn an_operand_from_outside_stays_data() {
    let payload = json!({ "condition": { "$and": [{ "{{$trigger.body.a}}": { "$eq": "{{$trigger.body.b}}" } }] } });
    let body = json!({ "a": 5, "b": { "$ne": 1 } });
    assert_eq!(result("if", payload, body)["branch"], "else");
}

#[test]
fn format_fills_its_placeholders_for_every_item() {
    let rows = json!([{ "name": "a", "n": 1, "{{@n}}": "x" }, { "name": "{{@n}}" }, { "o": [1] }]);
    let payload = |template: &str| json!({ "template": template, "data": "{{$trigger.body}}" });
    assert_eq!(
        result("format", payload("{{@name}}={{ @n }}"), rows.clone())["formatted"],
        "a=1\n{{@n}}=\n="
    );
    let mut comma = payload("{{@o.0}}");
    comma["separator"] = json!(", ");
    assert_eq!(result("format", comma, rows)["formatted"], ", , 1");
    let one = json!({ "template": "{{@a}} of {{$trigger.source}}", "data": { "a": true } });
    assert_eq!(result("format", one, json!(null))["formatted"], "true of test");
    let injected = json!({ "template": "{{$trigger.body}} {{@a}}", "data": { "a": 1 } });
    assert_eq!(result("format", injected, json!("{{@a}}"))["formatted"], "{{@a}} 1");
    let whole = json!({ "template": "{{$trigger.body}}", "data": { "a": 1 } });
    assert_eq!(result("format", whole, json!("{{@a}}"))["formatted"], "{{@a}}");
    let plain = json!({ "template": "plain", "data": [{}, {}] });
    assert_eq!(result("format", plain, json!(null))["formatted"], "plain\nplain");
    assert_eq!(
        result("format", json!({ "template": "x{{@}}", "data": [1, "b"] }), json!(null))["formatted"],
        "x1\nxb"
    );
}

#[test]
fn filter_keeps_what_its_condition_holds_for() {
    let rows = json!([{ "id": 1, "o": { "n": 5 } }, { "id": 2 }, 7]);
    for name in ["filter", "condition"] {
        let payload = json!({
            "array": "{{$trigger.body.rows}}",
            name: { "$and": [{ "o.n": { "$gte": "{{$trigger.body.least}}" } }] },
        });
        let body = json!({ "rows": rows, "least": 5 });
        assert_eq!(
            result("filter", payload, body),
            json!({ "filtered": [{ "id": 1, "o": { "n": 5 } }] })
        );
    }
}

#[test]
fn patterns_may_come_from_expressions_and_are_compiled_for_all_items() {
    let condition = json!({ "$and": [
        { "{{upper($trigger.body.to)}}": { "$matches": "{{$trigger.body.pattern}}" } },
    ] });
    let branch =
        |body: Value| result("if", json!({ "condition": condition }), body)["branch"].clone();
    assert_eq!(branch(json!({ "to": "0xab", "pattern": "^0X[0-9A-F]+$" })), "then");
    assert_eq!(branch(json!({ "to": "vitalik.eth", "pattern": "^0X[0-9A-F]+$" })), "else");
    let faulty =
        message("if", json!({ "condition": condition }), json!({ "to": "", "pattern": "(" }));
    assert!(faulty.contains("unclosed group"), "{faulty}");

    let payload = json!({
        "array": "{{$trigger.body.items}}",
        "filter": { "$and": [{ "name": { "$matches": "{{$trigger.body.pattern}}" } }] },
    });
    let body = json!({ "items": [{ "name": "aa" }, { "name": "b" }], "pattern": "a{2}" });
    assert_eq!(result("filter", payload, body)["filtered"], json!([{ "name": "aa" }]));
}

#[test]
fn pluck_takes_a_field_or_some() {
    let rows = json!([{ "a": { "b": 1 }, "c": 2 }, {}]);
    let payload = |name: &str, fields: Value| json!({ "array": "{{$trigger.body}}", name: fields });
    assert_eq!(
        result("pluck", payload("field", json!("a.b")), rows.clone()),
        json!({ "values": [1, null] })
    );
    assert_eq!(
        result("pluck", payload("fields", json!("c")), rows.clone()),
        json!({ "values": [2, null] })
    );
    assert_eq!(
        result("pluck", payload("fields", json!(["a.b", "c"])), rows),
        json!({ "values": [{ "a.b": 1, "c": 2 }, { "a.b": null, "c": null }] })
    );
}

#[test]
fn fail_fails_for_good_with_the_authors_words() {
    let world =
        run("fail", json!({ "message": "no {{$trigger.body}}", "code": "too_small" }), json!(5));
    let failure = world.run.failure().expect("the run failed");
    assert_eq!((failure.code.as_str(), failure.message.as_str()), ("too_small", "no 5"));
    assert!(!failure.retryable);
    let world = run("fail", json!({ "message": "no" }), json!(5));
    assert_eq!(world.run.failure().map(|failure| failure.code.as_str()), Some("failed"));
}

#[test]
fn durations_are_read_in_both_writings() {
    let table = [
        ("15m", Some(900_000)),
        ("1h30m", Some(5_400_000)),
        ("250ms", Some(250)),
        ("2d", Some(172_800_000)),
        ("PT15M", Some(900_000)),
        ("P1DT12H", Some(129_600_000)),
        ("P2W", Some(1_209_600_000)),
        ("30d", Some(2_592_000_000_u64)),
        ("30d1s", None),
        ("0s", None),
        ("", None),
        ("P", None),
        ("PT", None),
        ("15", None),
        ("m", None),
        ("1m1m", None),
        ("99999999999999999999h", None),
        ("P1M", None),
    ];
    for (text, expected) in table {
        let mut world = run("delay", json!({ "duration": text }), json!(null));
        let due = world.run.timers().next().map(|(_, due)| due);
        if let Some(due) = due {
            world.now = due;
            world.due("n").expect("it is due");
        }
        assert_eq!(world.result("n")["delayMs"].as_u64(), expected, "{text}");
    }
}

#[test]
fn a_wrong_payload_names_its_place() {
    let condition = json!({ "$and": [{ "a": { "$eq": 1 } }] });
    let table = [
        ("log", json!({}), "/message"),
        ("pluck", json!({ "array": "{{$trigger.body}}", "field": "a" }), "/array"),
        ("pluck", json!({ "array": [] }), "/field"),
        (
            "filter",
            json!({ "array": [], "filter": condition, "condition": condition }),
            "/condition",
        ),
        (
            "filter",
            json!({ "array": [], "filter": { "$and": "{{$trigger.body}}" } }),
            "/filter/$and",
        ),
        ("if", json!({ "condition": "{{$trigger.body}}" }), "/condition"),
        ("format", json!({ "template": "x", "data": "{{$trigger.body}}" }), "/data"),
        ("format", json!({ "template": "{{$trigger.body}}", "data": [] }), "/template"),
        ("delay", json!({ "delayMs": "{{$trigger.body}}" }), "/delayMs"),
        (
            "wait",
            json!({ "timeoutMs": 1, "triggerType": "manual", "triggerConfig": {} }),
            "/timeoutMs",
        ),
        ("fail", json!({ "message": "{{$trigger.body}}" }), "/message"),
    ];
    for (kind, payload, place) in table {
        let message = message(kind, payload.clone(), json!(null));
        assert!(message.contains(&format!("{place} is not usable")), "{kind} {payload}: {message}");
    }
}

#[test]
fn what_expressions_bring_together_has_a_limit() {
    let big = json!("x".repeat(200_000));
    let twice = json!({ "message": ["{{$trigger.body}}", "{{$trigger.body}}"] });
    assert!(message("log", twice, big.clone()).contains("262144 bytes"));
    let formatted = json!({ "template": "{{@a}}", "data": [{ "a": "{{$trigger.body}}" }] });
    assert_eq!(message("format", formatted, big), "");
    let rows: Vec<Value> = (0..2_000).map(|_| json!({})).collect();
    let long = json!({ "template": "y".repeat(500), "data": rows });
    assert!(message("format", long, json!(null)).contains("262144 bytes"));
}

#[test]
fn a_text_with_an_expression_that_cannot_be_read_fails_the_node() {
    assert!(message("log", json!({ "message": "{{?}}" }), json!(null)).contains("/message"));
    let condition = json!({ "$and": [{ "{{?}}": { "$eq": 1 } }] });
    assert!(message("if", json!({ "condition": condition }), json!(null)).contains("/condition"));
}

#[test]
fn values_cannot_be_nested_beyond_what_can_be_read_back() {
    let mut nodes = json!({ "a": effect(&["n0"]) });
    for number in 0..60 {
        let before = if number == 0 { "a".to_owned() } else { format!("n{}", number - 1) };
        let children: Vec<String> =
            if number < 59 { vec![format!("n{}", number + 1)] } else { vec![] };
        nodes[format!("n{number}")] = json!({
            "type": "log", "payload": { "message": [[format!("{{{{{before}.result}}}}")]] }, "children": children,
        });
    }
    let mut world = World::of(&definition(&["a"], nodes));
    world.succeed("a", json!({}));
    assert!(world.run.failure().is_some_and(|failure| failure.message.contains("100 levels")));
    let text = serde_json::to_string(&world.facts).expect("facts are JSON");
    let back: Vec<chainkeel_engine::Fact> = serde_json::from_str(&text).expect("and come back");
    assert_eq!(back, world.facts);
}
