use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Block, Input, InputKind, Kind, asks, check, expand, fill, references, scan};

fn input(key: &str, kind: InputKind) -> Input {
    Input { key: key.into(), kind, required: true, default: None, title: None, description: None }
}

fn places(faults: &[super::Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.path.as_str()).collect()
}

fn template() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["tell"]},
        "tell": {
            "type": "http-request",
            "connector": {"type": "slack", "id": "{{$props.slack}}"},
            "payload": {
                "url": "https://api.example/{{ask.slack_channel}}/pay",
                "body": {"amount": "{{$props.amount}}", "twice": "{{$props.amount * 2}}",
                         "to": "{{ ask.recipient_address }}"},
            },
        },
    }})
}

#[test]
fn a_template_becomes_a_draft_with_what_was_said() {
    let inputs = [input("amount", InputKind::Number), input("slack", InputKind::Connector)];
    assert_eq!(check(Kind::Template, &inputs, &template()), []);
    let asked = asks(&template());
    let asked: Vec<_> = asked.iter().map(|ask| (ask.field.as_str(), ask.widget)).collect();
    assert_eq!(
        asked,
        [("recipient_address", "recipient_address"), ("slack_channel", "slack_channel")]
    );
    let props = json!({"amount": 7, "slack": "conn_01h455vb4pex5vsknk084sn02q"});
    let answers = json!({"slack_channel": "C1", "recipient_address": "0xabc"});
    let (props, answers) = (props.as_object().cloned(), answers.as_object().cloned());
    let (props, answers) = (props.unwrap_or_default(), answers.unwrap_or_default());
    let draft = fill(&template(), &inputs, &props, &answers).expect("all was said");
    let tell = &draft["nodes"]["tell"];
    assert_eq!(tell["connector"]["id"], props["slack"]);
    assert_eq!(tell["payload"]["url"], "https://api.example/C1/pay");
    assert_eq!(
        tell["payload"]["body"],
        json!({"amount": 7, "twice": "{{$props.amount * 2}}", "to": "0xabc"})
    );
    assert_eq!(draft["props"]["amount"], 7);

    let mut wrong = props.clone();
    wrong.insert("amount".into(), json!("seven"));
    wrong.insert("more".into(), json!(1));
    wrong.remove("slack");
    let faults = fill(&template(), &inputs, &wrong, &serde_json::Map::new()).expect_err("faults");
    assert_eq!(
        places(&faults),
        [
            "/props/more",
            "/props/amount",
            "/props/slack",
            "/answers/recipient_address",
            "/answers/slack_channel"
        ]
    );
}

#[test]
fn what_belongs_to_one_organization_is_found_with_its_place_and_not_quoted() {
    for (planted, place) in [
        (json!({"a": "conn_01h455vb4pex5vsknk084sn02q"}), "/a"),
        (json!({"a": ["x", "see wf_01h455vb4pex5vsknk084sn02q!"]}), "/a/1"),
        (json!({"url": "/v1/webhooks/whs_0123456789abcdefghijABCDEFGHIJ01"}), "/url"),
        (json!({"a": format!("0x{}", "ab".repeat(32))}), "/a"),
        (json!({"a": "-----BEGIN EC PRIVATE KEY-----"}), "/a"),
        (json!({"h": {"x": "Bearer abcdefghijklmnopqrst"}}), "/h/x"),
        (json!({"url": "https://ada:secret@example.com"}), "/url"),
        (json!({"smtp_password": "hunter2"}), "/smtp_password"),
        (json!({"headers": {"X-Api-Key": "k"}}), "/headers/X-Api-Key"),
        (json!({"n": {"connector": {"type": "slack", "id": "mine"}}}), "/n/connector/id"),
        (json!({"AKIAIOSFODNN7EXAMPLE": 1}), "/AKIAIOSFODNN7EXAMPLE"),
    ] {
        let found = scan(&planted, "");
        assert_eq!(places(&found), [place], "{planted}");
        assert!(!found[0].message.contains("secret@"), "{found:?}");
    }
    let clean = json!({
        "password": "{{$props.password}}", "connector": {"type": "slack"},
        "note": "organization", "token": "", "url": "https://example.com/{{ask.token_address}}",
    });
    assert_eq!(scan(&clean, ""), []);
}

#[test]
fn placeholders_that_nobody_fills_in_are_named() {
    let mut definition = template();
    definition["nodes"]["tell"]["payload"]["more"] = json!("{{$props.missing}} {{ask.number + 1}}");
    let inputs = [input("amount", InputKind::Number), input("slack", InputKind::Connector)];
    let faults = check(Kind::Template, &inputs, &definition);
    assert_eq!(places(&faults), ["/definition/nodes/tell/payload/more"; 2], "{faults:?}");
}

