//! Loops: what their iterations see, how many are under way, where they end.

use chainkeel_engine::{Definition, Fact, MAX_ITERATIONS, RunStatus, check, verify};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::support::{TestCatalog, World, definition, lasting, log, started_with, story};

/// `each` pays every item of the trigger's list, and `done` follows.
fn payouts(options: &Value) -> Arc<Definition> {
    let mut payload = json!({ "array": "{{$trigger.body.items}}" });
    if let (Some(payload), Some(options)) = (payload.as_object_mut(), options.as_object()) {
        payload.extend(options.clone());
    }
    definition(
        &["each"],
        json!({
            "each": { "type": "for-each", "payload": payload, "loopBody": ["pay"], "children": ["done"] },
            "pay": { "type": "http-request", "payload": { "url": "https://example.org", "to": "{{$item.to}}", "n": "{{$index}}" }, "children": ["note"] },
            "note": log("paid {{$item.to}} by {{pay.result.tx}}", &[]),
            "done": log("{{each.result.iterationCount}} paid", &[]),
        }),
    )
}

fn recipients(count: usize) -> Value {
    let items: Vec<Value> =
        (0..count).map(|number| json!({ "to": format!("0x{number}") })).collect();
    json!({ "items": items })
}

fn in_flight(world: &World) -> Vec<String> {
    world.run.effects_in_flight().map(|effect| effect.node.to_string()).collect()
}

fn replays(world: &World) {
    assert_eq!(verify(&world.facts).divergence, None);
}

#[test]
fn a_sequential_loop_executes_its_body_item_by_item() {
    let mut world = World::with(&payouts(&json!({})), recipients(2));

    assert_eq!(in_flight(&world), ["pay.0"]);
    let effect = world.run.effect(&"pay.0".into()).expect("it is in flight");
    assert_eq!(effect.input["to"], "0x0");
    assert_eq!(&*effect.idempotency_key, "run_test:pay.0:1");
    let facts = world.succeed("pay.0", json!({ "tx": "0xa" }));
    assert_eq!(
        story(&facts),
        [
            "node_succeeded pay.0",
            "node_succeeded note.0",
            "iteration_started each",
            "node_started pay.1"
        ]
    );
    world.succeed("pay.1", json!({ "tx": "0xb" }));

    assert_eq!(world.run.status(), RunStatus::Success);
    assert_eq!(world.result("note.1")["message"], "paid 0x1 by 0xb");
    assert_eq!(world.result("done")["message"], "2 paid");
    let result = world.result("each");
    assert_eq!(result["iterationCount"], 2);
    assert_eq!(result["lastAdvancedIteration"], 1);
    assert_eq!(result["iterations"][1]["results"]["note"]["message"], "paid 0x1 by 0xb");
    replays(&world);
}

#[test]
fn a_parallel_loop_has_no_more_iterations_under_way_than_it_may() {
    let options = json!({ "mode": "parallel", "maxConcurrency": 3 });
    let mut world = World::with(&payouts(&options), recipients(5));

    assert_eq!(in_flight(&world), ["pay.0", "pay.1", "pay.2"]);
    world.succeed("pay.1", json!({ "tx": "b" }));
    assert_eq!(in_flight(&world), ["pay.0", "pay.2", "pay.3"]);
    for place in ["pay.3", "pay.2", "pay.4", "pay.0"] {
        world.succeed(place, json!({ "tx": place }));
    }

    assert_eq!(world.run.status(), RunStatus::Success);
    let result = world.result("each");
    let message = |index: usize| result["iterations"][index]["results"]["note"]["message"].clone();
    assert_eq!((message(0), message(4)), (json!("paid 0x0 by pay.0"), json!("paid 0x4 by pay.4")));
    replays(&world);
}

#[test]
fn a_loop_over_nothing_is_done_at_once() {
    let world = World::with(&payouts(&json!({})), recipients(0));
    assert_eq!(world.run.status(), RunStatus::Success);
    assert_eq!(world.result("each")["lastAdvancedIteration"], -1);
    replays(&world);
}

#[test]
fn an_inner_loop_sees_the_items_of_all_loops_around_it() {
    let definition = definition(
        &["outer"],
        json!({
            "outer": { "type": "for-each", "payload": { "array": "{{$trigger.body}}" }, "loopBody": ["inner"] },
            "inner": { "type": "for-each", "payload": { "array": "{{$item}}" }, "loopBody": ["say"], "children": ["sum"] },
            "say": log("{{$parent_index}}.{{$index}} {{$parent_item.0}} {{$item}} {{$for.outer.index}} {{$for.inner.item}}", &[]),
            "sum": log("{{inner.result.iterationCount}} at {{$index}}", &[]),
        }),
    );
    let world = World::with(&definition, json!([["a", "b"], ["c"]]));
    assert_eq!(world.run.status(), RunStatus::Success);
    assert_eq!(world.result("say.0.1")["message"], "0.1 a b 0 b");
    assert_eq!(world.result("say.1.0")["message"], "1.0 c c 1 c");
    assert_eq!(world.result("sum.1")["message"], "1 at 1");
    replays(&world);
}

