//! `chainkeel test`, as it is called in a terminal and in CI.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

struct Said {
    code: Option<i32>,
    text: String,
}

fn test(directory: &Path, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_chainkeel"))
        .arg("test")
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .output()
        .unwrap();
    Said { code: output.status.code(), text: String::from_utf8(output.stdout).unwrap() }
}

/// A directory with a workflow and a test of it with these cases.
fn written(cases: &Value) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let workflow = json!({
        "name": "Ask and say",
        "definition": { "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["ask"] },
            "ask": { "type": "http-request", "payload": { "method": "GET", "url": "https://example.org" }, "children": ["say"] },
            "say": { "type": "log", "payload": { "message": "it costs {{ask.result.body.price}}" } },
        } },
    });
    let test = json!({
        "name": "What is asked is said", "workflow": "../price.json",
        "sharedMocks": [{ "node": "ask", "response": { "body": { "price": 42 } } }],
        "cases": cases,
    });
    fs::create_dir(directory.path().join("tests")).unwrap();
    fs::write(directory.path().join("price.json"), workflow.to_string()).unwrap();
    fs::write(directory.path().join("tests/price.test.json"), test.to_string()).unwrap();
    directory
}

fn two_cases() -> Value {
    json!([
        { "caseId": "right", "expectedOutput": { "say": { "message": "it costs 42" } } },
        { "caseId": "wrong", "expectedOutput": { "say": { "message": "it costs 43" } } },
    ])
}

#[test]
fn the_examples_are_tested_without_a_server() {
    let said = test(Path::new(env!("CARGO_MANIFEST_DIR")), &["examples"]);
    assert_eq!(said.code, Some(0), "{}", said.text);
    assert!(said.text.ends_with("26 passed, 0 failed\n"), "{}", said.text);
}

#[test]
fn a_case_that_fails_says_where_expected_and_actual_differ() {
    let directory = written(&two_cases());
    let said = test(directory.path(), &["."]);
    assert_eq!(said.code, Some(1));
    for line in [
        "  ok      right\n",
        "  FAILED  wrong\n",
        "output $.output\n",
        "/say/message\n",
        "expected \"it costs 43\"\n",
        "actual   \"it costs 42\"\n",
        "\n1 passed, 1 failed\n",
    ] {
        assert!(said.text.contains(line), "{line:?} is missing in:\n{}", said.text);
    }
}

#[test]
fn a_filter_plays_some_cases_only() {
    let directory = written(&two_cases());
    let said = test(directory.path(), &["tests/price.test.json", "--filter", "righ"]);
    assert_eq!(said.code, Some(0));
    assert!(said.text.ends_with("\n1 passed, 0 failed\n"), "{}", said.text);
}

#[test]
fn programs_read_json_and_ci_reads_junit() {
    let directory = written(&two_cases());
    let said = test(directory.path(), &["tests", "--json", "--junit", "report.xml"]);
    assert_eq!(said.code, Some(1));
    let report: Value = serde_json::from_str(&said.text).unwrap();
    assert_eq!((&report["passed"], &report["failed"]), (&json!(1), &json!(1)));
    let wrong = &report["tests"][0]["cases"][1];
    assert_eq!(wrong["status"], "failed");
    assert_eq!(wrong["assertions"][1]["differences"][0]["pointer"], "/say/message");

    let xml = fs::read_to_string(directory.path().join("report.xml")).unwrap();
    assert!(xml.contains(r#"<testsuites tests="2" failures="1" errors="0">"#), "{xml}");
    assert!(xml.contains(r#"<testcase name="wrong""#), "{xml}");
    assert!(xml.contains("it costs 43"), "{xml}");
}

#[test]
fn a_call_that_is_not_mocked_says_how_to_mock_it() {
    let directory = written(&two_cases());
    let path = directory.path().join("tests/price.test.json");
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("sharedMocks\":[{", "sharedMocks\":[{\"occurrence\":2,");
    fs::write(&path, text).unwrap();
    let said = test(directory.path(), &["."]);
    assert_eq!(said.code, Some(1));
    assert!(said.text.contains("ERROR   right"), "{}", said.text);
    assert!(said.text.contains("call 1 of node \"ask\""), "{}", said.text);
}

#[test]
fn files_that_cannot_be_played_are_named_with_place_and_cure() {
    let directory = written(&two_cases());
    let tests = directory.path().join("tests");
    let write = |name: &str, text: &str| fs::write(tests.join(name), text).unwrap();
    write("json.test.json", "{ \"name\": ");
    write(
        "field.test.json",
        r#"{ "name": "t", "workflow": "../price.json", "cases": [{ "caseId": "a", "mocks": [] }] }"#,
    );
    write(
        "server.test.json",
        r#"{ "name": "t", "targetId": "wf_01h455vb4pex5vsknk084sn02q", "cases": [{ "caseId": "a" }] }"#,
    );
    write(
        "missing.test.json",
        r#"{ "name": "t", "workflow": "./nothing.json", "cases": [{ "caseId": "a" }] }"#,
    );
    write("none.test.json", r#"{ "name": "t", "cases": [{ "caseId": "a" }] }"#);
    write(
        "invalid.test.json",
        r#"{ "name": "t", "workflow": "./invalid.json", "cases": [{ "caseId": "a" }] }"#,
    );
    write(
        "invalid.json",
        r#"{ "nodes": { "root": { "type": "manual", "payload": {}, "children": ["nobody"] } } }"#,
    );
    let said = test(directory.path(), &["tests"]);
    assert_eq!(said.code, Some(2));
    for (file, told) in [
        ("json.test.json", "it is not JSON"),
        ("field.test.json", "/cases/0/mocks: unknown field `mocks`"),
        ("server.test.json", "is on a server: name a file"),
        ("missing.test.json", "nothing.json: it cannot be read"),
        ("none.test.json", "add \"workflow\": \"./FILE.json\""),
        ("invalid.test.json", "invalid.json: /nodes/root/children/0: "),
    ] {
        let at = said.text.find(file).unwrap_or_else(|| panic!("{file} in\n{}", said.text));
        let section = said.text[at..].split("\n\n").next().unwrap();
        assert!(section.contains(told), "{told:?} in:\n{section}");
    }
    assert!(said.text.ends_with("1 passed, 1 failed, 6 files cannot be played\n"), "{}", said.text);
}

#[test]
fn a_directory_without_tests_is_a_mistake() {
    let directory = tempfile::tempdir().unwrap();
    let said = test(directory.path(), &["."]);
    assert_eq!(said.code, Some(2));
    assert!(said.text.contains("there is no file *.test.json below it"), "{}", said.text);
    assert_eq!(test(directory.path(), &["nothing.test.json"]).code, Some(2));
}
