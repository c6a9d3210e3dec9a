//! How runs go on: joins, branches, retries, interruptions, waits, cancellation.

use std::collections::BTreeMap;

use chainkeel_engine::{
    Carried, Fact, Failure, FailureCategory, MAX_REPEATS, Place, Refusal, RunStatus, Start,
    Stimulus,
};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{NOON, World, definition, effect, lasting, log, passing, started_with, story};

/// The idempotency keys of all intents, in order.
fn keys(facts: &[Fact]) -> Vec<&str> {
    let mut keys = Vec::new();
    for fact in facts {
        if let Fact::NodeStarted { idempotency_key, .. } = fact {
            keys.push(idempotency_key.as_str());
        }
    }
    keys
}

#[test]
fn pure_nodes_are_one_batch() {
    let definition = definition(
        &["a"],
        json!({ "a": log("one", &["b"]), "b": log("two", &["c"]), "c": log("three", &[]) }),
    );
    let world = World::of(&definition);
    assert_eq!(
        story(&world.facts),
        ["started", "node_succeeded a", "node_succeeded b", "node_succeeded c", "succeeded"]
    );
    assert_eq!(world.run.status(), RunStatus::Success);
    let output = world.run.output().expect("the run has an output");
    assert_eq!(output["c"]["message"], "three");
    assert_eq!(output.as_object().map(serde_json::Map::len), Some(1), "leaves only");
}

#[test]
fn a_run_of_the_trigger_alone_succeeds_at_once() {
    let world = World::of(&definition(&[], json!({})));
    assert_eq!(story(&world.facts), ["started", "succeeded"]);
    assert_eq!(world.run.output().map(|output| (**output).clone()), Some(json!({})));
}

#[test]
fn parallel_children_are_intended_in_one_batch() {
    let definition = definition(
        &["a", "b", "c"],
        json!({ "a": effect(&[]), "b": effect(&[]), "c": effect(&[]) }),
    );
    let mut world = World::of(&definition);
    assert_eq!(
        story(&world.facts),
        ["started", "node_started a", "node_started b", "node_started c"]
    );
    world.succeed("b", json!(2));
    world.succeed("a", json!(1));
    assert_eq!(world.run.status(), RunStatus::Running);
    let last = world.succeed("c", json!(3));
    assert_eq!(story(&last), ["node_succeeded c", "succeeded"]);
    assert_eq!(
        world.run.output().map(|output| (**output).clone()),
        Some(json!({ "a": 1, "b": 2, "c": 3 }))
    );
}

#[test]
fn a_join_runs_once_when_the_last_parent_has_settled() {
    let definition = definition(
        &["left", "right"],
        json!({
            "left": effect(&["join"]),
            "right": effect(&["join"]),
            "join": log("{{left.result.n}}+{{right.result.n}}", &[]),
        }),
    );
    let mut world = World::of(&definition);
    assert_eq!(story(&world.succeed("right", json!({ "n": 2 }))), ["node_succeeded right"]);
    let last = world.succeed("left", json!({ "n": 1 }));
    assert_eq!(story(&last), ["node_succeeded left", "node_succeeded join", "succeeded"]);
    assert_eq!(world.result("join")["message"], "1+2");
}

fn branching(amount: u32) -> World {
    let condition = json!({ "$and": [{ "{{$trigger.body.amount}}": { "$gt": 100 } }] });
    let mut big = log("big", &["big-child"]);
    big["branch"] = json!("then");
    let mut small = log("small", &["join"]);
    small["branch"] = json!("else");
    let definition = definition(
        &["check"],
        json!({
            "check": { "type": "if", "payload": { "condition": condition }, "children": ["big", "small", "always"] },
            "big": big,
            "big-child": log("after big", &["join"]),
            "small": small,
            "always": log("always", &["join"]),
            "join": log("{{big.result.message || small.result.message}}", &[]),
        }),
    );
    World::with(&definition, json!({ "amount": amount }))
}

#[test]
fn the_branch_that_was_not_taken_is_skipped_all_the_way_and_the_join_runs() {
    let world = branching(50);
    assert_eq!(
        story(&world.facts),
        [
            "started",
            "node_succeeded check",
            "node_skipped big",
            "node_succeeded small",
            "node_succeeded always",
            "node_skipped big-child",
            "node_succeeded join",
            "succeeded",
        ]
    );
    assert_eq!(world.result("join")["message"], "small");
    let world = branching(101);
    assert_eq!(world.status("small"), "skipped");
    assert_eq!(world.result("join")["message"], "big");
}

