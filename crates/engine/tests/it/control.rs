//! What decides which way a run goes: switches, joins, remedies, compensation, pauses, limits.

use chainkeel_engine::{
    Compensate, Fact, Failure, FailureCategory, Refusal, RunStatus, Start, Stimulus, check, verify,
};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{
    NOON, TestCatalog, World, definition, effect, lasting, log, passing, started_with, story,
};

fn replays(world: &World) {
    assert_eq!(verify(&world.facts).divergence, None);
}

fn under(branch: &str, mut node: Value) -> Value {
    node["branch"] = json!(branch);
    node
}

#[test]
fn a_switch_takes_the_first_case_that_fits() {
    let definition = definition(
        &["kind"],
        json!({
            "kind": { "type": "switch", "children": ["pay", "back", "large", "other"], "payload": {
                "value": "{{$trigger.body.kind}}", "cases": [
                    { "branch": "pay", "equals": "payment" },
                    { "branch": "back", "equals": 7 },
                    { "branch": "large", "condition": { "$and": [{ "{{$trigger.body.amount}}": { "$gt": 100 } }] } },
                ] } },
            "pay": under("pay", log("pay", &[])), "back": under("back", log("back", &[])),
            "large": under("large", log("large", &[])), "other": under("default", log("other", &[])),
        }),
    );
    for (body, chosen) in [
        (json!({ "kind": "payment", "amount": 1000 }), "pay"),
        (json!({ "kind": "7" }), "back"),
        (json!({ "kind": "x", "amount": "101" }), "large"),
        (json!({ "kind": "x", "amount": 100 }), "other"),
        (json!({}), "other"),
    ] {
        let world = World::with(&definition, body.clone());
        let ran: Vec<&str> = ["pay", "back", "large", "other"]
            .into_iter()
            .filter(|node| world.status(node) == "success")
            .collect();
        assert_eq!(ran, [chosen], "{body}");
        replays(&world);
    }
}

fn race(payload: &Value) -> World {
    let definition = definition(
        &["a", "b", "c"],
        json!({
            "a": effect(&["join"]), "b": effect(&["b2"]), "b2": log("b2", &["join"]), "c": effect(&["join"]),
            "join": { "type": "join", "payload": payload, "children": ["done"] }, "done": log("{{join.result.arrived}}", &[]),
        }),
    );
    World::of(&definition)
}

#[test]
fn a_join_waits_for_all_for_some_or_for_the_first() {
    let mut world = race(&json!({ "mode": "first" }));
    world.succeed("c", json!(3));
    assert_eq!(world.result("done")["message"], json!(["c"]));
    assert_eq!(world.run.status(), RunStatus::Running);
    world.succeed("a", json!(1));
    world.succeed("b", json!(2));
    assert_eq!((world.run.status(), world.status("b2")), (RunStatus::Success, "success"));
    replays(&world);

    let mut world = race(&json!({ "mode": "count", "count": 2 }));
    world.succeed("c", json!(3));
    assert_eq!(world.status("join"), "pending");
    world.succeed("a", json!(1));
    assert_eq!(
        world.result("join"),
        json!({ "arrived": ["a", "c"], "results": { "a": 1, "c": 3 } })
    );
    replays(&world);

    let mut world = race(&json!({}));
    world.succeed("c", json!(3));
    world.succeed("a", json!(1));
    assert_eq!(world.status("join"), "pending");
    world.succeed("b", json!(2));
    assert_eq!(world.run.status(), RunStatus::Success);
    replays(&world);
}

#[test]
fn a_join_may_end_what_else_leads_to_it() {
    let mut world = race(&json!({ "mode": "first", "cancelRest": true }));
    let facts = world.succeed("a", json!(1));
    assert_eq!(
        story(&facts),
        ["node_succeeded a", "node_succeeded join", "node_cancelled b2", "node_succeeded done"]
    );
    // An effect in flight is not taken back; what becomes of it is on the ledger, and harms nobody.
    world.succeed("b", json!(2));
    let facts = world.fail("c", lasting());
    assert_eq!(story(&facts), ["node_failed c", "failure_handled c", "succeeded"]);
    assert_eq!(world.run.status(), RunStatus::Success);
    replays(&world);
}

