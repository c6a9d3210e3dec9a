//! Given an interface, its faults; given an answer, its faults. The table of cases is the browser's, too.

use serde_json::{Value, json};

use super::{Component, Condition, check, problems};

fn cases() -> Value {
    serde_json::from_str(include_str!("../../tests/interfaces/cases.json"))
        .expect("a table of cases")
}

fn component(value: Value) -> Component {
    serde_json::from_value(value).expect("an interface")
}

fn places(value: &Value) -> Vec<String> {
    check(&component(value.clone())).into_iter().map(|fault| fault.path).collect()
}

fn form(fields: &Value) -> Value {
    json!({ "name": "Form", "componentType": "Form", "fields": fields })
}

fn text(key: &str) -> Value {
    json!({ "fieldKey": key, "label": key, "type": "text" })
}

#[test]
fn a_condition_holds_when_the_table_says_so() {
    for case in cases()["conditions"].as_array().unwrap() {
        let condition: Condition = serde_json::from_value(case["when"].clone()).unwrap();
        let data = case.get("data").cloned().unwrap_or_default();
        let holds = condition.holds(case["answers"].as_object().unwrap(), &data);
        assert_eq!(Some(holds), case["holds"].as_bool(), "{}", case["says"]);
    }
}

#[test]
fn an_answer_has_the_faults_that_the_table_says() {
    let cases = cases();
    let component = component(cases["component"].clone());
    assert_eq!(check(&component), [], "the interface of the table");
    for case in cases["answers"].as_array().unwrap() {
        let found = problems(&component, &Value::Null, &case["answer"]);
        let found: Vec<String> = found.into_iter().map(|fault| fault.path).collect();
        assert_eq!(json!(found), case["faults"], "{}", case["says"]);
    }
}

#[test]
fn every_fault_of_an_interface_has_its_place() {
    let select = |options: Value| json!([{ "fieldKey": "a", "label": "A", "type": "select", "options": options }]);
    let with = |key: &str, value: Value| {
        let mut field = text("a");
        field[key] = value;
        json!([text("first"), field])
    };
    let rule = |rule: Value| with("validationRules", json!([rule]));
    for (fields, place) in [
        (json!([text("a"), text("a")]), "/fields/1/fieldKey"),
        (json!([text("1a")]), "/fields/0/fieldKey"),
        (json!([text("action")]), "/fields/0/fieldKey"),
        (select(json!([])), "/fields/0/options"),
        (select(json!([{ "value": "x" }, { "value": "x" }])), "/fields/0/options/1/value"),
        (with("options", json!([{ "value": "x" }])), "/fields/1/options"),
        (with("default", json!(7)), "/fields/1/default"),
        (with("label", json!(" ")), "/fields/1/label"),
        (with("helpText", json!("{{root.result}}")), "/fields/1/helpText"),
        (with("visibleIf", json!({ "field": "a", "equals": 1 })), "/fields/1/visibleIf/field"),
        (with("visibleIf", json!({ "field": "first" })), "/fields/1/visibleIf"),
        (
            with("visibleIf", json!({ "field": "first", "equals": 1, "filled": true })),
            "/fields/1/visibleIf",
        ),
        (with("visibleIf", json!({ "any": [] })), "/fields/1/visibleIf/any"),
        (
            with("visibleIf", json!({ "data": "amount", "filled": true })),
            "/fields/1/visibleIf/data",
        ),
        (rule(json!({ "type": "min", "value": 1 })), "/fields/1/validationRules/0"),
        (rule(json!({ "type": "minLength", "value": -1 })), "/fields/1/validationRules/0"),
        (rule(json!({ "type": "pattern", "value": "(" })), "/fields/1/validationRules/0"),
        (
            rule(json!({ "type": "pattern", "value": "(?:a{1000}){1000}" })),
            "/fields/1/validationRules/0",
        ),
        (rule(json!({ "type": "oneOf", "value": [] })), "/fields/1/validationRules/0"),
        (rule(json!({ "type": "required", "value": true })), "/fields/1/validationRules/0"),
    ] {
        assert_eq!(places(&form(&fields)), [place], "{fields}");
    }
}