#[test]
fn a_join_that_no_parent_chose_is_skipped() {
    let condition = json!({ "$and": [{ "1": { "$eq": 2 } }] });
    let branch = |children: &[&str]| {
        let mut node = log("never", children);
        node["branch"] = json!("then");
        node
    };
    let definition = definition(
        &["check"],
        json!({
            "check": { "type": "if", "payload": { "condition": condition }, "children": ["a", "b"] },
            "a": branch(&["join"]),
            "b": branch(&["join"]),
            "join": log("never", &[]),
        }),
    );
    let world = World::of(&definition);
    assert_eq!(world.status("join"), "skipped");
    assert_eq!(world.run.status(), RunStatus::Success);
}

#[test]
fn a_failure_lets_effects_in_flight_settle_and_starts_nothing_new() {
    let definition = definition(
        &["a", "b", "nap"],
        json!({
            "a": effect(&["after-a"]),
            "after-a": log("never", &[]),
            "b": effect(&["after-b"]),
            "after-b": effect(&[]),
            "nap": { "type": "delay", "payload": { "delayMs": 5000 } },
        }),
    );
    let mut world = World::of(&definition);
    let failed = world.fail("a", lasting());
    assert_eq!(
        story(&failed),
        ["node_failed a", "node_cancelled after-a", "node_cancelled after-b", "node_cancelled nap"]
    );
    assert_eq!(world.run.status(), RunStatus::Running, "b is still in flight");
    world.pass(Duration::seconds(10));
    assert_eq!(world.due("nap"), Err(Refusal::NoTimer { node: "nap".into() }));
    assert_eq!(world.cancel(), Err(Refusal::Ending));
    let settled = world.succeed("b", json!("done"));
    assert_eq!(story(&settled), ["node_succeeded b", "failed a"]);
    assert_eq!(world.run.failure().map(|failure| failure.code.as_str()), Some("http_404"));
    assert_eq!(world.cancel(), Err(Refusal::Ended { status: RunStatus::Failure }));
}

#[test]
fn the_first_failure_is_the_runs() {
    let definition = definition(&["a", "b"], json!({ "a": effect(&[]), "b": effect(&[]) }));
    let mut world = World::of(&definition);
    world.fail("b", lasting());
    let last = world.fail("a", passing());
    assert_eq!(story(&last), ["node_failed a", "failed b"]);
}

#[test]
fn a_cancelled_run_ends_when_nothing_is_in_flight() {
    let definition = definition(
        &["a", "pause"],
        json!({
            "a": effect(&["b"]),
            "b": log("never", &[]),
            "pause": { "type": "wait", "payload": { "timeoutMs": 5000, "triggerType": "manual", "triggerConfig": {} } },
        }),
    );
    let mut world = World::of(&definition);
    let cancelled = world.cancel().expect("it is running");
    assert_eq!(story(&cancelled), ["cancel_requested", "node_cancelled b", "node_cancelled pause"]);
    assert_eq!(world.cancel(), Err(Refusal::Ending));
    assert_eq!(
        world.resume("pause", json!({})),
        Err(Refusal::NotWaiting {
            node: "pause".into(),
            status: chainkeel_engine::ExecutionStatus::Cancelled
        })
    );
    let last = world.fail("a", passing());
    assert_eq!(story(&last), ["node_failed a", "cancelled"]);
    assert_eq!(world.run.status(), RunStatus::Cancelled);
}

#[test]
fn a_waiting_run_is_cancelled_at_once() {
    let definition = definition(
        &["nap"],
        json!({ "nap": { "type": "delay", "payload": { "duration": "1h" } } }),
    );
    let mut world = World::of(&definition);
    assert_eq!(world.run.status(), RunStatus::Waiting);
    let cancelled = world.cancel().expect("it is waiting");
    assert_eq!(story(&cancelled), ["cancel_requested", "node_cancelled nap", "cancelled"]);
}

fn retrying(policy: Value) -> World {
    let mut node = effect(&[]);
    node["retryPolicy"] = policy;
    World::of(&definition(&["a"], json!({ "a": node })))
}