#[test]
fn a_loop_takes_as_many_items_as_it_may_and_not_one_more() {
    let world = World::with(
        &payouts(&json!({ "mode": "parallel", "maxConcurrency": 100 })),
        recipients(MAX_ITERATIONS),
    );
    assert_eq!(in_flight(&world).len(), MAX_ITERATIONS);

    let world = World::with(&payouts(&json!({})), recipients(MAX_ITERATIONS + 1));
    let failure = world.run.failure().expect("it failed");
    assert_eq!(
        (failure.code.as_str(), world.run.status()),
        ("too_many_iterations", RunStatus::Failure)
    );
    replays(&world);
}

/// A loop over 100 items whose body is a loop over `inner` items with `nodes` nodes.
fn nested(inner: usize, nodes: usize) -> Arc<Definition> {
    let list = |count: usize| (0..count).map(Value::from).collect::<Vec<_>>();
    let mut all = json!({
        "outer": { "type": "for-each", "payload": { "array": "{{$trigger.body.outer}}" }, "loopBody": ["inner"] },
    });
    let names: Vec<String> = (0..nodes).map(|number| format!("n{number}")).collect();
    all["inner"] =
        json!({ "type": "for-each", "payload": { "array": list(inner) }, "loopBody": names });
    for name in &names {
        all[name] = json!({ "type": "log", "payload": { "message": "{{$index}}" } });
    }
    definition(&["outer"], all)
}

#[test]
fn the_loops_of_a_run_execute_as_many_nodes_as_they_may_and_not_one_more() {
    let outer: Vec<u8> = (0..100).collect();
    // A hundred times an inner loop and 99 executions in it: ten thousand.
    let world = World::with(&nested(33, 3), json!({ "outer": outer }));
    assert_eq!(world.run.status(), RunStatus::Success);
    assert_eq!(world.run.nodes().len(), 10_000 + 2);

    let world = World::with(&nested(34, 3), json!({ "outer": outer }));
    let failure = world.run.failure().expect("it failed");
    assert_eq!(failure.code, "too_many_loop_nodes");
    assert!(world.run.nodes().iter().all(|(_, state)| state.status().is_terminal()));
}

#[test]
fn a_failing_item_ends_the_run_and_the_rest_is_cancelled() {
    let options = json!({ "mode": "parallel", "maxConcurrency": 2 });
    let mut world = World::with(&payouts(&options), recipients(3));
    let facts = world.fail("pay.0", lasting());
    assert_eq!(
        story(&facts),
        [
            "node_failed pay.0",
            "node_cancelled done",
            "node_cancelled note.0",
            "node_cancelled note.1",
            "node_cancelled each",
        ]
    );
    // What is in flight settles first.
    world.succeed("pay.1", json!({ "tx": "b" }));
    assert_eq!(world.run.status(), RunStatus::Failure);
    replays(&world);
}

#[test]
fn a_failed_loop_goes_on_where_it_failed_and_does_nothing_twice() {
    let definition = payouts(&json!({}));
    let mut source = World::with(&definition, recipients(4));
    source.succeed("pay.0", json!({ "tx": "a" }));
    source.succeed("pay.1", json!({ "tx": "b" }));
    source.fail("pay.2", lasting());
    assert_eq!(source.run.status(), RunStatus::Failure);

    let start = chainkeel_engine::Start {
        carried: source.carry(),
        source_run: Some("run_before".to_owned()),
        ..started_with(&definition, recipients(4))
    };
    let mut world = World::start(start);
    assert_eq!(in_flight(&world), ["pay.2"]);
    world.succeed("pay.2", json!({ "tx": "c" }));
    world.succeed("pay.3", json!({ "tx": "d" }));

    assert_eq!(world.run.status(), RunStatus::Success);
    assert_eq!(
        world.result("each")["iterations"][0]["results"]["note"]["message"],
        "paid 0x0 by a"
    );
    let paid: Vec<String> = world
        .facts
        .iter()
        .filter(|fact| matches!(fact, Fact::NodeStarted { .. }))
        .filter_map(|fact| fact.place().map(ToString::to_string))
        .collect();
    assert_eq!(paid, ["pay.2", "pay.3"]);
    replays(&world);
}

#[test]
fn an_item_that_has_changed_is_not_taken_over() {
    let definition = payouts(&json!({}));
    let mut source = World::with(&definition, recipients(2));
    source.succeed("pay.0", json!({ "tx": "a" }));
    source.fail("pay.1", lasting());

    let edited = json!({ "items": [{ "to": "0xother" }, { "to": "0x1" }] });
    let start =
        chainkeel_engine::Start { carried: source.carry(), ..started_with(&definition, edited) };
    let world = World::start(start);
    assert_eq!(in_flight(&world), ["pay.0"]);
}

