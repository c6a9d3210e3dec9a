use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::test::TestFramework;
use engine::{Fact, Failure, FailureCategory, Refusal, Start, Stimulus, Trigger, WorkflowRef};
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

use super::{Command, Error, Event, Run};

const AT: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);
const RUN: &str = "run_01h455vb4pex5vsknk084sn02q";

/// `ask` is an effect, `note` follows it.
fn start() -> Start {
    let definition = engine::parse(&json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["ask"]},
        "ask": {"type": "http-request", "payload": {"url": "{{$trigger.body.url}}"}, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "{{ask.result.status}}"}}
    }}))
    .expect("a definition");
    let body = Arc::new(json!({"url": "https://example.org"}));
    Start {
        definition: Arc::new(definition),
        workflow: WorkflowRef { id: "wf_1".into(), version: 1 },
        trigger: Trigger {
            kind: "manual".into(),
            source: "ada".into(),
            body: Arc::clone(&body),
            headers: BTreeMap::new(),
        },
        input: body,
        run_id: RUN.into(),
        source_run: None,
        carried: BTreeMap::new(),
        parent: None,
        variables: None,
        subject: None,
        at: AT,
        chance: 0.0,
    }
}

fn react(stimulus: Stimulus) -> Command {
    Command::React { stimulus, at: AT, chance: 0.0 }
}

fn answered() -> Stimulus {
    let result = Arc::new(json!({"status": 200}));
    Stimulus::EffectSucceeded { node: "ask".into(), attempt: 1, result }
}

/// The events of the run up to the effect, as the aggregate itself writes them.
fn begun() -> Vec<Event> {
    Run::default().decide(Command::Start(Box::new(start()))).expect("a run begins")
}

fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(|event| event.0.name()).collect()
}

#[test]
fn a_run_begins_with_the_intent_of_its_first_effect() {
    TestFramework::<Run>::with(())
        .given_no_previous_events()
        .when(Command::Start(Box::new(start())))
        .then_expect_events(begun());
    assert_eq!(names(&begun()), ["started", "node_started"]);
}

#[test]
fn a_run_begins_once() {
    TestFramework::<Run>::with(())
        .given(begun())
        .when(Command::Start(Box::new(start())))
        .then_expect_error(Error::Started);
}

#[test]
fn what_has_not_begun_takes_no_orders() {
    TestFramework::<Run>::with(())
        .given_no_previous_events()
        .when(react(answered()))
        .then_expect_error(Error::Unknown);
}

#[test]
fn an_answer_leads_to_everything_up_to_the_end_in_one_go() {
    let events = TestFramework::<Run>::with(())
        .given(begun())
        .when(react(answered()))
        .inspect_result()
        .expect("the run goes on");
    assert_eq!(names(&events), ["node_succeeded", "node_succeeded", "succeeded"]);
}

#[test]
fn an_answer_counts_once() {
    let mut run = Run::default();
    for event in begun() {
        cqrs_es::Aggregate::apply(&mut run, event);
    }
    for event in run.decide(react(answered())).expect("the run goes on") {
        cqrs_es::Aggregate::apply(&mut run, event);
    }
    let again = run.decide(react(answered()));
    assert!(matches!(again, Err(Error::Refused(Refusal::Ended { .. }))), "{again:?}");
}

#[test]
fn a_failure_that_nothing_handles_fails_the_run() {
    let failure = Failure::lasting("http_404", FailureCategory::Service, "no such page");
    let failed = Stimulus::EffectFailed { node: "ask".into(), attempt: 1, failure };
    let events = TestFramework::<Run>::with(())
        .given(begun())
        .when(react(failed))
        .inspect_result()
        .expect("the run ends");
    assert_eq!(names(&events), ["node_failed", "node_cancelled", "failed"]);
}

#[test]
fn a_cancelled_run_waits_for_the_effect_in_flight() {
    let cancel = Stimulus::Cancel {
        by: "ada".into(),
        reason: Some("a mistake".into()),
        compensate: engine::Compensate::No,
    };
    let requested = TestFramework::<Run>::with(())
        .given(begun())
        .when(react(cancel))
        .inspect_result()
        .expect("a run can be cancelled");
    assert_eq!(names(&requested).first(), Some(&"cancel_requested"));
    assert!(!names(&requested).contains(&"cancelled"), "the effect has not settled");
    let events = TestFramework::<Run>::with(())
        .given([begun(), requested].concat())
        .when(react(answered()))
        .inspect_result()
        .expect("the effect settles");
    assert_eq!(names(&events).last(), Some(&"cancelled"));
}

#[test]
fn an_interrupted_effect_is_repeated_under_the_same_key() {
    let interrupted = Stimulus::EffectInterrupted { node: "ask".into(), attempt: 1 };
    let repeated =
        Event(Fact::EffectRepeated { node: "ask".into(), attempt: 1, repeat: 1, at: AT });
    TestFramework::<Run>::with(())
        .given(begun())
        .when(react(interrupted))
        .then_expect_events(vec![repeated]);
}