#[test]
fn retries_back_off_up_to_the_cap_and_then_fail() {
    let mut world = retrying(json!({
        "maxAttempts": 5, "initialInterval": 1000, "maxInterval": 3000, "backoffMultiplier": 2
    }));
    for (attempt, seconds) in [(2, 1), (3, 2), (4, 3), (5, 3)] {
        let facts = world.fail("a", passing());
        assert_eq!(story(&facts), ["node_failed a", "retry_scheduled a"]);
        let due_at = world.now + Duration::seconds(seconds);
        assert!(
            matches!(&facts[1], Fact::RetryScheduled { attempt: next, due_at: due, .. } if *next == attempt && *due == due_at),
            "{facts:?}"
        );
        assert_eq!(world.run.status(), RunStatus::Waiting);
        assert_eq!(world.status("a"), "scheduled");
        assert_eq!(world.run.timers().collect::<Vec<_>>(), [("a".into(), due_at)]);
        assert_eq!(world.due("a"), Err(Refusal::NotDue { node: "a".into(), due_at }));
        world.pass(Duration::seconds(seconds));
        assert_eq!(story(&world.due("a").expect("it is due")), ["node_started a"]);
    }
    assert_eq!(story(&world.fail("a", passing())), ["node_failed a", "failed a"]);
}

#[test]
fn a_fixed_interval_does_not_grow_and_jitter_takes_its_share() {
    let mut world = retrying(json!({
        "strategy": "fixed", "initialInterval": 1000, "jitter": 0.5
    }));
    for (chance, milliseconds) in [(0.0, 500), (1.0, 1000)] {
        world.chance = chance;
        world.fail("a", passing());
        let due_at = world.now + Duration::milliseconds(milliseconds);
        assert_eq!(world.run.timers().next(), Some(("a".into(), due_at)));
        world.now = due_at;
        world.due("a").expect("it is due");
    }
}

#[test]
fn the_key_is_new_after_a_definite_answer_and_the_same_after_an_unknown_outcome() {
    let mut world =
        retrying(json!({ "maxAttempts": 4, "strategy": "fixed", "initialInterval": 1 }));
    let unknown = || Failure::passing("timeout", FailureCategory::Timeout, "no answer in time");
    for failure in [passing(), unknown(), passing()] {
        world.fail("a", failure);
        world.pass(Duration::milliseconds(1));
        world.due("a").expect("it is due");
    }
    assert_eq!(
        keys(&world.facts),
        ["run_test:a:1", "run_test:a:2", "run_test:a:2", "run_test:a:3"]
    );
}

#[test]
fn policies_say_which_failures_are_retried() {
    let code = |code: &str, retryable| Failure { code: code.to_owned(), retryable, ..lasting() };
    let policy = json!({ "retryableErrors": ["odd"], "nonRetryableErrors": ["final"] });
    for (failure, retried) in [
        (code("any", true), true),
        (code("any", false), false),
        (code("odd", false), true),
        (code("final", true), false),
        (code("outcome_unknown", true), false),
    ] {
        let mut world = retrying(policy.clone());
        let facts = world.fail("a", failure.clone());
        let last = if retried { "retry_scheduled a" } else { "failed a" };
        assert_eq!(story(&facts).last().map(String::as_str), Some(last), "{failure:?}");
    }
}

#[test]
fn an_interrupted_effect_is_repeated_with_its_key_five_times() {
    let mut world = World::of(&definition(&["a"], json!({ "a": effect(&[]) })));
    let key = world.run.effect(&"a".into()).expect("in flight").idempotency_key;
    for repeat in 1..=MAX_REPEATS {
        let facts = world.interrupt("a");
        assert_eq!(story(&facts), ["effect_repeated a"]);
        let effect = world.run.effect(&"a".into()).expect("in flight again");
        assert_eq!((effect.repeat, effect.attempt), (repeat, 1));
        assert_eq!(effect.idempotency_key, key);
    }
    assert_eq!(story(&world.interrupt("a")), ["node_failed a", "failed a"]);
    assert_eq!(
        world.run.failure().map(|failure| failure.code.as_str()),
        Some(Failure::OUTCOME_UNKNOWN)
    );
}

#[test]
fn an_effect_that_must_not_be_repeated_ends_with_an_unknown_outcome() {
    let mut node = effect(&[]);
    node["repeatable"] = json!(false);
    node["retryPolicy"] = json!({ "retryableErrors": ["outcome_unknown", "timeout"] });
    let definition = definition(&["a"], json!({ "a": node }));
    let code = |world: &World| world.run.failure().map(|failure| failure.code.clone());

    let mut world = World::of(&definition);
    assert_eq!(story(&world.interrupt("a")), ["node_failed a", "failed a"]);
    assert_eq!(code(&world).as_deref(), Some("outcome_unknown"));

    let mut world = World::of(&definition);
    world.fail("a", Failure::passing("timeout", FailureCategory::Timeout, "no answer in time"));
    assert_eq!(code(&world).as_deref(), Some("outcome_unknown"));

    let mut world = World::of(&definition);
    let facts = world.fail("a", passing());
    assert_eq!(story(&facts), ["node_failed a", "retry_scheduled a"], "it surely did not happen");
}

