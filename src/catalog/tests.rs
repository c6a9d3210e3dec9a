//! Given a manifest and a payload, what is wrong with it?

use std::collections::{BTreeMap, BTreeSet};

use engine::Catalog as _;
use serde_json::{Value, json};
use time::macros::datetime;

use super::{Example, Registry, Role, Schema, Stage};

fn told(kind: &str, payload: &Value, stage: Stage) -> Vec<String> {
    let problems = Registry::builtin().problems(kind, payload, stage);
    problems.into_iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
}

fn told_by(schema: &Value, value: &Value) -> Vec<String> {
    let problems = Schema::compile(schema).unwrap().problems(value, Stage::Run);
    problems.into_iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
}

#[test]
fn every_example_fits_its_own_schemas() {
    for spec in Registry::builtin().specs() {
        let payload = told(&spec.kind, &spec.example_usage.payload, Stage::Design);
        assert_eq!(payload, [""; 0], "the payload of {}", spec.kind);
        let result = told_by(&spec.result_schema, &spec.example_usage.result);
        assert_eq!(result, [""; 0], "the result of {}", spec.kind);
    }
}

/// What a run of this one node, started by that body, makes of the payload.
fn executed(kind: &str, example: &Example) -> engine::Run {
    let definition = engine::parse(&json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["n"]},
        "n": {"type": kind, "payload": example.payload},
    }}));
    let body: engine::Json = example.body.clone().into();
    let facts = engine::start(engine::Start {
        definition: definition.unwrap().into(),
        workflow: engine::WorkflowRef { id: "wf_example".into(), version: 1 },
        trigger: engine::Trigger {
            kind: "manual".into(),
            source: "manual".into(),
            body: body.clone(),
            headers: BTreeMap::new(),
        },
        input: body,
        run_id: "run_example".into(),
        source_run: None,
        carried: BTreeMap::new(),
        parent: None,
        variables: None,
        subject: None,
        at: datetime!(2026-11-21 07:00 UTC),
        chance: 0.5,
    });
    let mut run = engine::Run::default();
    for fact in &facts {
        run.apply(fact);
    }
    run
}

#[test]
fn every_pure_node_gives_the_result_that_its_example_promises() {
    /// Those whose end is not the payload's alone.
    const APART: [(&str, &str); 9] = [
        ("delay", "it ends later"),
        ("wait", "it ends by what happens meanwhile"),
        ("manual-task", "it ends by what a person does"),
        ("call-workflow", "it ends with another run"),
        ("trigger-workflow", "it ends when another run has begun"),
        ("for-each", "it executes other nodes; the tests of loops show what it gives"),
        ("join", "it gives what others gave; the tests of joins show it"),
        ("set-variable", "it needs a variable that the definition declares"),
        ("fail", "it gives no result"),
    ];
    for kind in engine::logic_types() {
        let spec = Registry::builtin().spec(kind);
        let spec = spec.unwrap_or_else(|| panic!("{kind} has no manifest"));
        // Those that wait for the signer end by what it says.
        if engine::waits_for_signer(kind) || APART.iter().any(|(apart, _)| *apart == kind) {
            continue;
        }
        let run = executed(kind, &spec.example_usage);
        let node = run.node(&"n".into()).unwrap();
        assert_eq!(run.failure(), None, "{kind}");
        assert_eq!(
            node.result().map(|result| &**result),
            Some(&spec.example_usage.result),
            "{kind}"
        );
    }
}

#[test]
fn every_manifest_is_found_by_a_valid_name_and_refuses_unknown_fields() {
    let specs: Vec<_> = Registry::builtin().specs().collect();
    let names: BTreeSet<_> = specs.iter().map(|spec| spec.kind.clone()).collect();
    assert_eq!(names.len(), specs.len());
    assert_eq!(Registry::builtin().known_types(), Vec::from_iter(names));
    for spec in specs {
        let name = spec
            .kind
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(name, "{} is not a valid name", spec.kind);
        let mut payload = spec.example_usage.payload.clone();
        payload["nonsense"] = json!(1);
        let problems = told(&spec.kind, &payload, Stage::Design);
        assert!(problems.iter().any(|told| told.starts_with("/nonsense: ")), "{problems:?}");
        assert!(spec.description.ends_with('.') && !spec.tags.is_empty(), "{}", spec.kind);
    }
}