#[test]
fn a_join_that_cannot_be_met_fails() {
    let definition = definition(
        &["ask"],
        json!({
            "ask": { "type": "if", "payload": { "condition": { "$and": [{ "{{$trigger.body}}": { "$eq": 1 } }] } }, "children": ["a", "b"] },
            "a": under("then", log("a", &["join"])), "b": under("else", log("b", &["join"])),
            "join": { "type": "join", "payload": { "mode": "count", "count": 2 } },
        }),
    );
    let world = World::with(&definition, json!(1));
    assert_eq!(world.run.failure().map(|failure| failure.code.as_str()), Some("join_not_met"));
    replays(&world);
}

/// `call` fails; `next` is its child, `rescue` what may follow instead.
fn remedied(on_failure: Value) -> World {
    let mut call = effect(&["next"]);
    call["onFailure"] = on_failure;
    World::of(&definition(
        &["call"],
        json!({ "call": call, "next": log("{{$nodes.call.error.code || 'fine'}}", &["end"]), "rescue": log("{{call.error.code}}", &["end"]), "end": log("end", &[]) }),
    ))
}

#[test]
fn a_failure_is_followed_by_what_the_author_wants() {
    let handlers = json!([
        { "code": "http_404", "action": "fallback", "node": "rescue" },
        { "category": "service", "action": "continue" },
    ]);
    let mut world = remedied(json!({ "action": "stop", "handlers": handlers }));
    let facts = world.fail("call", lasting());
    assert_eq!(
        story(&facts),
        [
            "node_failed call",
            "failure_handled call",
            "node_skipped next",
            "node_succeeded rescue",
            "node_succeeded end",
            "succeeded",
        ]
    );
    assert_eq!(world.result("rescue")["message"], "http_404");
    assert_eq!(world.status("call"), "failure");
    replays(&world);

    let mut world = remedied(json!({ "action": "stop", "handlers": handlers }));
    world.fail("call", passing());
    assert_eq!((world.status("next"), world.status("rescue")), ("success", "skipped"));
    assert_eq!(world.result("next")["message"], "http_503");
    replays(&world);

    let mut world = remedied(json!({ "action": "stop", "handlers": handlers }));
    world.fail("call", Failure::lasting("x", FailureCategory::Funds, "no money"));
    assert_eq!(world.run.status(), RunStatus::Failure);
    replays(&world);

    let mut world = remedied(json!({ "action": "fallback", "node": "rescue" }));
    world.succeed("call", json!(1));
    assert_eq!((world.status("next"), world.status("rescue")), ("success", "skipped"));
    assert_eq!(world.result("next")["message"], "fine");
    replays(&world);
}

#[test]
fn a_failure_is_retried_before_it_is_handled() {
    let mut call = effect(&["next"]);
    call["retryPolicy"] = json!({ "maxAttempts": 2, "initialInterval": 1000 });
    call["onFailure"] = json!({ "action": "continue" });
    let mut world =
        World::of(&definition(&["call"], json!({ "call": call, "next": log("on", &[]) })));
    assert_eq!(story(&world.fail("call", passing())), ["node_failed call", "retry_scheduled call"]);
    world.pass(Duration::seconds(1));
    world.due("call").expect("it is due");
    assert_eq!(
        story(&world.fail("call", passing())),
        ["node_failed call", "failure_handled call", "node_succeeded next", "succeeded"]
    );
    replays(&world);
}

#[test]
fn a_continued_run_takes_over_what_was_handled() {
    let mut call = effect(&["next"]);
    call["onFailure"] = json!({ "action": "continue" });
    let definition = definition(&["call"], json!({ "call": call, "next": effect(&[]) }));
    let mut source = World::of(&definition);
    source.fail("call", lasting());
    source.fail("next", lasting());
    let world =
        World::start(Start { carried: source.carry(), ..started_with(&definition, json!({})) });
    assert_eq!((world.status("call"), world.status("next")), ("failure", "running"));
    replays(&world);
}

