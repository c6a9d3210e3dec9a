//! What keeps a definition from being published.

use chainkeel_engine::{Diagnostic, check, parse, validate};
use serde_json::{Value, json};

use crate::support::TestCatalog;

fn problems(value: &Value) -> Vec<Diagnostic> {
    check(value, &TestCatalog).err().unwrap_or_default()
}

/// The problems as `path code`.
fn words(value: &Value) -> Vec<String> {
    let word = |problem: &Diagnostic| {
        let code = serde_json::to_value(problem.code).expect("codes are JSON");
        format!("{} {}", problem.path, code.as_str().unwrap_or_default())
    };
    problems(value).iter().map(word).collect()
}

/// A manual root that leads to these nodes, all of them.
fn behind_root(nodes: Value) -> Value {
    let mut nodes = nodes;
    let children: Vec<String> =
        nodes.as_object().map(|nodes| nodes.keys().cloned().collect()).unwrap_or_default();
    nodes["root"] = json!({ "type": "manual", "payload": {}, "children": children });
    json!({ "nodes": nodes })
}

#[test]
fn a_sound_definition_has_no_problems() {
    let definition = json!({
        "nodes": {
            "root": { "type": "webhook", "payload": {}, "children": ["call"] },
            "call": {
                "type": "http-request",
                "payload": { "url": "https://example.org/{{$trigger.body.id || 'none'}}" },
                "children": ["say", "check"],
                "retryPolicy": { "maxAttempts": 5 },
                "timeoutMs": 600_000,
            },
            "say": { "type": "log", "payload": { "message": "{{$nodes.call.result.status}}" } },
            "check": {
                "type": "if",
                "payload": { "condition": { "$and": [{ "{{call.result.status}}": { "$lt": "{{$props.limit}}" } }] } },
                "children": ["pause", "stop"],
            },
            "pause": {
                "type": "wait",
                "branch": "then",
                "payload": { "timeoutMs": "{{$props.limit}}", "triggerType": "manual", "triggerConfig": {} },
            },
            "stop": { "type": "fail", "branch": "else", "payload": { "message": "{{trigger.result.body.id}}" } },
        },
        "props": { "limit": 400 },
    });
    assert_eq!(problems(&definition), []);
}

#[test]
fn problems_of_the_graph_name_node_place_and_kind() {
    let log = |children: &[&str]| json!({ "type": "log", "payload": { "message": "" }, "children": children });
    let root = |children: &[&str]| json!({ "type": "manual", "payload": {}, "children": children });
    let branch =
        |branch: &str| json!({ "type": "log", "payload": { "message": "" }, "branch": branch });
    let choice = json!({ "type": "if", "payload": { "condition": { "$and": [{ "a": { "$eq": "a" } }] } }, "children": ["a"] });
    let table: [(Value, &[&str]); 13] = [
        (json!({ "a": log(&[]) }), &["/nodes missing-root"]),
        (
            json!({ "root": root(&["a"]), "a": log(&["b", "a2"]), "a2": log(&[]) }),
            &["/nodes/a/children/0 unknown-child"],
        ),
        (
            json!({ "root": root(&["a", "a"]), "a": log(&[]) }),
            &["/nodes/root/children/1 duplicate-child"],
        ),
        (json!({ "root": root(&["a"]), "a": log(&["a"]) }), &["/nodes/a/children cycle"]),
        (
            json!({ "root": root(&["a"]), "a": log(&["b"]), "b": log(&["c"]), "c": log(&["a"]) }),
            &["/nodes/c/children cycle"],
        ),
        (json!({ "root": root(&["a"]), "a": log(&["root"]) }), &["/nodes/root/children cycle"]),
        (
            json!({ "root": root(&[]), "a": log(&["b"]), "b": log(&[]) }),
            &["/nodes/a unreachable-node", "/nodes/b unreachable-node"],
        ),
        (
            json!({ "root": log(&["m"]), "m": { "type": "webhook" } }),
            &["/nodes/m/type misplaced-trigger", "/nodes/root/type root-not-trigger"],
        ),
        (
            json!({ "root": root(&["a"]), "a": { "type": "http-reqest" } }),
            &["/nodes/a/type unknown-node-type"],
        ),
        (json!({ "root": root(&["1a"]), "1a": log(&[]) }), &["/nodes/1a invalid-node-id"]),
        (
            json!({ "root": root(&["check"]), "check": choice, "a": branch("yes") }),
            &["/nodes/a/branch unknown-branch"],
        ),
        (
            json!({ "root": root(&["a"]), "a": branch("then") }),
            &["/nodes/a/branch branch-without-choice"],
        ),
        (json!({ "root": root(&["check", "a"]), "check": choice, "a": branch("then") }), &[]),
    ];
    for (nodes, expected) in table {
        assert_eq!(words(&json!({ "nodes": nodes })), expected, "{nodes}");
    }
}