#[test]
fn an_answer_for_another_attempt_is_refused() {
    let mut world = World::of(&definition(&["a"], json!({ "a": effect(&[]) })));
    let stale = Stimulus::EffectFailed { node: "a".into(), attempt: 2, failure: passing() };
    assert_eq!(world.tell(stale), Err(Refusal::NotInFlight { node: "a".into(), attempt: 2 }));
    let unknown = Stimulus::EffectInterrupted { node: "z".into(), attempt: 1 };
    assert_eq!(world.tell(unknown), Err(Refusal::UnknownNode { node: "z".into() }));
    world.succeed("a", json!(null));
    let late = Stimulus::EffectInterrupted { node: "a".into(), attempt: 1 };
    assert_eq!(world.tell(late), Err(Refusal::Ended { status: RunStatus::Success }));
}

#[test]
fn a_result_that_is_too_large_fails_the_node() {
    let mut world = World::of(&definition(&["a"], json!({ "a": effect(&[]) })));
    world.succeed("a", json!("x".repeat(300_000)));
    let failure = world.run.failure().expect("the run failed");
    assert_eq!(failure.code, Failure::RESULT_TOO_LARGE);
}

fn waiting(with_branch: bool) -> World {
    let mut resumed = log("{{pause.result.triggerResult.by}}", &[]);
    resumed["branch"] = json!("resumed");
    let mut nodes = json!({
        "pause": {
            "type": "wait",
            "payload": { "timeoutMs": 60_000, "triggerType": "manual", "triggerConfig": {} },
            "children": ["go"],
        },
        "go": resumed,
    });
    if with_branch {
        let mut late = log("late", &[]);
        late["branch"] = json!("timed_out");
        nodes["late"] = late;
        nodes["pause"]["children"] = json!(["go", "late"]);
    }
    World::of(&definition(&["pause"], nodes))
}

#[test]
fn a_wait_is_resumed_once() {
    let mut world = waiting(true);
    assert_eq!(world.run.status(), RunStatus::Waiting);
    assert_eq!(world.status("pause"), "waiting");
    let facts = world.resume("pause", json!({ "by": "ada" })).expect("it waits");
    assert_eq!(
        story(&facts),
        [
            "wait_resumed pause",
            "node_succeeded pause",
            "node_succeeded go",
            "node_skipped late",
            "succeeded"
        ]
    );
    assert_eq!(world.result("go")["message"], "ada");
    assert_eq!(
        world.result("pause"),
        json!({ "status": "resumed", "triggerResult": { "by": "ada" }, "source": "manual", "timeoutMs": 60_000 })
    );
    assert_eq!(
        world.resume("pause", json!({})),
        Err(Refusal::AlreadyResumed { node: "pause".into() })
    );
}

#[test]
fn an_expired_wait_takes_its_branch() {
    let mut world = waiting(true);
    world.pass(Duration::minutes(1));
    let facts = world.due("pause").expect("it is due");
    assert_eq!(
        story(&facts),
        [
            "wait_timed_out pause",
            "node_succeeded pause",
            "node_skipped go",
            "node_succeeded late",
            "succeeded"
        ]
    );
    assert_eq!(world.resume("pause", json!({})), Err(Refusal::Expired { node: "pause".into() }));
}

#[test]
fn an_expired_wait_without_a_branch_fails() {
    let mut world = waiting(false);
    world.pass(Duration::minutes(1));
    let facts = world.due("pause").expect("it is due");
    assert_eq!(
        story(&facts),
        ["wait_timed_out pause", "node_failed pause", "node_cancelled go", "failed pause"]
    );
    assert_eq!(
        world.run.failure().map(|failure| failure.code.as_str()),
        Some(Failure::WAIT_TIMED_OUT)
    );
    assert_eq!(world.resume("pause", json!({})), Err(Refusal::Expired { node: "pause".into() }));
}