/// A saga: two bookings that can be undone, then a payment that fails.
fn saga() -> World {
    let mut flight = effect(&["hotel"]);
    flight["compensatedBy"] = json!("cancel-flight");
    let mut hotel = effect(&["pay"]);
    hotel["compensatedBy"] = json!("cancel-hotel");
    let mut undo = effect(&[]);
    undo["payload"]["booking"] = json!("{{hotel.result.id}}");
    undo["retryPolicy"] = json!({ "maxAttempts": 2, "initialInterval": 1000 });
    World::of(&definition(
        &["flight"],
        json!({ "flight": flight, "hotel": hotel, "pay": effect(&["done"]), "done": log("done", &[]), "cancel-flight": effect(&[]), "cancel-hotel": undo }),
    ))
}

#[test]
fn what_was_done_is_undone_in_reverse_order_before_a_run_fails() {
    let mut world = saga();
    world.succeed("flight", json!({ "id": "F1" }));
    world.succeed("hotel", json!({ "id": "H1" }));
    let facts = world.fail("pay", lasting());
    assert_eq!(
        story(&facts),
        [
            "node_failed pay",
            "node_cancelled done",
            "compensation_started",
            "node_started cancel-hotel"
        ]
    );
    let undo = world.run.effect(&"cancel-hotel".into()).expect("it is in flight");
    assert_eq!(undo.input["booking"], "H1");
    // Undoing is retried, and repeated after a death, although the run is ending.
    assert_eq!(story(&world.interrupt("cancel-hotel")), ["effect_repeated cancel-hotel"]);
    world.fail("cancel-hotel", passing());
    world.pass(Duration::seconds(1));
    assert_eq!(world.run.status(), RunStatus::Waiting);
    world.due("cancel-hotel").expect("it is due");
    assert_eq!(
        story(&world.succeed("cancel-hotel", json!({}))),
        ["node_succeeded cancel-hotel", "node_started cancel-flight"]
    );
    assert_eq!(
        story(&world.succeed("cancel-flight", json!({}))),
        ["node_succeeded cancel-flight", "compensation_ended", "failed pay"]
    );
    replays(&world);
    // What was undone is done again by whoever continues the run.
    assert!(!world.carry().contains_key(&"hotel".into()));
    let retrial = world.run.retrial().expect("it failed");
    let begins: Vec<String> = retrial.begins_with.iter().map(ToString::to_string).collect();
    assert_eq!(begins, ["flight", "hotel", "pay"]);
}

#[test]
fn what_cannot_be_undone_does_not_stop_the_rest() {
    let mut world = saga();
    world.succeed("flight", json!({ "id": "F1" }));
    world.succeed("hotel", json!({ "id": "H1" }));
    world.fail("pay", lasting());
    world.fail("cancel-hotel", lasting());
    world.succeed("cancel-flight", json!({}));
    let ended = world.facts.iter().rev().nth(1).expect("there are facts");
    assert_eq!(*ended, Fact::CompensationEnded { failed: vec!["hotel".into()], at: world.now });
    assert_eq!(world.run.failure().map(|failure| failure.code.as_str()), Some("http_404"));
    // The hotel stands: whoever continues the run must not book another one.
    assert!(world.carry().contains_key(&"hotel".into()));
    replays(&world);
}

#[test]
fn a_cancelled_run_is_undone_when_that_is_asked_for() {
    for (compensate, expected) in [
        (
            Compensate::No,
            vec!["cancel_requested", "node_cancelled done", "node_cancelled pay", "cancelled"],
        ),
        (
            Compensate::Yes,
            vec![
                "cancel_requested",
                "node_cancelled done",
                "node_cancelled pay",
                "compensation_started",
                "node_started cancel-flight",
            ],
        ),
    ] {
        let mut world = saga();
        world.succeed("flight", json!({ "id": "F1" }));
        world.fail("hotel", Failure::passing("x", FailureCategory::Service, "later"));
        let mut world = saga();
        world.succeed("flight", json!({ "id": "F1" }));
        let facts = world.tell(Stimulus::Cancel { by: "ada".to_owned(), reason: None, compensate });
        // The hotel is in flight, and settles first.
        assert_eq!(story(&facts.expect("it runs")), &expected[..3]);
        let facts = world.fail("hotel", lasting());
        assert_eq!(story(&facts)[1..], expected[3..]);
        if compensate == Compensate::Yes {
            world.succeed("cancel-flight", json!({}));
        }
        assert_eq!(world.run.status(), RunStatus::Cancelled);
        replays(&world);
    }
}