#[test]
fn a_layout_names_the_fields_that_there_are_each_once() {
    for (layout, place) in [
        (json!({ "columns": 5 }), "/layout/columns"),
        (json!({ "order": ["b", "z"] }), "/layout/order/1"),
        (json!({ "order": ["b", "b"] }), "/layout/order/1"),
        (
            json!({ "sections": [{ "title": "One", "fields": ["a", "a"] }] }),
            "/layout/sections/0/fields/1",
        ),
        (json!({ "areas": [["a", "b"], ["a"]] }), "/layout/areas"),
        (json!({ "areas": [["a", "b"], ["b", "a"]] }), "/layout/areas"),
        (json!({ "areas": [["a", "z"]] }), "/layout/areas/0/1"),
    ] {
        let mut form = form(&json!([text("a"), text("b")]));
        form["layout"] = layout.clone();
        let found = places(&form);
        assert!(!found.is_empty() && found.iter().all(|it| it == place), "{layout}: {found:?}");
    }
    let mut good = form(&json!([text("a"), text("b")]));
    good["layout"] =
        json!({ "type": "grid", "areas": [["a", "a"], [".", "b"]], "spacing": "large" });
    assert_eq!(places(&good), [""; 0]);
}

#[test]
fn each_type_has_what_belongs_to_it() {
    let of = |kind: &str, more: Value| {
        let mut value = json!({ "name": "X", "componentType": kind });
        for (key, part) in more.as_object().unwrap() {
            value[key] = part.clone();
        }
        value
    };
    let action = json!([{ "actionKey": "go", "label": "Go", "style": "primary" }]);
    for (value, place) in [
        (of("Form", json!({})), "/fields"),
        (
            of("Modal", json!({ "actions": action, "customProps": { "displayType": "card" } })),
            "/customProps",
        ),
        (of("Display", json!({})), "/customProps"),
        (
            of("Display", json!({ "customProps": { "displayType": "card" }, "actions": action })),
            "/actions",
        ),
        (of("Custom", json!({ "actions": action })), "/customProps"),
        (of("Custom", json!({ "customProps": { "displayType": "actions" } })), "/actions"),
        (
            of(
                "Display",
                json!({ "customProps": { "displayType": "table", "columns": [{ "key": "a" }],
                "flagConfig": [{ "flag": "error", "label": "Bad", "column": "b", "when": { "field": "a", "filled": true } }] } }),
            ),
            "/customProps/flagConfig/0/column",
        ),
    ] {
        assert_eq!(places(&value), [place], "{value}");
    }
}

#[test]
fn a_button_is_one_that_was_offered() {
    let component = component(json!({
        "name": "X", "componentType": "Custom", "customProps": { "displayType": "actions" },
        "actions": [
            { "actionKey": "approve", "label": "Approve", "style": "primary", "visibleIf": { "data": "/amount", "lessThan": 100 } },
            { "actionKey": "ask", "label": "Ask", "style": "secondary" },
            { "actionKey": "reject", "label": "Reject", "style": "danger" },
        ],
    }));
    assert_eq!(check(&component), []);
    let faults = |amount: i64, answer: Value| {
        problems(&component, &json!({ "amount": amount }), &answer).len()
    };
    assert_eq!(faults(99, json!({ "action": "approve" })), 0);
    assert_eq!(faults(100, json!({ "action": "approve" })), 1, "it was not offered");
    assert_eq!(faults(100, json!({ "action": "ask" })), 0);
    assert_eq!(faults(100, json!({})), 1);
    // To reject is an order of its own.
    assert_eq!(faults(100, json!({ "action": "reject" })), 1);
}

#[test]
fn a_file_is_small_and_in_base64() {
    let field = json!([{ "fieldKey": "file", "label": "File", "type": "file" }]);
    let component = component(form(&field));
    let faults = |data: &str| {
        let answer = json!({ "file": { "name": "a.txt", "type": "text/plain", "data": data } });
        problems(&component, &Value::Null, &answer).len()
    };
    assert_eq!((faults("aGk="), faults("hi!"), faults(&"A".repeat(200_000))), (0, 1, 1));
}
