//! Runs that are played in virtual time, with mocks for a world.

use std::sync::Arc;

use chainkeel_engine::rehearsal::{
    Answer, Answers, Bounds, CallChange, End, History, Mock, Rehearsal, Said, Unmocked, rehearse,
};
use chainkeel_engine::{Definition, Fact, RunStatus, verify};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{World, definition, effect, lasting, log, passing, started_with, story};

fn play(definition: &Arc<Definition>, mocks: Vec<Mock>) -> (Rehearsal, Vec<u32>) {
    play_within(definition, mocks, Unmocked::Fail, Bounds::default())
}

fn play_within(
    definition: &Arc<Definition>,
    mocks: Vec<Mock>,
    unmocked: Unmocked,
    bounds: Bounds,
) -> (Rehearsal, Vec<u32>) {
    let mut answers = Answers::new(mocks, unmocked);
    let played = rehearse(started_with(definition, json!({})), &mut answers, bounds, 7);
    (played, answers.uses().collect())
}

fn gives(value: Value) -> Vec<Answer> {
    vec![Answer::at_once(Said::Response(Arc::new(value)))]
}

fn result(played: &Rehearsal, node: &str) -> Value {
    let state = played.run.node(&node.into()).expect("the node exists");
    state.result().map_or(Value::Null, |result| (**result).clone())
}

fn retried(children: &[&str], jitter: f64) -> Value {
    let mut node = effect(children);
    node["retryPolicy"] = json!({ "maxAttempts": 3, "initialInterval": 1_000, "jitter": jitter });
    node
}

#[test]
fn a_run_goes_on_with_what_its_mocks_give() {
    let definition = definition(
        &["ask"],
        json!({ "ask": effect(&["say"]), "say": log("{{ask.result.body.price}}", &[]) }),
    );
    let (played, uses) =
        play(&definition, vec![Mock::of_node("ask", gives(json!({ "body": { "price": 42 } })))]);
    assert_eq!(played.end, End::Over);
    assert_eq!(played.run.status(), RunStatus::Success);
    assert_eq!(result(&played, "say")["message"], 42);
    assert_eq!(uses, [1]);
    assert_eq!(played.elapsed, Duration::ZERO);
}

#[test]
fn what_was_played_is_what_the_engine_would_decide_again() {
    let definition = definition(
        &["a", "b"],
        json!({
            "a": retried(&["pause"], 0.5),
            "b": effect(&[]),
            "pause": { "type": "delay", "payload": { "delayMs": 60_000 }, "children": ["end"] },
            "end": log("over", &[]),
        }),
    );
    let mocks = vec![Mock::of_node(
        "a",
        vec![
            Answer::at_once(Said::Failure(passing())),
            Answer::at_once(Said::Response(json!({}).into())),
        ],
    )];
    let mocks = [mocks, vec![Mock::of_kind("http-request", gives(json!({})))]].concat();
    let (first, _) = play(&definition, mocks.clone());
    let (second, _) = play(&definition, mocks);
    assert_eq!(first.run.status(), RunStatus::Success);
    assert_eq!(first, second);
    assert_eq!(verify(&first.facts).divergence, None);
}

#[test]
fn retries_and_delays_take_virtual_time() {
    let definition = definition(
        &["ask"],
        json!({
            "ask": retried(&["pause"], 0.0),
            "pause": { "type": "delay", "payload": { "duration": "15m" } },
        }),
    );
    let mock = Mock::of_node(
        "ask",
        vec![
            Answer::at_once(Said::Failure(passing())),
            Answer::at_once(Said::Failure(passing())),
            Answer { said: Said::Response(json!({}).into()), after: Duration::milliseconds(250) },
        ],
    );
    let (played, uses) = play(&definition, vec![mock]);
    assert_eq!(played.run.status(), RunStatus::Success);
    assert_eq!(uses, [3]);
    // One second, two seconds, the answer, and the delay.
    assert_eq!(played.elapsed, Duration::milliseconds(1_000 + 2_000 + 250 + 900_000));
}

#[test]
fn answers_come_in_the_order_of_their_delays() {
    let definition =
        definition(&["slow", "quick"], json!({ "slow": effect(&[]), "quick": effect(&[]) }));
    let (played, _) = play(
        &definition,
        vec![
            Mock::of_node("slow", gives(json!({}))).after(Duration::seconds(20)),
            Mock::of_node("quick", gives(json!({}))).after(Duration::seconds(10)),
        ],
    );
    let ends: Vec<String> =
        story(&played.facts).into_iter().filter(|it| it.contains("succeeded ")).collect();
    assert_eq!(ends, ["node_succeeded quick", "node_succeeded slow"]);
}