#[test]
fn each_iteration_is_undone_for_itself() {
    let mut book = effect(&[]);
    book["compensatedBy"] = json!("undo");
    book["payload"]["to"] = json!("{{$item}}");
    let mut undo = effect(&[]);
    undo["payload"]["booking"] = json!("{{book.result}}");
    let mut world = World::with(
        &definition(
            &["each"],
            json!({ "each": { "type": "for-each", "payload": { "array": "{{$trigger.body}}" }, "loopBody": ["book"] }, "book": book, "undo": undo }),
        ),
        json!(["a", "b", "c"]),
    );
    world.succeed("book.0", json!("A"));
    world.succeed("book.1", json!("B"));
    world.fail("book.2", lasting());
    assert_eq!(world.run.effect(&"undo.1".into()).expect("in flight").input["booking"], "B");
    world.succeed("undo.1", json!({}));
    assert_eq!(world.run.effect(&"undo.0".into()).expect("in flight").input["booking"], "A");
    world.succeed("undo.0", json!({}));
    assert_eq!(world.run.status(), RunStatus::Failure);
    replays(&world);
}

#[test]
fn a_run_that_succeeds_undoes_nothing() {
    let mut world = saga();
    world.succeed("flight", json!({ "id": "F1" }));
    world.succeed("hotel", json!({ "id": "H1" }));
    world.succeed("pay", json!({}));
    assert_eq!((world.run.status(), world.status("cancel-hotel")), (RunStatus::Success, "skipped"));
    replays(&world);
}

#[test]
fn nothing_new_starts_while_a_run_is_paused() {
    let mut world = World::of(&definition(
        &["call", "nap"],
        json!({ "call": effect(&["next"]), "next": effect(&[]), "nap": { "type": "delay", "payload": { "delayMs": 1000 } } }),
    ));
    world.tell(Stimulus::Pause { by: "ada".to_owned(), reason: None }).expect("it runs");
    assert_eq!(
        world.tell(Stimulus::Pause { by: "bob".to_owned(), reason: None }),
        Err(Refusal::Paused)
    );
    assert_eq!(story(&world.succeed("call", json!(1))), ["node_succeeded call"]);
    world.pass(Duration::seconds(2));
    assert_eq!(world.due("nap"), Err(Refusal::Paused));
    assert_eq!(world.run.paused().map(|pause| pause.by.as_str()), Some("ada"));

    let facts = world.tell(Stimulus::Unpause { by: "ada".to_owned() }).expect("it is paused");
    assert_eq!(story(&facts), ["unpaused", "node_started next"]);
    assert_eq!(world.tell(Stimulus::Unpause { by: "ada".to_owned() }), Err(Refusal::NotPaused));
    world.due("nap").expect("it may go on");
    world.succeed("next", json!(2));
    assert_eq!(world.run.status(), RunStatus::Success);
    replays(&world);
}

#[test]
fn a_paused_loop_goes_on_with_the_item_that_is_next() {
    let mut world = World::with(
        &definition(
            &["each"],
            json!({ "each": { "type": "for-each", "payload": { "array": "{{$trigger.body}}" }, "loopBody": ["call"] }, "call": effect(&[]) }),
        ),
        json!([1, 2]),
    );
    world.tell(Stimulus::Pause { by: "ada".to_owned(), reason: None }).expect("it runs");
    assert_eq!(story(&world.succeed("call.0", json!(1))), ["node_succeeded call.0"]);
    let facts = world.tell(Stimulus::Unpause { by: "ada".to_owned() }).expect("it is paused");
    assert_eq!(story(&facts), ["unpaused", "iteration_started each", "node_started call.1"]);
    replays(&world);
}

#[test]
fn variables_hold_what_was_set_last() {
    let definition = serde_json::from_value::<Value>(json!({
        "variableDefs": [{ "name": "total", "type": "number", "default": 1 }, { "name": "kept", "type": "text", "lifetime": "persist" }],
        "nodes": {
            "root": { "type": "manual", "payload": {}, "children": ["before"] },
            "before": log("{{$vars.total}} {{$vars.kept}}", &["set"]),
            "set": { "type": "set-variable", "payload": { "name": "total", "value": "{{$vars.total + 41}}" }, "children": ["after"] },
            "after": log("{{$vars.total}}", &["keep"]),
            "keep": { "type": "set-variable", "payload": { "name": "kept", "value": "new" }, "children": ["end"] },
            "end": log("{{$vars.kept}}", &[]),
        },
    }))
    .expect("it is JSON");
    let definition = std::sync::Arc::new(check(&definition, &TestCatalog).expect("it is sound"));
    let start = Start {
        variables: Some(json!({ "kept": "old" }).into()),
        ..started_with(&definition, json!({}))
    };
    let mut world = World::start(start);
    assert_eq!(world.result("before")["message"], "1 old");
    assert_eq!(world.result("after")["message"], 42);
    // What is kept between runs is written by an effect.
    world.succeed("keep", json!({ "name": "kept", "value": "new" }));
    assert_eq!(world.result("end")["message"], "new");
    replays(&world);
}