/// Adds tax, and tells somebody.
fn tax() -> Block {
    Block {
        version: 3,
        name: "Tax".into(),
        inputs: vec![input("amount", InputKind::Number), input("rate", InputKind::Number)],
        definition: json!({
            "nodes": {
                "add": {"type": "format", "payload": {"sum": "{{$inputs.amount * (1 + $inputs.rate)}}",
                        "plain": "{{$inputs.amount}}"}, "children": ["log"]},
                "log": {"type": "log", "payload": {"message": "add.result: {{add.result.sum}} {{$nodes.add.result}} {{'add.result'}}"}},
            },
            "entry": ["add"], "result": "log",
        }),
    }
}

fn using(block: &str) -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["tax"]},
        "tax": {"type": "block", "children": ["done"], "payload": {
            "blockId": block, "inputs": {"amount": "{{root.result.body.amount}}", "rate": 0.2},
        }},
        "done": {"type": "log", "payload": {"message": "{{tax.result.message}}"}},
    }})
}

#[test]
fn a_block_becomes_concrete_nodes_that_remember_where_they_come_from() {
    let blocks = BTreeMap::from([("blk_1".to_owned(), tax())]);
    let definition = using("blk_1");
    assert_eq!(references(&definition).into_iter().collect::<Vec<_>>(), ["blk_1"]);
    let expanded = expand(&definition, &blocks).expect("it expands");
    let nodes = &expanded["nodes"];
    let ids: Vec<_> = nodes.as_object().map(|it| it.keys().cloned().collect()).unwrap_or_default();
    assert_eq!(ids, ["done", "root", "tax__add", "tax__log"]);
    assert_eq!(nodes["root"]["children"], json!(["tax__add"]));
    assert_eq!(nodes["tax__add"]["children"], json!(["tax__log"]));
    assert_eq!(nodes["tax__log"]["children"], json!(["done"]));
    assert_eq!(
        nodes["tax__add"]["payload"],
        json!({"sum": "{{(root.result.body.amount) * (1 + 0.2)}}",
               "plain": "{{root.result.body.amount}}"})
    );
    assert_eq!(
        nodes["tax__log"]["payload"]["message"],
        "add.result: {{tax__add.result.sum}} {{$nodes.tax__add.result}} {{'add.result'}}"
    );
    assert_eq!(nodes["done"]["payload"]["message"], "{{tax__log.result.message}}");
    assert_eq!(
        expanded["blockExpansions"]["tax"],
        json!({"blockId": "blk_1", "version": 3, "name": "Tax", "result": "tax__log",
               "nodes": {"add": "tax__add", "log": "tax__log"}})
    );
    // It is a definition like any other.
    assert!(engine::parse(&expanded).is_ok(), "{expanded:#}");
}

#[test]
fn blocks_stand_in_one_another_to_a_bound_and_never_in_themselves() {
    let nesting = |inner: &str| Block {
        definition: json!({
            "nodes": {"in": {"type": "block", "payload": {
                "blockId": inner, "inputs": {"amount": "{{$inputs.amount}}", "rate": 1}}}},
            "entry": ["in"], "result": "in",
        }),
        ..tax()
    };
    let blocks = BTreeMap::from([
        ("blk_1".to_owned(), tax()),
        ("blk_2".to_owned(), nesting("blk_1")),
        ("blk_me".to_owned(), nesting("blk_me")),
    ]);
    let expanded = expand(&using("blk_2"), &blocks).expect("it expands");
    let nodes = &expanded["nodes"];
    assert_eq!(nodes["root"]["children"], json!(["tax__in__add"]));
    assert_eq!(nodes["tax__in__log"]["children"], json!(["done"]));
    assert_eq!(nodes["done"]["payload"]["message"], "{{tax__in__log.result.message}}");
    assert_eq!(nodes["tax__in__add"]["payload"]["plain"], "{{root.result.body.amount}}");
    assert_eq!(expanded["blockExpansions"]["tax"]["result"], "tax__in__log");

    let faults = expand(&using("blk_me"), &blocks).expect_err("a circle");
    assert!(faults[0].message.contains("itself"), "{faults:?}");
    let faults = expand(&using("blk_9"), &blocks).expect_err("unknown");
    assert_eq!(places(&faults), ["/nodes/tax/payload/blockId"]);
    let deep: BTreeMap<String, Block> =
        (0..9).map(|n| (format!("blk_{n}"), nesting(&format!("blk_{}", n + 1)))).collect();
    let faults = expand(&using("blk_0"), &deep).expect_err("too deep");
    assert!(faults[0].message.contains("at most 5 deep"), "{faults:?}");
}

#[test]
fn a_block_begins_somewhere_and_has_a_result() {
    let inputs = tax().inputs;
    assert_eq!(check(Kind::Block, &inputs, &tax().definition), []);
    let faults = check(
        Kind::Block,
        &inputs,
        &json!({
            "nodes": {"a": {"type": "log", "payload": {"message": "{{$props.x}}"}, "children": ["z"]}},
            "entry": [], "result": "q", "visibility": "org",
        }),
    );
    assert_eq!(
        places(&faults),
        [
            "/definition/nodes/a/payload/message",
            "/definition/visibility",
            "/definition/nodes/a/children",
            "/definition/entry",
            "/definition/result"
        ]
    );
}