#[test]
fn an_effect_that_takes_longer_than_it_may_times_out() {
    let definition = definition(&["ask"], json!({ "ask": effect(&[]) }));
    for answers in [
        vec![Answer { said: Said::Response(json!({}).into()), after: Duration::seconds(31) }],
        vec![Answer::at_once(Said::Nothing)],
    ] {
        let (played, _) = play(&definition, vec![Mock::of_node("ask", answers)]);
        assert_eq!(played.run.failure().map(|it| it.code.as_str()), Some("timeout"));
        assert_eq!(played.elapsed, Duration::seconds(30));
    }
}

fn approval() -> Arc<Definition> {
    definition(
        &["ask"],
        json!({
            "ask": {
                "type": "wait",
                "payload": { "timeoutMs": 3_600_000, "triggerType": "manual", "triggerConfig": {} },
                "children": ["yes", "late"],
            },
            "yes": { "type": "log", "branch": "resumed", "payload": { "message": "{{ask.result.triggerResult.who}}" } },
            "late": { "type": "log", "branch": "timed_out", "payload": { "message": "late" } },
        }),
    )
}

#[test]
fn a_wait_is_resumed_with_the_response_of_its_mock() {
    let mock = Mock::of_node("ask", gives(json!({ "who": "ada" }))).after(Duration::minutes(5));
    let (played, _) = play(&approval(), vec![mock]);
    assert_eq!(result(&played, "yes")["message"], "ada");
    assert_eq!(played.elapsed, Duration::minutes(5));
}

#[test]
fn a_wait_expires_when_its_mock_is_silent_or_late() {
    let late = Answer { said: Said::Response(json!({}).into()), after: Duration::hours(1) };
    for answer in [Answer::at_once(Said::Nothing), late] {
        let (played, _) = play(&approval(), vec![Mock::of_node("ask", vec![answer])]);
        assert_eq!(result(&played, "late")["message"], "late");
        assert_eq!(played.elapsed, Duration::hours(1));
    }
}

#[test]
fn a_wait_that_is_mocked_by_a_failure_is_refused() {
    let mock = Mock::of_node("ask", vec![Answer::at_once(Said::Failure(lasting()))]);
    let (played, _) = play(&approval(), vec![mock]);
    assert!(played.end.to_string().contains("a wait does not fail"), "{}", played.end);
}