#[test]
fn a_called_run_gives_its_output_or_its_failure() {
    let call = json!({ "type": "call-workflow", "payload": { "workflowId": "wf_other", "payload": { "n": 1 } }, "children": ["next"] });
    let definition = definition(
        &["call"],
        json!({ "call": call, "next": log("{{call.result.output.book.id}}", &[]) }),
    );

    let mut world = World::of(&definition);
    assert_eq!(world.status("call"), "waiting");
    assert!(matches!(world.resume("call", json!({})), Err(Refusal::NotYours { .. })));
    let ended = |data: Value| Stimulus::Resume {
        node: "call".into(),
        data: data.into(),
        source: "run".to_owned(),
        by: "system:kin".to_owned(),
    };
    world
        .tell(ended(
            json!({ "runId": "run_c", "status": "success", "output": { "book": { "id": 9 } } }),
        ))
        .expect("it waits");
    assert_eq!(world.result("next")["message"], 9);
    replays(&world);

    let mut world = World::of(&definition);
    let failure = json!({ "code": "http_404", "message": "nothing there", "category": "service", "retryable": false });
    world
        .tell(ended(json!({ "runId": "run_c", "status": "failure", "failure": failure })))
        .expect("it waits");
    let failure = world.run.failure().expect("it failed");
    assert_eq!((failure.code.as_str(), failure.category), ("http_404", FailureCategory::Service));
    assert!(failure.message.contains("run_c"), "{}", failure.message);
    replays(&world);
}

#[test]
fn a_wait_for_a_time_goes_on_by_itself() {
    let definition = definition(
        &["wait"],
        json!({
            "wait": { "type": "wait", "payload": { "timeoutMs": 600_000, "triggerType": "schedule", "triggerConfig": { "at": "2026-03-01T12:01:00Z" } }, "children": ["then", "late"] },
            "then": under("resumed", log("{{wait.result.source}}", &[])), "late": under("timed_out", log("late", &[])),
        }),
    );
    let mut world = World::of(&definition);
    let (_, due_at) = world.run.timers().next().expect("it waits");
    world.now = due_at;
    let facts = world.due("wait").expect("it is due");
    assert_eq!(story(&facts)[0], "wait_resumed wait");
    assert_eq!(world.result("then")["message"], "schedule");
    replays(&world);
}

/// A run that waits for this, and for ten minutes at most; it begins at noon UTC.
fn waiting_for(config: &Value) -> World {
    let wait = json!({ "timeoutMs": 600_000, "triggerType": "schedule", "triggerConfig": config });
    World::of(&definition(
        &["wait"],
        json!({
            "wait": { "type": "wait", "payload": wait, "children": ["then", "late"] },
            "then": under("resumed", log("{{wait.result.source}}", &[])),
            "late": under("timed_out", log("late", &[])),
        }),
    ))
}

#[test]
fn a_wait_for_a_cron_pattern_goes_on_at_its_next_time() {
    let pattern = json!({ "cron": "30 5 13 * * *", "timezone": "Europe/Zurich" });
    let mut world = waiting_for(&pattern);
    let (_, due_at) = world.run.timers().next().expect("it waits");
    let late = due_at - NOON.truncate_to_second() - Duration::seconds(330);
    assert!(!late.is_negative() && late < Duration::milliseconds(1), "late by {late}");
    // The server was down when it came.
    world.now = due_at + Duration::hours(1);
    let facts = world.due("wait").expect("it is due");
    assert_eq!(story(&facts)[0], "wait_resumed wait");
    assert_eq!(world.result("then")["message"], "schedule");
    replays(&world);
}