#[test]
fn a_body_with_branches_and_waits_ends_when_all_of_it_has() {
    let definition = definition(
        &["each"],
        json!({
            "each": { "type": "for-each", "payload": { "array": [1, 20], "mode": "parallel" }, "loopBody": ["big"] },
            "big": { "type": "if", "payload": { "condition": { "$and": [{ "{{$item}}": { "$gt": 10 } }] } }, "children": ["ask", "small"] },
            "ask": { "type": "wait", "branch": "then", "payload": { "timeoutMs": 5000, "triggerType": "manual", "triggerConfig": {} } },
            "small": { "type": "log", "branch": "else", "payload": { "message": "small" } },
        }),
    );
    let mut world = World::with(&definition, json!({}));
    assert_eq!(world.run.status(), RunStatus::Waiting);
    assert_eq!((world.status("ask.0"), world.status("ask.1")), ("skipped", "waiting"));
    world.resume("ask.1", json!({ "ok": true })).expect("it waits");
    assert_eq!(world.run.status(), RunStatus::Success);
    replays(&world);
}

#[test]
fn what_is_wrong_with_loops_is_told_with_its_place() {
    let table: [(Value, &[&str]); 7] = [
        (
            json!({ "each": { "type": "for-each", "payload": { "array": [] } } }),
            &["/nodes/each/loopBody missing-field"],
        ),
        (
            json!({ "each": { "type": "log", "payload": { "message": "" }, "loopBody": ["x"] }, "x": { "type": "log", "payload": { "message": "" } } }),
            &["/nodes/x unreachable-node", "/nodes/each/loopBody invalid-value"],
        ),
        (
            json!({ "each": { "type": "for-each", "payload": { "array": [] }, "loopBody": ["x", "x", "y"] }, "x": { "type": "log", "payload": { "message": "" } } }),
            &["/nodes/each/loopBody/1 duplicate-child", "/nodes/each/loopBody/2 unknown-child"],
        ),
        (
            json!({ "each": { "type": "for-each", "payload": { "array": [] }, "loopBody": ["x"], "children": ["after"] },
                "x": { "type": "log", "payload": { "message": "" }, "children": ["after"] }, "after": { "type": "log", "payload": { "message": "" } } }),
            &["/nodes/after loop-border"],
        ),
        (
            json!({ "each": { "type": "for-each", "payload": { "array": vec![0; 101] }, "loopBody": ["x"] }, "x": { "type": "log", "payload": { "message": "" } } }),
            &["/nodes/each/payload/array invalid-payload"],
        ),
        (
            json!({ "each": { "type": "for-each", "payload": { "array": [], "maxConcurrency": 3 }, "loopBody": ["x"] }, "x": { "type": "log", "payload": { "message": "" } } }),
            &["/nodes/each/payload/maxConcurrency invalid-payload"],
        ),
        (
            json!({ "each": { "type": "for-each", "payload": { "array": vec![0; 100] }, "loopBody": ["in"] },
                "in": { "type": "for-each", "payload": { "array": vec![0; 100] }, "loopBody": ["x"] }, "x": { "type": "log", "payload": { "message": "" } } }),
            &["/nodes limit-exceeded"],
        ),
    ];
    for (mut nodes, expected) in table {
        nodes["root"] = json!({ "type": "manual", "payload": {}, "children": ["each"] });
        let problems = check(&json!({ "nodes": nodes }), &TestCatalog).expect_err("it is wrong");
        let problems: Vec<String> = problems
            .iter()
            .map(|problem| {
                format!("{} {}", problem.path, json!(problem.code).as_str().unwrap_or_default())
            })
            .collect();
        assert_eq!(problems, expected, "{nodes}");
    }
}

#[test]
fn loops_stand_as_deep_inside_one_another_as_they_may_and_not_one_deeper() {
    let tower = |depth: usize| {
        let mut nodes = json!({ "root": { "type": "manual", "payload": {}, "children": ["l0"] } });
        for level in 0..depth {
            let inside =
                if level + 1 == depth { "x".to_owned() } else { format!("l{}", level + 1) };
            nodes[format!("l{level}")] =
                json!({ "type": "for-each", "payload": { "array": [1] }, "loopBody": [inside] });
        }
        nodes["x"] = json!({ "type": "log", "payload": { "message": "{{$for.l0.item}}" } });
        json!({ "nodes": nodes })
    };
    let deepest = check(&tower(10), &TestCatalog).expect("ten are allowed");
    assert_eq!(World::of(&deepest.into()).run.status(), RunStatus::Success);
    let problems = check(&tower(11), &TestCatalog).expect_err("eleven are not");
    assert_eq!(problems[0].path, "/nodes/l10/loopBody");
}