#[test]
fn the_engine_sees_roles_and_branches() {
    let registry = Registry::builtin();
    let node_type = registry.node_type("wait").unwrap();
    assert_eq!(
        (node_type.role, node_type.branches),
        (engine::Role::Logic, &["resumed", "timed_out"][..])
    );
    assert_eq!(registry.node_type("if").unwrap().branches, ["then", "else"]);
    assert_eq!(registry.node_type("http-request").unwrap().role, engine::Role::Action);
    assert_eq!(registry.spec("manual").unwrap().role, Role::Trigger);
    assert_eq!(registry.node_type("teleport"), None);
}

#[test]
fn the_form_of_a_task_must_be_a_schema_that_is_ready_when_it_is_drawn() {
    let problems = |form| told("manual-task", &json!({"title": "x", "form": form}), Stage::Design);
    assert_eq!(problems(json!({"type": "object", "required": ["a"]})), [] as [String; 0]);
    let wrong = problems(json!({"properties": {"a": {"type": "nmber"}}}));
    assert!(wrong[0].starts_with("/form/properties/a/type: it is no usable"), "{wrong:?}");
    let open = problems(json!({"properties": {"a": {"maximum": "{{$props.limit}}"}}}));
    assert!(open[0].starts_with("/form: a schema is checked when it is drawn"), "{open:?}");
    let far = problems(json!({"$ref": "https://example.com/form.json"}));
    assert!(far[0].starts_with("/form"), "{far:?}");
}

#[test]
fn all_problems_are_told_at_once_each_with_its_place_and_cure() {
    let payload = json!({
        "methd": "POST", "method": "FETCH", "url": "ftp://example.com", "timeoutMs": 0,
        "headers": {"a b": "x", "ok": 1}, "expectStatus": [200, "ok"],
    });
    let problems = told("http-request", &payload, Stage::Design);
    let expected = [
        "/methd: `methd` is not known here: known are ",
        "/method: expected one of `GET`, `POST`, `PUT`",
        "/url: does not have the form ^[hH][tT][tT][pP][sS]?://; for example `https://api.example.com/v1/orders`",
        "/timeoutMs: must be at least 1",
        "/headers: has a field whose name does not have the form",
        "/headers/ok: expected a string, found a number",
        "/expectStatus/1: expected an integer, found a string",
    ];
    for start in expected {
        assert!(
            problems.iter().any(|told| told.starts_with(start)),
            "{start} not in {problems:#?}"
        );
    }
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
}

#[test]
fn what_is_missing_or_given_twice_is_named() {
    assert_eq!(told("http-request", &json!({}), Stage::Design), [": `url` is missing"]);
    assert_eq!(
        told("delay", &json!({}), Stage::Design),
        [": one of `delayMs`, `duration` is missing"]
    );
    let both = json!({"delayMs": 1, "duration": "1s"});
    assert_eq!(told("delay", &both, Stage::Design), [": give only one of `delayMs`, `duration`"]);
    let odd = json!({"duration": "soon"});
    let message = "/duration: does not have the form ^(P[0-9TWDHMS]+|([0-9]+(ms|w|d|h|m|s))+)$; for example `15m`";
    assert_eq!(told("delay", &odd, Stage::Design), [message]);
}

#[test]
fn conditions_are_checked_to_their_last_operator() {
    let condition = |condition: Value| told("if", &json!({"condition": condition}), Stage::Design);
    let none: [String; 0] = [];
    assert_eq!(condition(json!({"$and": [{"{{a.result.x}}": {"$gt": 1, "$lt": 5}}]})), none);
    assert_eq!(
        condition(
            json!({"$or": [{"$not": {"x": {"$eq": 1}}}, {"$and": [{"y": {"$in": [], "$exists": true}}]}]})
        ),
        none
    );
    let problems = condition(json!({"$and": [{"x": {"$equals": 1}}]}));
    assert!(
        problems[0]
            .starts_with("/condition/$and/0/x/$equals: `$equals` is not known here: known are "),
        "{problems:?}"
    );
    let problems = condition(json!({"$and": [{"x": {"$in": "a"}}]}));
    assert_eq!(problems, ["/condition/$and/0/x/$in: expected an array, found a string"]);
    assert_eq!(condition(json!({"$and": []})), ["/condition/$and: must have at least one item"]);
    assert_eq!(
        condition(json!({"$and": [{"x": 1}]})),
        ["/condition/$and/0/x: expected an object, found a number"]
    );
    let problems = condition(json!({"x": {"$eq": 1}}));
    assert_eq!(problems, ["/condition/x: `x` is not known here: known are `$and`, `$or`"]);
    let problems = condition(json!({}));
    assert_eq!(problems, ["/condition: must not be empty: known are `$and`, `$or`"]);
}

