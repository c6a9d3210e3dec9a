//! What changed between two definitions.

use chainkeel_engine::{Definition, Diff, EdgeChange, EdgeFate, NodeChange, ValueChange, parse};
use serde_json::{Value, json};

fn workflow() -> Value {
    json!({
        "props": { "limit": 10 },
        "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["ask", "other"] },
            "ask": {
                "type": "http-request",
                "payload": { "url": "https://example.org", "headers": { "a/b": "1" } },
                "retryPolicy": { "maxAttempts": 3 },
                "children": ["say"],
            },
            "other": { "type": "log", "payload": { "message": "here" } },
            "say": { "type": "log", "payload": { "message": "{{ask.result.body}}" } },
        }
    })
}

fn read(json: &Value) -> Definition {
    parse(json).expect("the test's definition is well formed")
}

fn diff(change: impl FnOnce(&mut Value)) -> Diff {
    let mut after = workflow();
    change(&mut after);
    Diff::of(&read(&workflow()), &read(&after))
}

fn value(path: &str, before: Option<Value>, after: Option<Value>) -> ValueChange {
    ValueChange { path: path.to_owned(), before, after }
}

#[test]
fn a_definition_does_not_differ_from_itself() {
    assert!(diff(|_| {}).is_empty());
}

#[test]
fn changed_values_are_named_with_what_was_and_what_is() {
    let diff = diff(|after| {
        after["nodes"]["ask"]["payload"]["headers"] = json!({ "a/b": "2", "c": null });
        after["nodes"]["ask"]["retryPolicy"]["maxAttempts"] = json!(5);
        after["nodes"]["ask"]["timeoutMs"] = json!(1_000);
        after["props"]["limit"] = json!(20);
    });
    let values = vec![
        value("/payload/headers/a~1b", Some(json!("1")), Some(json!("2"))),
        value("/payload/headers/c", None, Some(Value::Null)),
        value("/retryPolicy/maxAttempts", Some(json!(3)), Some(json!(5))),
        value("/timeoutMs", None, Some(json!(1_000))),
    ];
    assert_eq!(diff.nodes, [NodeChange::Changed { node: "ask".into(), values }]);
    assert_eq!(diff.edges, []);
    assert_eq!(diff.settings, [value("/props/limit", Some(json!(10)), Some(json!(20)))]);
}

#[test]
fn nodes_come_and_go_with_their_edges() {
    let diff = diff(|after| {
        let nodes = after["nodes"].as_object_mut().expect("nodes");
        nodes.remove("other");
        nodes["root"]["children"] = json!(["ask"]);
        nodes["say"]["children"] = json!(["wake"]);
        nodes.insert("wake".into(), json!({ "type": "delay", "payload": { "delayMs": 5 } }));
    });
    assert_eq!(
        diff.nodes,
        [
            NodeChange::Removed { node: "other".into(), kind: "log".into() },
            NodeChange::Added { node: "wake".into(), kind: "delay".into() },
        ]
    );
    let edge = |change, from: &str, to: &str| EdgeChange {
        change,
        from: from.into(),
        to: to.into(),
        branch: None,
    };
    assert_eq!(
        diff.edges,
        [edge(EdgeFate::Removed, "root", "other"), edge(EdgeFate::Added, "say", "wake")]
    );
}

#[test]
fn a_node_with_another_id_and_the_same_content_is_renamed() {
    let diff = diff(|after| {
        let nodes = after["nodes"].as_object_mut().expect("nodes");
        let other = nodes.remove("other").expect("it is there");
        nodes.insert("elsewhere".into(), other);
        nodes["root"]["children"] = json!(["ask", "elsewhere"]);
    });
    let renamed = NodeChange::Renamed { node: "elsewhere".into(), from: "other".into() };
    assert_eq!(diff.nodes, [renamed]);
    assert_eq!(diff.edges, []);
}

#[test]
fn a_rename_is_not_guessed_among_twins() {
    let diff = diff(|after| {
        let nodes = after["nodes"].as_object_mut().expect("nodes");
        let other = nodes.remove("other").expect("it is there");
        nodes.insert("twin-a".into(), other.clone());
        nodes.insert("twin-b".into(), other);
        nodes["root"]["children"] = json!(["ask", "twin-a", "twin-b"]);
    });
    let renames = diff.nodes.iter().filter(|it| matches!(it, NodeChange::Renamed { .. }));
    assert_eq!(renames.count(), 0);
    assert_eq!(diff.nodes.len(), 3);
}

#[test]
fn children_in_another_order_are_a_change() {
    let diff = diff(|after| after["nodes"]["root"]["children"] = json!(["other", "ask"]));
    let values =
        vec![value("/children", Some(json!(["ask", "other"])), Some(json!(["other", "ask"])))];
    assert_eq!(diff.nodes, [NodeChange::Changed { node: "root".into(), values }]);
    assert_eq!(diff.edges, []);
}

#[test]
fn a_diff_is_read_back_from_its_json() {
    let diff = diff(|after| {
        after["nodes"]["ask"]["payload"]["url"] = Value::Null;
        after["nodes"]["say"]["branch"] = json!("then");
        after["nodes"]["other"]["children"] = json!(["say"]);
    });
    let text = serde_json::to_string(&diff).expect("it can be written");
    assert_eq!(serde_json::from_str::<Diff>(&text).expect("it can be read"), diff);
    assert!(text.contains(r#""change":"added","from":"other","to":"say","branch":"then""#));
}