#[test]
fn a_circle_is_named_and_so_is_the_nearest_type() {
    let log =
        |child: &str| json!({ "type": "log", "payload": { "message": "" }, "children": [child] });
    let value = json!({ "nodes": {
        "root": { "type": "manual", "children": ["a"] }, "a": log("b"), "b": log("a"),
    } });
    assert!(problems(&value)[0].message.contains("a → b → a"));
    let value = behind_root(json!({ "a": { "type": "http-reqest" } }));
    assert!(problems(&value)[0].message.contains("did you mean \"http-request\"?"));
}

#[test]
fn problems_of_payloads_point_into_the_definition() {
    let table: [(Value, &[&str]); 14] = [
        (json!({ "type": "http-request", "payload": {} }), &["/url"]),
        (json!({ "type": "log", "payload": {} }), &["/message"]),
        (json!({ "type": "delay", "payload": {} }), &["/delayMs"]),
        (json!({ "type": "delay", "payload": { "delayMs": 0 } }), &["/delayMs"]),
        (json!({ "type": "delay", "payload": { "duration": "31d" } }), &["/duration"]),
        (json!({ "type": "delay", "payload": { "duration": "{{$trigger.body.d}}" } }), &[]),
        (
            json!({ "type": "wait", "payload": { "timeoutMs": 999, "triggerType": "manual", "triggerConfig": {} } }),
            &["/timeoutMs"],
        ),
        (json!({ "type": "fail", "payload": { "message": 1 } }), &["/message"]),
        (json!({ "type": "format", "payload": { "template": "{{@a}}", "data": 1 } }), &["/data"]),
        (json!({ "type": "pluck", "payload": { "array": "{{$trigger.body}}" } }), &["/field"]),
        (
            json!({ "type": "filter", "payload": { "array": 5, "filter": { "$and": [{ "a": { "$is": 1 } }] } } }),
            &["/array", "/filter/$and/0/a/$is"],
        ),
        (json!({ "type": "if", "payload": {} }), &["/condition"]),
        (json!({ "type": "if", "payload": { "condition": { "a": 1 } } }), &["/condition"]),
        (
            json!({ "type": "if", "payload": { "condition": { "$or": [{ "$xor": [] }, 5, { "$not": {} }, { "a": {} }, { "b": { "$in": 1, "$exists": "x" } }] } } }),
            &[
                "/condition/$or/0/$xor",
                "/condition/$or/1",
                "/condition/$or/2/$not",
                "/condition/$or/3/a",
                "/condition/$or/4/b/$exists",
                "/condition/$or/4/b/$in",
            ],
        ),
    ];
    for (node, expected) in table {
        let mut found = words(&behind_root(json!({ "a": node })));
        found.sort();
        let mut expected: Vec<String> =
            expected.iter().map(|path| format!("/nodes/a/payload{path} invalid-payload")).collect();
        expected.sort();
        assert_eq!(found, expected, "{node}");
    }
}

#[test]
fn expressions_refer_to_what_exists_by_then() {
    let table = [
        ("{{$trigger.body.a}} {{$workflow.id}} {{$workflowId}} {{$workflow.version}}", None),
        ("{{before.result.a || $nodes.before.error.code || 'x'}}", None),
        ("{{root.result.body.a}} {{before.payload.message}}", None),
        ("{{$inputs.amount}} {{$inputs}} {{$props}}", None),
        ("{{$trigger.bdy}}", Some("unknown-name")),
        ("{{$trigers.body}}", Some("unknown-name")),
        ("{{$workflow.name}}", Some("unknown-name")),
        ("{{before.reslt}}", Some("unknown-name")),
        ("{{$props.limt}}", Some("undeclared-prop")),
        ("{{$inputs.amonut}}", Some("undeclared-input")),
        ("{{befor.result}}", Some("unknown-node")),
        ("{{$nodes.befor.result}}", Some("unknown-node")),
        ("{{beside.result}}", Some("not-an-ancestor")),
        ("{{after.result}}", Some("not-an-ancestor")),
        ("{{here.result}}", Some("not-an-ancestor")),
        ("{{before}}", Some("expression-syntax")),
        ("{{ }}", Some("expression-syntax")),
        ("{{$trigger.body", Some("expression-syntax")),
        ("{{@field}}", Some("expression-syntax")),
        ("{{$vars.total}} {{$workflow.startedAt}}", None),
        ("{{toUnits($inputs.amount * 2, 6)}} {{root.input.amount}}", None),
        ("{{upper($props.limt)}}", Some("undeclared-prop")),
        ("{{1 == 1 ? befor.result : 1}}", Some("unknown-node")),
        ("{{!(1 < at(list(after.result), 0) - 1)}}", Some("not-an-ancestor")),
        ("{{$vars.totl}}", Some("undeclared-variable")),
        ("{{$for.befor.item}}", Some("unknown-node")),
        ("{{$for.before.item.rows.0}}", Some("not-an-ancestor")),
        ("{{$for.before.itm}}", Some("unknown-name")),
        ("{{uper('a')}}", Some("unknown-name")),
        ("{{upper()}}", Some("expression-syntax")),
        ("{{$for.before}}", Some("expression-syntax")),
        ("{{$vars}}", Some("expression-syntax")),
        ("{{1 +}}", Some("expression-syntax")),
        ("{{$trigger.body | 1}}", Some("expression-syntax")),
        ("{{$trigger.body['a}}", Some("expression-syntax")),
        ("{{$trigger.body[a]}}", Some("expression-syntax")),
        ("{{$trigger..body}}", Some("expression-syntax")),
        ("{{$nodes}}", Some("expression-syntax")),
    ];
    for (text, expected) in table {
        let log = |message: &str, children: &[&str]| json!({ "type": "log", "payload": { "message": message }, "children": children });
        let value = json!({
            "nodes": {
                "root": { "type": "manual", "payload": {}, "children": ["before", "beside"] },
                "before": log("", &["here"]),
                "beside": log("", &[]),
                "here": log(text, &["after"]),
                "after": log("", &[]),
            },
            "props": { "limit": 1 },
            "variableDefs": [{ "name": "total", "type": "number" }],
            "inputSchema": [{ "key": "amount", "type": "number" }],
        });
        let expected: Vec<String> =
            expected.iter().map(|code| format!("/nodes/here/payload/message {code}")).collect();
        assert_eq!(words(&value), expected, "{text}");
    }
}