#[test]
fn an_expression_may_stand_for_anything_until_it_is_resolved() {
    let payload = json!({
        "url": "{{root.result.body.url}}", "timeoutMs": "{{$props.timeout}}",
        "headers": "{{root.result.headers}}", "expectStatus": ["{{$props.status}}"],
    });
    assert!(told("http-request", &payload, Stage::Design).is_empty());
    let problems = told("http-request", &payload, Stage::Run);
    assert_eq!(problems.len(), 4, "{problems:#?}");
    let payload = json!({"array": "{{a.result.rows}}", "field": "x"});
    assert!(told("pluck", &payload, Stage::Design).is_empty());
}

#[test]
fn an_alternative_that_only_an_expression_keeps_from_fitting_may_fit_later() {
    let schema = json!({"anyOf": [{"type": "object", "properties": {"n": {"type": "integer"}}}, {"type": "integer"}]});
    let schema = Schema::compile(&schema).unwrap();
    assert!(schema.problems(&json!({"n": "{{x}}"}), Stage::Design).is_empty());
    assert_eq!(schema.problems(&json!({"n": "text"}), Stage::Design).len(), 1);
    assert_eq!(schema.problems(&json!({"n": "{{x}}"}), Stage::Run).len(), 1);
}

#[test]
fn problems_never_tell_the_value() {
    for kind in Registry::builtin().known_types() {
        let payload = json!({
            "url": "hunter2", "method": "hunter2", "headers": {"x": ["hunter2"]}, "condition": "hunter2",
            "duration": "hunter2", "delayMs": "hunter2", "code": "HUNTER2 hunter2", "message": 1,
            "triggerType": "hunter2", "array": "hunter2", "data": "hunter2", "inputSchema": "hunter2",
        });
        for told in told(&kind, &payload, Stage::Run) {
            assert!(!told.contains("hunter2"), "{kind}: {told}");
        }
    }
}

#[test]
fn a_schema_fetches_and_opens_nothing() {
    for reference in [
        "http://127.0.0.1:9/x.json",
        "https://example.com/x.json",
        "file:///etc/passwd",
        "other.json",
    ] {
        let error = Schema::compile(&json!({"$ref": reference})).unwrap_err();
        assert!(error.to_string().starts_with("the schema cannot be used"), "{error}");
    }
    assert!(
        Schema::compile(&json!({"$ref": "https://json-schema.org/draft/2020-12/schema"})).is_ok()
    );
}

#[test]
fn a_pattern_that_would_backtrack_for_ever_is_harmless() {
    let evil = "a".repeat(50_000) + "!";
    let told = told_by(&json!({"pattern": "^(a+)+$"}), &json!(evil));
    assert_eq!(told.len(), 1);
}

#[test]
fn an_input_schema_must_be_a_schema() {
    let problems = told("manual", &json!({"inputSchema": {"type": "text"}}), Stage::Design);
    assert!(problems[0].starts_with("/inputSchema/type: "), "{problems:?}");
    let problems = told("webhook", &json!({"inputSchema": 3}), Stage::Design);
    assert!(problems[0].starts_with("/inputSchema: "), "{problems:?}");
}

#[test]
fn an_unknown_field_is_named_even_when_its_value_is_an_expression() {
    let definition = engine::parse(&json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["told"]},
        "told": {"type": "log", "payload": {"message": "m", "mesage": "{{$trigger.body.x}}"}}
    }}));
    let problems = engine::validate(&definition.unwrap(), Registry::builtin());
    let paths: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["/nodes/told/payload/mesage"]);
}

#[test]
fn every_note_is_of_a_type_that_there_is() {
    for (kind, _) in super::document::NOTES {
        assert!(Registry::builtin().spec(kind).is_some(), "{kind}");
    }
}
