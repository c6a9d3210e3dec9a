//! What a model said, read and judged without a server.

use serde_json::{Value, json};

use super::conversation::{Call, Conversation, Fault, Message};
use super::tools::{Does, Tool, Toolbox};
use super::wire::{self, Bound};
use crate::access::{Permission, Permissions, Role};

fn raw(text: &str) -> Box<serde_json::value::RawValue> {
    serde_json::value::RawValue::from_string(text.to_owned()).unwrap()
}

fn call(id: &str, tool: &str) -> Call {
    Call { id: id.to_owned(), tool: tool.to_owned(), arguments: raw("{}") }
}

fn person(text: &str) -> Message {
    Message::Person(text.to_owned())
}

fn result(id: &str) -> Message {
    Message::Tool { call_id: id.to_owned(), result: "[]".to_owned() }
}

fn calls(ids: &[&str]) -> Message {
    let calls = ids.iter().map(|id| call(id, "list_runs")).collect();
    Message::Assistant { text: None, calls }
}

#[test]
fn no_tool_signs_or_moves_money() {
    let money = [Permission::WalletsManage, Permission::WalletsApprove, Permission::PoliciesManage];
    for tool in Tool::all() {
        assert!(!tool.permission.is_some_and(|wanted| money.contains(&wanted)), "{}", tool.name);
    }
    let acting: Vec<_> =
        Tool::all().iter().filter(|it| it.does == Does::Act).map(|it| it.name.as_str()).collect();
    let expected = [
        "start_run",
        "cancel_run",
        "retry_run",
        "claim_task",
        "complete_task",
        "pause_workflow",
        "resume_workflow",
        "draft_workflow",
    ];
    assert_eq!(acting, expected, "whoever adds one says so in docs/assistant.md");
}

#[test]
fn every_tool_is_named_once_and_documented() {
    let page = include_str!("../../docs/assistant.md");
    for tool in Tool::all() {
        assert_eq!(Tool::all().iter().filter(|it| it.name == tool.name).count(), 1);
        assert!(page.contains(&format!("| `{}` |", tool.name)), "{}", tool.name);
        assert_eq!(tool.parameters["additionalProperties"], json!(false), "{}", tool.name);
    }
}

#[test]
fn a_model_is_told_only_of_what_the_person_may_do() {
    let viewer = Toolbox::of(Role::Viewer.permissions());
    assert!(viewer.get("list_runs").is_some() && viewer.get("search_manual").is_some());
    assert!(viewer.iter().all(|tool| tool.does == Does::Read));
    assert!(Toolbox::of(Permissions::NONE).get("list_runs").is_none());
    assert!(Toolbox::of(Role::Owner.permissions()).get("start_run").is_some());
}

#[test]
fn a_conversation_has_the_result_of_each_call_before_it_goes_on() {
    let good = vec![person("a"), calls(&["1", "2"]), result("2"), result("1"), person("b")];
    assert_eq!(Conversation::read(good).unwrap().len(), 5);
    for (bad, at) in [
        (vec![], None),
        (vec![person(" ")], Some(0)),
        (vec![person("a"), calls(&["1"])], None),
        (vec![person("a"), calls(&["1"]), person("b")], Some(2)),
        (vec![person("a"), result("1")], Some(1)),
        (vec![person("a"), calls(&["1", "1"]), result("1")], Some(1)),
        (vec![person("a"), calls(&["1"]), result("1"), result("1")], Some(3)),
        (vec![person("a"), Message::Assistant { text: None, calls: vec![] }], Some(1)),
        (vec![person("a"), Message::Assistant { text: Some("b".into()), calls: vec![] }], None),
        (
            vec![person("a"), Message::Assistant { text: None, calls: vec![call("1", "sign")] }],
            Some(1),
        ),
        (vec![person(&"x".repeat(8_001))], Some(0)),
        (vec![person("a"); 201], None),
    ] {
        let Fault { message, .. } = Conversation::read(bad.clone()).unwrap_err();
        assert_eq!(message, at, "{bad:?}");
    }
}

#[test]
fn arguments_go_back_to_the_provider_digit_by_digit() {
    let arguments = r#"{"input": {"wei": 115792089237316195423570985008687907853269984665640564039457584007913129639935}}"#;
    let call = Call { id: "1".to_owned(), tool: "start_run".to_owned(), arguments: raw(arguments) };
    let said = [Message::Assistant { text: None, calls: vec![call] }];
    let tools = Toolbox::of(Permissions::ALL);
    let body = wire::request(("m", Bound::Before), "p", &said, &tools);
    assert_eq!(body["messages"][1]["tool_calls"][0]["function"]["arguments"], json!(arguments));
    assert_eq!(body["max_tokens"], json!(wire::MAX_TOKENS));
    assert_eq!(body["tools"].as_array().unwrap().len(), Tool::all().len());
}

fn said(message: &Value) -> Vec<u8> {
    json!({ "choices": [{ "message": message }] }).to_string().into_bytes()
}

#[test]
fn answers_are_read_as_the_many_servers_give_them() {
    let read = |message: &Value| wire::read(&said(message));
    let parts = json!({ "content": [{ "type": "text", "text": "a" }, { "text": "b" }] });
    assert_eq!(read(&parts).unwrap().text.unwrap(), "ab");
    let refused = json!({ "content": null, "refusal": "no" });
    assert_eq!(read(&refused).unwrap().text.unwrap(), "no");
    let called = json!({ "content": "", "tool_calls": [
        { "function": { "name": "a", "arguments": { "x": 1 } } },
        { "id": "", "function": { "name": "b", "arguments": "" } },
        { "id": "call_0", "function": { "name": "c" } },
        { "id": "own", "function": { "name": "d", "arguments": "{\"y\":2}" } },
    ] });
    let spoken = read(&called).unwrap();
    assert_eq!(spoken.text, None);
    let told: Vec<_> = spoken.calls.iter().map(|it| (&*it.id, &*it.arguments)).collect();
    assert_eq!(
        told,
        [("call_0", r#"{"x":1}"#), ("call_1", "{}"), ("call_2", "{}"), ("own", r#"{"y":2}"#)]
    );
}

#[test]
fn what_is_no_answer_is_told_without_quoting_it() {
    let many = json!({ "tool_calls": vec![json!({ "function": { "name": "a" } }); 9] });
    for body in [
        b"<html>secret</html>".to_vec(),
        b"{\"choices\": [".to_vec(),
        json!({ "choices": [] }).to_string().into_bytes(),
        json!({ "secret": "secret" }).to_string().into_bytes(),
        said(&json!({ "content": "  " })),
        said(&many),
    ] {
        let fault = wire::read(&body).unwrap_err();
        assert!(!fault.contains("secret"), "{fault}");
    }
    assert_eq!(wire::refusal(br#"{"error": {"message": "m"}}"#).unwrap(), "m");
    assert_eq!(wire::refusal(br#"{"error": "e"}"#).unwrap(), "e");
    assert_eq!(wire::refusal(b"<html>"), None);
}