#[test]
fn a_cron_pattern_that_comes_too_late_times_out() {
    for pattern in ["0 9 * * *", "0 0 29 2 *"] {
        let mut world = waiting_for(&json!({ "cron": pattern }));
        let (_, due_at) = world.run.timers().next().expect("it waits");
        assert_eq!(due_at, NOON + Duration::minutes(10));
        world.now = due_at + Duration::days(1);
        assert_eq!(story(&world.due("wait").expect("it is due"))[0], "wait_timed_out wait");
        assert_eq!(world.result("late")["message"], "late");
        replays(&world);
    }
}

#[test]
fn a_wait_for_no_schedule_is_not_published() {
    let told = |config: Value| {
        let payload =
            json!({ "timeoutMs": 600_000, "triggerType": "schedule", "triggerConfig": config });
        let nodes = json!({
            "root": { "type": "manual", "payload": {}, "children": ["wait"] },
            "wait": { "type": "wait", "payload": payload },
        });
        let problems = check(&json!({ "nodes": nodes }), &TestCatalog).expect_err("no schedule");
        (problems[0].path.clone(), problems[0].message.clone())
    };
    let (pointer, message) = told(json!({ "cron": "0 9 * *" }));
    assert!(pointer.ends_with("/triggerConfig/cron"), "{pointer}");
    assert!(message.contains("this one has 4"), "{message}");
    assert!(told(json!({ "cron": "0 0 30 2 *" })).1.contains("never comes round"));
    let (pointer, message) = told(json!({ "cron": "0 9 * * *", "timezone": "Zurich" }));
    assert!(pointer.ends_with("/triggerConfig/timezone"), "{pointer}");
    assert!(message.contains("IANA"), "{message}");
    for config in [
        json!({}),
        json!({ "at": "noon" }),
        json!({ "at": "2026-03-01T12:00:00Z", "cron": "@daily" }),
    ] {
        assert!(told(config).1.contains("or a cron pattern"));
    }
}

#[test]
fn a_run_ends_when_its_time_is_over() {
    let nodes = json!({
        "root": { "type": "manual", "payload": {}, "children": ["nap"] },
        "nap": { "type": "delay", "payload": { "duration": "1h" }, "children": ["next"] },
        "next": log("on", &[]),
    });
    let definition =
        check(&json!({ "nodes": nodes, "maxRunMs": 60_000 }), &TestCatalog).expect("sound");
    let mut world = World::of(&definition.into());
    let (_, due_at) = world.run.timers().next().expect("it sleeps");
    assert_eq!(due_at, NOON + Duration::minutes(1));
    world.now = due_at;
    assert_eq!(
        story(&world.due("nap").expect("it is due")),
        ["limit_reached", "node_cancelled nap", "node_cancelled next", "failed"]
    );
    assert_eq!(world.run.failure().map(|failure| failure.category), Some(FailureCategory::Limit));
    replays(&world);
}

#[test]
fn a_long_history_is_told_and_then_ended() {
    // Each turn of the inner loops is four facts: forty thousand and more in all.
    let list = |count: usize| (0..count).map(Value::from).collect::<Vec<_>>();
    let definition = definition(
        &["outer"],
        json!({
            "outer": { "type": "for-each", "payload": { "array": list(100) }, "loopBody": ["inner", "call"] },
            "inner": { "type": "for-each", "payload": { "array": list(48) }, "loopBody": ["a", "b"] },
            "a": log("a", &[]), "b": log("b", &[]), "call": effect(&[]),
        }),
    );
    let mut world = World::of(&definition);
    loop {
        let next = world.run.effects_in_flight().next();
        let Some(call) = next else { break };
        world.succeed(&call.node.to_string(), json!(1));
    }
    let told =
        world.facts.iter().filter(|fact| matches!(fact, Fact::HistoryGrewLong { .. })).count();
    assert_eq!((told, world.run.status()), (1, RunStatus::Success));

    let mut retried = effect(&[]);
    retried["retryPolicy"] =
        json!({ "maxAttempts": 100, "strategy": "fixed", "initialInterval": 1 });
    retried["onFailure"] = json!({ "action": "continue" });
    let definition = crate::support::definition(
        &["outer"],
        json!({
            "outer": { "type": "for-each", "payload": { "array": list(100) }, "loopBody": ["inner"] },
            "inner": { "type": "for-each", "payload": { "array": list(2) }, "loopBody": ["call"] }, "call": retried,
        }),
    );
    let mut world = World::of(&definition);
    for _ in 0..60_000 {
        if world.run.status().is_terminal() {
            break;
        }
        let (call, timer) = (world.run.effects_in_flight().next(), world.run.timers().next());
        if let Some(call) = call {
            world.fail(&call.node.to_string(), passing());
        } else if let Some((node, due_at)) = timer {
            world.now = due_at;
            world.due(&node.to_string()).expect("it is due");
        }
    }
    let failure = world.run.failure().expect("it was ended");
    assert_eq!(
        (failure.code.as_str(), failure.category),
        ("history_too_long", FailureCategory::Limit)
    );
    assert!(world.run.events() < 50_100);
}

