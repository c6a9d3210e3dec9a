//! Reading definitions: both generations, and everything that is wrong with a shape.

use chainkeel_engine::{
    Definition, Diagnostic, InputType, MAX_DIAGNOSTICS, Strategy, Visibility, parse,
};
use serde_json::{Value, json};

/// The problems as `path code`.
fn problems(value: &Value) -> Vec<String> {
    let problems = parse(value).err().unwrap_or_default();
    let word = |problem: &Diagnostic| {
        let code = serde_json::to_value(problem.code).expect("codes are JSON");
        format!("{} {}", problem.path, code.as_str().unwrap_or_default())
    };
    problems.iter().map(word).collect()
}

fn full() -> Value {
    json!({
        "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["a"], "title": "Start" },
            "a": {
                "type": "http-request",
                "payload": { "url": "https://example.org" },
                "children": ["b"],
                "connector": { "type": "slack", "id": "conn_1" },
                "titleOverride": "Call",
                "description": "Calls somebody",
                "outputSchema": { "type": "object" },
                "retryPolicy": {
                    "maxAttempts": 5, "strategy": "fixed", "initialInterval": 10,
                    "maxInterval": 20, "backoffMultiplier": 1.5, "jitter": 0.25,
                    "retryableErrors": ["x"], "nonRetryableErrors": ["y"],
                },
                "timeoutMs": 1000,
                "repeatable": false,
            },
            "b": { "type": "log", "payload": { "message": "hi" }, "branch": "then" },
        },
        "triggerNodeIds": ["root"],
        "inputSchema": [{ "key": "amount", "type": "number", "required": true, "description": "how much" }],
        "props": { "limit": 5 },
        "variableDefs": [{ "name": "seen", "type": "list" }],
        "visibility": "public_view",
        "publicWidgetConfig": { "color": "red" },
        "blockExpansions": {},
    })
}

#[test]
fn a_full_definition_is_read_and_written_without_loss() {
    let definition = parse(&full()).expect("it is well formed");
    let node = definition.node(&"a".into()).expect("the node exists");
    let policy = node.retry_policy.as_ref().expect("the policy is there");
    assert_eq!((policy.max_attempts, policy.strategy), (5, Strategy::Fixed));
    assert_eq!((node.timeout_ms(), node.repeatable), (1000, false));
    assert_eq!(definition.input_schema()[0].kind, InputType::Number);
    assert_eq!(definition.visibility(), Some(Visibility::PublicView));
    let written = serde_json::to_value(&definition).expect("definitions are JSON");
    let mut expected = full();
    expected["nodes"]["b"]["payload"] = json!({ "message": "hi" });
    assert_eq!(written, expected);
    assert_eq!(parse(&written).as_ref(), Ok(&definition));
    assert_eq!(serde_json::from_value::<Definition>(written).ok(), Some(definition));
}

#[test]
fn defaults_are_those_of_the_contract() {
    let value = json!({ "nodes": { "root": { "type": "manual", "retryPolicy": {} } } });
    let definition = parse(&value).expect("it is well formed");
    let root = definition.root().expect("the root is there");
    let policy = root.retry_policy.clone().expect("the policy is there");
    assert_eq!((policy.max_attempts, policy.strategy), (3, Strategy::Exponential));
    assert_eq!((policy.initial_interval, policy.max_interval), (1_000, 60_000));
    assert_eq!((root.timeout_ms(), root.repeatable), (30_000, true));
    assert!(definition.props().as_object().is_some_and(serde_json::Map::is_empty));
}

#[test]
fn generation_a_is_converted() {
    let old = json!({
        "trigger": { "id": "start", "type": "webhook", "props": {}, "children": ["say"] },
        "nodes": {
            "say": {
                "id": "say",
                "type": "log",
                "props": { "message": "{{trigger.result.body.id}}" },
                "connector": "slack",
                "children": [],
            },
        },
    });
    let new = json!({
        "nodes": {
            "root": { "type": "webhook", "payload": {}, "children": ["say"] },
            "say": {
                "type": "log",
                "payload": { "message": "{{trigger.result.body.id}}" },
                "connector": { "type": "slack" },
            },
        },
    });
    assert_eq!(parse(&old), parse(&new));
    assert!(parse(&old).is_ok());
}

#[test]
fn problems_of_generation_a_point_into_what_was_given() {
    let old = json!({
        "trigger": { "type": "webhook", "props": [] },
        "nodes": { "a": { "id": "b", "type": "log", "prop": {} } },
    });
    assert_eq!(
        problems(&old),
        [
            "/trigger/props invalid-value",
            "/nodes/a/prop unknown-field",
            "/nodes/a/id invalid-value"
        ]
    );
}