#[test]
fn a_delay_sleeps_until_it_is_due() {
    let definition = definition(
        &["nap"],
        json!({ "nap": { "type": "delay", "payload": { "duration": "1h30m" }, "children": ["a"] }, "a": log("awake", &[]) }),
    );
    let mut world = World::of(&definition);
    assert_eq!(story(&world.facts), ["started", "delay_started nap"]);
    let due_at = NOON + Duration::minutes(90);
    assert_eq!(world.due("nap"), Err(Refusal::NotDue { node: "nap".into(), due_at }));
    world.now = due_at;
    let facts = world.due("nap").expect("it is due");
    assert_eq!(story(&facts), ["node_succeeded nap", "node_succeeded a", "succeeded"]);
    assert_eq!(world.result("nap"), json!({ "status": "completed", "delayMs": 5_400_000 }));
}

#[test]
fn a_retry_run_goes_on_where_its_source_failed() {
    let condition = json!({ "$and": [{ "{{a.result.n}}": { "$eq": 7 } }] });
    let mut other = effect(&[]);
    other["branch"] = json!("else");
    let mut b = effect(&["c"]);
    b["branch"] = json!("then");
    let definition = definition(
        &["a"],
        json!({
            "a": effect(&["check"]),
            "check": { "type": "if", "payload": { "condition": condition }, "children": ["b", "other"] },
            "b": b,
            "other": other,
            "c": log("{{a.result.n}} {{b.result.n}} {{a.payload.url}}", &[]),
        }),
    );
    let mut source = World::of(&definition);
    source.succeed("a", json!({ "n": 7 }));
    source.fail("b", lasting());
    assert_eq!(source.run.status(), RunStatus::Failure);
    let carried = source.carry();
    assert_eq!(carried.len(), 3, "a and check succeeded, other was skipped: {carried:?}");
    assert_eq!(carried[&Place::from("other")], Carried::Skipped {});

    let mut retry = World::start(Start {
        run_id: "run_retry".to_owned(),
        source_run: Some("run_test".to_owned()),
        carried,
        ..started_with(&definition, json!({}))
    });
    assert_eq!(story(&retry.facts), ["started", "node_started b"]);
    assert_eq!(keys(&retry.facts), ["run_retry:b:1"]);
    assert_eq!(retry.run.source_run(), Some("run_test"));
    let last = retry.succeed("b", json!({ "n": 8 }));
    assert_eq!(story(&last), ["node_succeeded b", "node_succeeded c", "succeeded"]);
    assert_eq!(retry.result("c")["message"], "7 8 https://example.org");
    assert_eq!(retry.status("other"), "skipped");
}

#[test]
fn a_node_whose_payload_is_wrong_at_run_time_names_the_place() {
    let definition = definition(
        &["take"],
        json!({ "take": { "type": "pluck", "payload": { "array": "{{$trigger.body.rows}}", "field": "id" } } }),
    );
    let world = World::with(&definition, json!({ "rows": 5 }));
    assert_eq!(story(&world.facts), ["started", "node_failed take", "failed take"]);
    let failure = world.run.failure().expect("the run failed");
    assert_eq!(failure.code, "invalid_input");
    assert!(failure.message.contains("/array"), "{}", failure.message);
    assert!(!failure.retryable);
}

#[test]
fn a_definition_that_cannot_be_executed_fails_its_run() {
    for nodes in [
        json!({ "root": { "type": "manual", "children": ["nowhere"] } }),
        json!({ "root": { "type": "manual" }, "lonely": { "type": "log" } }),
        json!({ "root": { "type": "manual", "children": ["a"] }, "a": { "type": "log", "children": ["a"] } }),
        json!({ "a": { "type": "log" } }),
    ] {
        let definition =
            chainkeel_engine::parse(&json!({ "nodes": nodes })).expect("its shape is right");
        let world = World::of(&definition.into());
        assert_eq!(world.run.status(), RunStatus::Failure, "{nodes}");
        assert_eq!(
            world.run.failure().map(|failure| failure.code.as_str()),
            Some(Failure::INVALID_DEFINITION)
        );
    }
}

#[test]
fn carried_nodes_that_do_not_exist_change_nothing() {
    let definition = definition(&["a"], json!({ "a": log("hi", &[]) }));
    let carried = Carried::Succeeded { input: None, result: json!(1).into(), branch: None };
    let world = World::start(Start {
        carried: BTreeMap::from([("ghost".into(), carried.clone()), ("root".into(), carried)]),
        ..started_with(&definition, json!({}))
    });
    assert_eq!(story(&world.facts), ["started", "node_succeeded a", "succeeded"]);
}