#[test]
fn a_fault_in_an_expression_says_where() {
    let value = behind_root(
        json!({ "a": { "type": "log", "payload": { "message": "héllo {{$trigger.body #}}" } } }),
    );
    assert!(problems(&value)[0].message.starts_with("at character 23: "), "{:?}", problems(&value));
}

#[test]
fn left_sides_of_conditions_are_expressions_too() {
    let value = behind_root(json!({ "a": { "type": "if", "payload": {
        "condition": { "$and": [{ "{{nobody.result}}": { "$eq": "{{nobody2.result}}" } }] },
    } } }));
    assert_eq!(
        words(&value),
        [
            "/nodes/a/payload/condition/$and/0/{{nobody.result}}/$eq unknown-node",
            "/nodes/a/payload/condition unknown-node",
        ]
    );
}

#[test]
fn inputs_may_be_declared_by_the_trigger() {
    let value = json!({ "nodes": {
        "root": { "type": "manual", "payload": { "inputSchema": { "properties": { "amount": {} } } }, "children": ["a"] },
        "a": { "type": "log", "payload": { "message": "{{$inputs.amount}}{{$inputs.amunt}}" } },
    } });
    let problems = problems(&value);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.contains("did you mean \"amount\"?"), "{}", problems[0].message);
}

#[test]
fn policies_time_outs_and_connectors_have_bounds() {
    let value = behind_root(json!({
        "a": {
            "type": "send-slack-message", "payload": {}, "timeoutMs": 600_001,
            "retryPolicy": { "maxAttempts": 0, "initialInterval": 0, "maxInterval": 90_000_000, "backoffMultiplier": 0.5, "jitter": 1.5 },
        },
        "b": { "type": "send-slack-message", "payload": {}, "connector": { "type": "discord" }, "timeoutMs": 0,
            "retryPolicy": { "initialInterval": 10, "maxInterval": 5 } },
    }));
    assert_eq!(
        words(&value),
        [
            "/nodes/a/connector invalid-connector",
            "/nodes/b/connector invalid-connector",
            "/nodes/a/timeoutMs invalid-timeout",
            "/nodes/a/retryPolicy/maxAttempts invalid-retry-policy",
            "/nodes/a/retryPolicy/initialInterval invalid-retry-policy",
            "/nodes/a/retryPolicy/maxInterval invalid-retry-policy",
            "/nodes/a/retryPolicy/backoffMultiplier invalid-retry-policy",
            "/nodes/a/retryPolicy/jitter invalid-retry-policy",
            "/nodes/b/timeoutMs invalid-timeout",
            "/nodes/b/retryPolicy/maxInterval invalid-retry-policy",
        ]
    );
}

#[test]
fn problems_of_shape_and_of_meaning_are_listed_together() {
    let value = json!({ "nodes": {
        "root": { "type": "manual", "children": ["a", "ghost"], "extra": 1 },
        "a": { "type": "log", "payload": { "message": "{{ghost.result}}" } },
        "b": 5,
    } });
    assert_eq!(
        words(&value),
        [
            "/nodes/b invalid-value",
            "/nodes/root/extra unknown-field",
            "/nodes/root/children/1 unknown-child",
            "/nodes/a/payload/message unknown-node",
        ]
    );
}

#[test]
fn a_diagnostic_is_json_for_clients() {
    let value = json!({ "nodes": { "root": { "type": "manual", "children": ["b"] } } });
    let definition = parse(&value).expect("its shape is right");
    let problems = validate(&definition, &TestCatalog);
    assert_eq!(
        serde_json::to_value(&problems).expect("diagnostics are JSON"),
        json!([{
            "nodeId": "root",
            "path": "/nodes/root/children/0",
            "code": "unknown-child",
            "message": "there is no node \"b\"",
        }])
    );
}