#[test]
fn every_problem_of_shape_is_listed() {
    let table: [(Value, &[&str]); 14] = [
        (json!(null), &[" invalid-value"]),
        (json!([]), &[" invalid-value"]),
        (json!({}), &["/nodes missing-field"]),
        (json!({ "nodes": [] }), &["/nodes invalid-value"]),
        (json!({ "nodes": { "root": 5 } }), &["/nodes/root invalid-value"]),
        (json!({ "nodes": { "root": {} } }), &["/nodes/root/type missing-field"]),
        (json!({ "nodes": { "root": { "type": "" } } }), &["/nodes/root/type missing-field"]),
        (
            json!({ "nodes": { "root": { "type": 1, "payload": "x", "children": [1, "a", {}], "branch": 2 } }, "extra": 1 }),
            &[
                "/extra unknown-field",
                "/nodes/root/type invalid-value",
                "/nodes/root/children/0 invalid-value",
                "/nodes/root/children/2 invalid-value",
                "/nodes/root/payload invalid-value",
                "/nodes/root/branch invalid-value",
            ],
        ),
        (
            json!({ "nodes": { "root": { "type": "manual", "loopBody": ["a"], "onFailure": {}, "chidren": [] } } }),
            &["/nodes/root/chidren unknown-field", "/nodes/root/onFailure/action missing-field"],
        ),
        (
            json!({ "nodes": { "root": { "type": "manual", "loopBody": "a", "compensatedBy": 1, "onFailure": {
                "action": "goto", "nod": "x", "handlers": [1, {}, { "code": "a", "action": "fallback" }, { "category": "money", "action": "stop", "node": "a" }] } } } }),
            &[
                "/nodes/root/loopBody invalid-value",
                "/nodes/root/onFailure/nod unknown-field",
                "/nodes/root/onFailure/action invalid-value",
                "/nodes/root/onFailure/handlers/0 invalid-value",
                "/nodes/root/onFailure/handlers/1/action missing-field",
                "/nodes/root/onFailure/handlers/1/category missing-field",
                "/nodes/root/onFailure/handlers/2/node missing-field",
                "/nodes/root/onFailure/handlers/3/category invalid-value",
                "/nodes/root/onFailure/handlers/3/node invalid-value",
                "/nodes/root/compensatedBy invalid-value",
            ],
        ),
        (
            json!({ "nodes": { "root": { "type": "manual" } }, "maxRunMs": "1h", "emit": [
                1, { "event": "a..b", "on": ["never"] }, { "event": "order.paid", "on": ["success"], "payload": {}, "x": 1 }] }),
            &[
                "/emit/0 invalid-value",
                "/emit/1/event missing-field",
                "/emit/1/on/0 invalid-value",
                "/emit/2/x unknown-field",
                "/maxRunMs invalid-value",
            ],
        ),
        (
            json!({ "nodes": { "root": { "type": "manual", "connector": "slack", "timeoutMs": -1, "repeatable": "no",
                "retryPolicy": { "maxAttempts": 1.5, "strategy": "linear", "jitter": "x", "retryableErrors": [1], "delay": 1 } } } }),
            &[
                "/nodes/root/connector invalid-value",
                "/nodes/root/retryPolicy/delay unknown-field",
                "/nodes/root/retryPolicy/maxAttempts invalid-value",
                "/nodes/root/retryPolicy/strategy invalid-value",
                "/nodes/root/retryPolicy/jitter invalid-value",
                "/nodes/root/retryPolicy/retryableErrors/0 invalid-value",
                "/nodes/root/timeoutMs invalid-value",
                "/nodes/root/repeatable invalid-value",
            ],
        ),
        (
            json!({ "nodes": { "root": { "type": "manual" } }, "triggerNodeIds": ["root", "other"] }),
            &["/triggerNodeIds not-supported"],
        ),
        (
            json!({ "nodes": { "root": { "type": "manual" } }, "visibility": "publik",
                "inputSchema": [1, { "key": "a" }, { "type": "date", "key": "b", "x": 1 }, { "key": "c", "type": "string" }, { "key": "c", "type": "string" }],
                "props": [], "variableDefs": [{}] }),
            &[
                "/inputSchema/0 invalid-value",
                "/inputSchema/1/type missing-field",
                "/inputSchema/2/x unknown-field",
                "/inputSchema/2/type invalid-value",
                "/inputSchema/4/key invalid-value",
                "/props invalid-value",
                "/variableDefs/0 invalid-value",
                "/visibility invalid-value",
            ],
        ),
    ];
    for (value, expected) in table {
        assert_eq!(problems(&value), expected, "{value}");
    }
}

#[test]
fn an_unknown_field_names_the_one_that_was_meant() {
    let value = json!({ "nodes": { "root": { "type": "manual", "chidren": [] } } });
    let problems = parse(&value).expect_err("the field is not known");
    assert!(problems[0].message.contains("did you mean \"children\"?"), "{}", problems[0].message);
    assert_eq!(problems[0].node, Some("root".into()));
}

#[test]
fn what_is_too_large_or_too_deep_is_refused_at_once() {
    let nodes: serde_json::Map<String, Value> =
        (0..1001).map(|number| (format!("n{number}"), json!({ "type": "log" }))).collect();
    assert_eq!(problems(&json!({ "nodes": nodes })), ["/nodes limit-exceeded"]);
    let mut deep = json!(1);
    for _ in 0..70 {
        deep = json!([deep]);
    }
    assert_eq!(
        problems(
            &json!({ "nodes": { "root": { "type": "manual", "payload": { "deep": deep } } } })
        ),
        [" limit-exceeded"]
    );
}

#[test]
fn the_list_of_problems_ends_somewhere() {
    let fields: serde_json::Map<String, Value> =
        (0..5000).map(|number| (format!("f{number}"), json!(1))).collect();
    assert_eq!(problems(&Value::Object(fields)).len(), MAX_DIAGNOSTICS);
}