#[test]
fn a_run_has_no_more_waits_open_than_it_may() {
    let list = |count: usize| (0..count).map(Value::from).collect::<Vec<_>>();
    let each = |count: usize, body: &str| json!({ "type": "for-each", "payload": { "array": list(count), "mode": "parallel", "maxConcurrency": 100 }, "loopBody": [body] });
    let waits = |outer: usize| {
        World::of(&definition(
            &["outer"],
            json!({ "outer": each(outer, "inner"), "inner": each(100, "wait"), "wait": { "type": "wait", "payload": { "timeoutMs": 5000, "triggerType": "manual" } } }),
        ))
    };
    let world = waits(10);
    assert_eq!((world.run.status(), world.run.timers().count()), (RunStatus::Waiting, 1_000));
    let world = waits(11);
    assert_eq!(world.run.failure().map(|failure| failure.code.as_str()), Some("too_many_waits"));
    replays(&world);
}

#[test]
fn an_ending_run_tells_others() {
    let nodes = json!({ "root": { "type": "manual", "payload": {}, "children": ["call"] }, "call": effect(&[]) });
    let emit = json!([
        { "event": "order.paid", "on": ["success"], "payload": { "id": "{{$trigger.body.id}}", "tx": "{{call.result.tx}}" } },
        { "event": "order.lost", "on": ["failure", "cancelled"], "payload": { "why": "{{call.error.code}}" } },
    ]);
    let definition = std::sync::Arc::new(
        check(&json!({ "nodes": nodes, "emit": emit }), &TestCatalog).expect("sound"),
    );

    let mut world = World::with(&definition, json!({ "id": 7 }));
    let facts = world.succeed("call", json!({ "tx": "0xa" }));
    assert_eq!(story(&facts), ["node_succeeded call", "event_emitted", "succeeded"]);
    let Fact::EventEmitted { event, payload, .. } = &facts[1] else { panic!("{facts:?}") };
    assert_eq!((event.as_str(), &**payload), ("order.paid", &json!({ "id": 7, "tx": "0xa" })));
    replays(&world);

    let mut world = World::with(&definition, json!({ "id": 7 }));
    let facts = world.fail("call", lasting());
    let Fact::EventEmitted { event, payload, .. } = &facts[1] else { panic!("{facts:?}") };
    assert_eq!((event.as_str(), &**payload), ("order.lost", &json!({ "why": "http_404" })));
    replays(&world);
}

#[test]
fn a_run_is_executed_again_from_any_of_its_nodes() {
    let definition = definition(
        &["a"],
        json!({ "a": effect(&["b", "side"]), "b": effect(&["c"]), "c": log("{{b.result}}", &[]), "side": effect(&[]) }),
    );
    let mut source = World::of(&definition);
    source.succeed("a", json!("A"));
    source.succeed("b", json!("B"));
    source.succeed("side", json!("S"));
    assert_eq!(source.run.status(), RunStatus::Success);

    let carried = source.run.carry_before(&"b".into()).expect("there is such a node");
    let mut world = World::start(Start { carried, ..started_with(&definition, json!({})) });
    assert_eq!(
        (world.status("a"), world.status("side"), world.status("b")),
        ("success", "success", "running")
    );
    world.succeed("b", json!("B2"));
    assert_eq!(world.result("c")["message"], "B2");
    replays(&world);
    assert_eq!(source.run.carry_before(&"nowhere".into()), None);
}