#[test]
fn what_is_not_mocked_ends_the_rehearsal_and_says_how_to_mock_it() {
    let effect = definition(&["ask"], json!({ "ask": effect(&[]) }));
    let (played, _) = play(&effect, vec![]);
    let told = played.end.to_string();
    assert!(told.contains(r#"{"node": "ask", "response": …}"#), "{told}");
    assert!(told.contains(r#"{"type": "http-request", "response": …}"#), "{told}");
    assert_eq!(played.run.status(), RunStatus::Running);

    let (played, _) = play(&approval(), vec![]);
    assert!(played.end.to_string().contains(r#""timesOut": true"#), "{}", played.end);
}

#[test]
fn what_is_not_mocked_may_echo_what_it_was_given() {
    let definition = definition(&["ask"], json!({ "ask": effect(&[]) }));
    let (played, _) = play_within(&definition, vec![], Unmocked::Echo, Bounds::default());
    assert_eq!(result(&played, "ask"), json!({ "url": "https://example.org" }));
}

#[test]
fn a_mock_may_be_for_one_call_only() {
    let definition = definition(&["ask"], json!({ "ask": retried(&[], 0.0) }));
    let fails = vec![Answer::at_once(Said::Failure(passing()))];
    let second = Mock::of_node("ask", gives(json!({ "n": 2 }))).at(2);
    let (played, uses) =
        play(&definition, vec![second.clone(), Mock::of_node("ask", fails.clone())]);
    assert_eq!(result(&played, "ask"), json!({ "n": 2 }));
    assert_eq!(uses, [1, 1]);

    let first = Mock::of_node("ask", fails).at(1);
    let (played, _) = play(&definition, vec![first]);
    assert!(played.end.to_string().starts_with(r#"call 2 of node "ask""#), "{}", played.end);
}

#[test]
fn the_first_mock_that_fits_answers_and_the_others_are_known_as_unused() {
    let definition = definition(&["ask"], json!({ "ask": effect(&[]) }));
    let (played, uses) = play(
        &definition,
        vec![
            Mock::of_kind("send-slack-message", gives(json!({ "by": "other type" }))),
            Mock::of_kind("http-request", gives(json!({ "by": "type" }))),
            Mock::of_node("ask", gives(json!({ "by": "node" }))),
        ],
    );
    assert_eq!(result(&played, "ask"), json!({ "by": "type" }));
    assert_eq!(uses, [0, 1, 0]);
}

#[test]
fn a_failing_effect_fails_the_run_as_it_would_in_the_house() {
    let definition =
        definition(&["ask"], json!({ "ask": effect(&["say"]), "say": log("never", &[]) }));
    let mock = Mock::of_node("ask", vec![Answer::at_once(Said::Failure(lasting()))]);
    let (played, _) = play(&definition, vec![mock]);
    assert_eq!(played.end, End::Over);
    assert_eq!(
        story(&played.facts)[1..],
        ["node_started ask", "node_failed ask", "node_cancelled say", "failed ask"]
    );
}

#[test]
fn a_rehearsal_ends_at_its_bounds() {
    let definition = definition(
        &["pause"],
        json!({ "pause": { "type": "delay", "payload": { "duration": "2h" }, "children": ["ask"] }, "ask": effect(&[]) }),
    );
    let mocks = vec![Mock::of_node("ask", gives(json!({})))];
    let short = Bounds { time: Duration::hours(1), ..Bounds::default() };
    let (played, _) = play_within(&definition, mocks.clone(), Unmocked::Fail, short);
    assert_eq!(played.end, End::OutOfTime(Duration::hours(1)));

    let few = Bounds { steps: 1, ..Bounds::default() };
    let (played, _) = play_within(&definition, mocks, Unmocked::Fail, few);
    assert_eq!(played.end, End::OutOfSteps(1));
    assert!(matches!(played.facts.last(), Some(Fact::NodeStarted { .. })));
}

#[test]
fn jitter_depends_on_the_seed_and_on_nothing_else() {
    let definition = definition(&["ask"], json!({ "ask": retried(&[], 1.0) }));
    let mut elapsed = Vec::new();
    for seed in [1, 1, 2] {
        let answers = [Said::Failure(passing()), Said::Response(json!({}).into())];
        let mock = Mock::of_node("ask", answers.map(Answer::at_once).into());
        let mut answers = Answers::new([mock], Unmocked::Fail);
        let from = started_with(&definition, json!({}));
        elapsed.push(rehearse(from, &mut answers, Bounds::default(), seed).elapsed);
    }
    assert_eq!(elapsed[0], elapsed[1]);
    assert_ne!(elapsed[0], elapsed[2]);
}

/// A run with a retry, a delay and a wait, as it really happened.
fn happened(definition: &Arc<Definition>) -> World {
    let mut world = World::of(definition);
    world.pass(Duration::milliseconds(70));
    world.fail("ask", passing());
    world.pass(Duration::milliseconds(1_013));
    world.due("ask").expect("the second attempt is due");
    world.pass(Duration::milliseconds(30));
    world.succeed("ask", json!({ "price": 42 }));
    world.pass(Duration::minutes(1));
    world.due("pause").expect("the delay is over");
    world.pass(Duration::minutes(9));
    world.resume("approve", json!({ "by": "ada" })).expect("it waits");
    assert_eq!(world.run.status(), RunStatus::Success);
    world
}

fn lived(price: &str) -> Arc<Definition> {
    let mut ask = retried(&["pause"], 0.0);
    ask["payload"]["url"] = json!("https://example.org/1");
    definition(
        &["ask"],
        json!({
            "ask": ask,
            "pause": { "type": "delay", "payload": { "duration": "1m" }, "children": ["approve"] },
            "approve": {
                "type": "wait",
                "payload": { "timeoutMs": 3_600_000, "triggerType": "manual", "triggerConfig": {} },
                "children": ["say"],
            },
            "say": log(&format!("{price}, says {{{{approve.result.triggerResult.by}}}}"), &[]),
        }),
    )
}

fn again(definition: &Arc<Definition>, world: &World) -> (Rehearsal, Vec<CallChange>) {
    let mut history = History::of(&world.facts, Answers::default());
    let from = started_with(definition, json!({}));
    let played = rehearse(from, &mut history, Bounds::default(), 0);
    (played, history.changes)
}

#[test]
fn a_run_is_played_again_from_what_happened() {
    let definition = lived("{{ask.result.price}}");
    let world = happened(&definition);
    let (played, changes) = again(&definition, &world);
    assert_eq!(changes, []);
    assert_eq!(story(&played.facts), story(&world.facts));
    assert_eq!(result(&played, "say")["message"], "42, says ada");
}

#[test]
fn calls_that_were_made_otherwise_or_not_at_all_are_told() {
    let world = happened(&lived("{{ask.result.price}}"));
    let mut draft = serde_json::to_value(&*lived("{{more.result}}")).expect("JSON");
    draft["nodes"]["ask"]["payload"]["url"] = json!("https://example.org/2");
    draft["nodes"]["pause"]["children"] = json!(["more"]);
    draft["nodes"]["more"] = effect(&["approve"]);
    let draft = Arc::new(chainkeel_engine::parse(&draft).expect("a definition"));
    let (played, changes) = again(&draft, &world);
    let told: Vec<String> = changes
        .iter()
        .map(|change| match change {
            CallChange::Anew(call) => format!("{} anew", call.address),
            CallChange::OtherInput { call, recorded } => {
                format!("{} {} not {}", call.address, call.input["url"], recorded["url"])
            }
        })
        .collect();
    let other = r#"ask "https://example.org/2" not "https://example.org/1""#;
    assert_eq!(told, [other, other, "more anew"]);
    assert!(played.end.to_string().contains("node \"more\""), "{}", played.end);
}