#[test]
fn a_run_is_executed_again_by_a_definition_that_was_mended() {
    // given a run that failed at its last node
    let broken = json!({ "a": effect(&["b"]), "b": effect(&["c"]), "c": log("{{b.result}}", &[]) });
    let mut source = World::of(&definition(&["a"], broken));
    source.succeed("a", json!("A"));
    source.succeed("b", json!("B"));

    // when it is executed again by one that has another last node, and one beside it that is new
    let mended = definition(
        &["a"],
        json!({ "a": effect(&["b", "beside"]), "b": effect(&["c"]), "c": effect(&[]), "beside": log("{{a.result}}", &[]) }),
    );
    let carried = source.run.carry_into(&mended, &"c".into()).expect("there is such a node");
    let mut world = World::start(Start { carried, ..started_with(&mended, json!({})) });

    // then what came before is taken over, and the rest is executed
    assert_eq!(
        (world.status("a"), world.status("b"), world.status("c")),
        ("success", "success", "running")
    );
    assert_eq!(world.result("beside")["message"], "A");
    world.succeed("c", json!("C"));
    assert_eq!(world.run.status(), RunStatus::Success);
    replays(&world);

    // and where a node before it has become another one, everything behind that is executed, too
    let other = definition(
        &["a"],
        json!({ "a": effect(&["b"]), "b": log("{{a.result}}!", &["c"]), "c": effect(&[]) }),
    );
    let carried = source.run.carry_into(&other, &"c".into()).expect("there is such a node");
    let world = World::start(Start { carried, ..started_with(&other, json!({})) });
    assert_eq!(world.result("b")["message"], "A!");
    assert_eq!((world.status("a"), world.status("c")), ("success", "running"));
    assert_eq!(source.run.carry_into(&other, &"nowhere".into()), None);
}

#[test]
fn what_is_wrong_with_remedies_is_told_with_its_place() {
    let table: [(Value, &[&str]); 8] = [
        (
            json!({ "a": { "type": "log", "payload": { "message": "" }, "onFailure": { "action": "fallback", "node": "b" } } }),
            &["/nodes/a/onFailure unknown-child"],
        ),
        (
            json!({ "a": { "type": "log", "payload": { "message": "" }, "compensatedBy": "b" } }),
            &["/nodes/a/compensatedBy unknown-child"],
        ),
        (
            json!({ "a": { "type": "log", "payload": { "message": "" }, "compensatedBy": "b", "children": ["b"] }, "b": { "type": "log", "payload": { "message": "" } } }),
            &["/nodes/a/compensatedBy invalid-compensation"],
        ),
        (
            json!({ "a": { "type": "log", "payload": { "message": "{{$item}}" } } }),
            &["/nodes/a/payload/message not-an-ancestor"],
        ),
        (
            json!({ "a": { "type": "set-variable", "payload": { "name": "x", "value": 1 } } }),
            &["/nodes/a/payload/name undeclared-variable"],
        ),
        (
            json!({ "a": { "type": "join", "payload": { "mode": "count", "count": 2 } } }),
            &["/nodes/a/payload/count invalid-payload"],
        ),
        (
            json!({ "a": { "type": "switch", "payload": { "cases": [{ "branch": "x", "equals": 1 }, { "branch": "x" }] }, "children": ["b"] }, "b": { "type": "log", "branch": "y", "payload": { "message": "" } } }),
            &[
                "/nodes/b/branch unknown-branch",
                "/nodes/a/payload/cases/1/branch invalid-payload",
                "/nodes/a/payload/cases/1 invalid-payload",
            ],
        ),
        (
            json!({ "a": { "type": "call-workflow", "payload": { "payload": 3 } } }),
            &["/nodes/a/payload/workflowId invalid-payload"],
        ),
    ];
    for (mut nodes, expected) in table {
        nodes["root"] = json!({ "type": "manual", "payload": {}, "children": ["a"] });
        let checked = check(&json!({ "nodes": nodes }), &TestCatalog);
        let problems = checked.expect_err(&nodes.to_string());
        let problems: Vec<String> = problems
            .iter()
            .map(|problem| {
                format!("{} {}", problem.path, json!(problem.code).as_str().unwrap_or_default())
            })
            .collect();
        assert_eq!(problems, expected, "{nodes}");
    }
}
