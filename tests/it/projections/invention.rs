//! Invented histories: every kind of event that runs and workflows leave, in believable orders, the
//! same for the same seed.

use std::collections::BTreeMap;
use std::sync::Arc;

use chainkeel::aggregates::{entry, run, test, test_execution, workflow};
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::{OrganizationId, RunId, TestExecutionId, TestId, WorkflowId};
use engine::{
    Carried, Definition, Fact, Failure, FailureCategory, Json, Place, Trigger, WorkflowRef,
};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::invented_accounts::account;
use super::invented_audit::refusals;
use super::invented_blueprints::blueprint;
use super::invented_connectors::connector;
use super::invented_documents::document;
use super::invented_events::{defined, published};
use super::invented_lanes::{floor, lane, paper};
use super::invented_organizations::organization;
use super::invented_schemas::schema;
use super::invented_sequences::sequence;
use super::invented_tasks::task;
use super::invented_ui_components::ui_component;
use super::invented_users::user;
use super::invented_x402::{paid, sold};
use super::stage::Stage;

/// What a stream will hold, append by append.
pub(super) struct History {
    pub(super) stream: StreamId,
    pub(super) appends: Vec<Vec<NewEvent>>,
}

/// A run that was invented, as the engine sees it after all its facts.
pub(super) struct InventedRun {
    pub(super) id: RunId,
    pub(super) state: engine::Run,
}

/// Chance that can be repeated.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides` (splitmix64).
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

/// The present of the invented runs moves on by a millisecond a fact.
struct Scribe {
    facts: Vec<Vec<Fact>>,
    state: engine::Run,
    at: OffsetDateTime,
}

impl Scribe {
    fn now(&mut self) -> OffsetDateTime {
        self.at += Duration::microseconds(1_001);
        self.at
    }

    /// Facts of one append.
    fn note(&mut self, facts: Vec<Fact>) {
        for fact in &facts {
            self.state.apply(fact);
        }
        self.facts.push(facts);
    }
}

fn failure(code: &str, message: &str) -> Failure {
    Failure::passing(code, FailureCategory::Service, message)
}

/// A definition with `count` nodes behind the trigger.
pub(super) fn definition(count: u64) -> Value {
    let mut nodes = serde_json::Map::new();
    let children: Vec<_> = (0..count).map(|n| format!("n{n}")).collect();
    nodes
        .insert("root".to_owned(), json!({"type": "webhook", "payload": {}, "children": children}));
    for child in children {
        nodes.insert(child, json!({"type": "http-request", "payload": {"url": "http://x/"}}));
    }
    json!({ "nodes": nodes })
}

fn json(value: Value) -> Json {
    Arc::new(value)
}

/// One run, from its first fact to wherever it got.
pub(super) fn run(dice: &mut Dice, workflow: WorkflowId) -> (History, InventedRun) {
    let id = RunId::generate();
    let count = 1 + dice.roll(4);
    let parsed: Definition = serde_json::from_value(definition(count)).unwrap();
    let mut scribe = Scribe {
        facts: Vec::new(),
        state: engine::Run::default(),
        at: datetime!(2026-11-21 08:00 UTC) + Duration::seconds(dice.roll(200_000).cast_signed()),
    };
    let at = scribe.now();
    let mut carried = BTreeMap::new();
    let retry = dice.roll(5) == 0;
    if retry {
        let result = json(json!({"kept": true}));
        carried.insert(
            Place::from("n0"),
            Carried::Succeeded { input: None, result, branch: Some("then".into()) },
        );
    }
    let mut first = vec![Fact::Started {
        run_id: id.to_string(),
        workflow: WorkflowRef { id: workflow.to_string(), version: 3 },
        definition: Arc::new(parsed),
        trigger: Trigger {
            kind: if retry { "retry" } else { "webhook" }.to_owned(),
            source: "webhook".to_owned(),
            body: json(json!({"a\u{0}b": "text with \" and \u{0} and ünïcödé"})),
            headers: BTreeMap::from([("x-test".to_owned(), "1".to_owned())]),
        },
        input: json(json!({"amount": dice.roll(1_000)})),
        source_run: retry.then(|| RunId::generate().to_string()),
        carried,
        parent: None,
        variables: None,
        subject: None,
        at,
    }];
    // The first node's opening joins the first append, as it does in life.
    if dice.roll(3) == 0 {
        let at = scribe.now();
        first.push(Fact::NodeSkipped {
            node: Place::from(format!("n{}", count - 1).as_str()),
            kind: "http-request".into(),
            at,
        });
    }
    let skipped = first.len() > 1;
    scribe.note(first);
    let mut open = true;
    for number in 0..count {
        if (retry && number == 0) || (skipped && number == count - 1) {
            continue;
        }
        open = node(dice, &mut scribe, &format!("n{number}"));
        if !open {
            break;
        }
    }
    if open && dice.roll(4) > 0 {
        let at = scribe.now();
        scribe.note(vec![Fact::Succeeded {
            output: json(json!({"n0": {"ok": true}})),
            parent: None,
            at,
        }]);
    }
    let Scribe { facts, state, .. } = scribe;
    let appends = facts
        .iter()
        .map(|facts| {
            facts.iter().map(|fact| NewEvent::of(&run::Event(fact.clone())).unwrap()).collect()
        })
        .collect();
    (History { stream: StreamId::run(id), appends }, InventedRun { id, state })
}

/// One node's life; false when nothing follows it.
fn node(dice: &mut Dice, scribe: &mut Scribe, name: &str) -> bool {
    let node = Place::from(name);
    match dice.roll(10) {
        0 => pure(scribe, node),
        1 | 2 => effect(scribe, node, 1),
        3 => {
            attempt_that_fails(scribe, &node, 1, true);
            effect(scribe, node, 2)
        }
        4 => {
            fails_for_good(scribe, &node);
            false
        }
        5 => delay(dice, scribe, node),
        6 => wait(dice, scribe, node),
        7 => {
            start(scribe, &node, 1);
            cancel(dice, scribe, &node);
            false
        }
        8 => {
            start(scribe, &node, 1);
            let at = scribe.now();
            scribe.note(vec![Fact::EffectRepeated {
                node: node.clone(),
                attempt: 1,
                repeat: 1,
                at,
            }]);
            finish(scribe, node, 1);
            true
        }
        // Open, for as long as anybody looks.
        _ => {
            if dice.roll(2) == 0 {
                start(scribe, &node, 1);
            } else {
                attempt_that_fails(scribe, &node, 1, true);
            }
            false
        }
    }
}

fn pure(scribe: &mut Scribe, node: Place) -> bool {
    let at = scribe.now();
    scribe.note(vec![Fact::NodeSucceeded {
        node,
        kind: "if".into(),
        attempt: 1,
        input: Some(json(json!({"condition": {"$eq": 1}}))),
        result: json(json!({"result": true})),
        branch: Some("then".into()),
        at,
    }]);
    true
}

fn start(scribe: &mut Scribe, node: &Place, attempt: u32) {
    let at = scribe.now();
    scribe.note(vec![Fact::NodeStarted {
        node: node.clone(),
        kind: "http-request".into(),
        attempt,
        input: json(json!({"url": "https://example.com/", "attempt": attempt})),
        idempotency_key: format!("run:{node}:{attempt}"),
        timeout_ms: 30_000,
        at,
    }]);
}

fn finish(scribe: &mut Scribe, node: Place, attempt: u32) {
    let at = scribe.now();
    scribe.note(vec![Fact::NodeSucceeded {
        node,
        kind: "http-request".into(),
        attempt,
        input: None,
        result: json(json!({"status": 200, "body": "fine"})),
        branch: None,
        at,
    }]);
}

fn effect(scribe: &mut Scribe, node: Place, attempt: u32) -> bool {
    start(scribe, &node, attempt);
    finish(scribe, node, attempt);
    true
}

fn attempt_that_fails(scribe: &mut Scribe, node: &Place, attempt: u32, again: bool) {
    start(scribe, node, attempt);
    let at = scribe.now();
    let mut facts = vec![Fact::NodeFailed {
        node: node.clone(),
        kind: "http-request".into(),
        attempt,
        input: None,
        failure: failure("http_503", "the other side\u{0} is busy"),
        at,
    }];
    if again {
        facts.push(Fact::RetryScheduled {
            node: node.clone(),
            attempt: attempt + 1,
            due_at: at + Duration::seconds(1),
            at,
        });
    }
    scribe.note(facts);
}

fn fails_for_good(scribe: &mut Scribe, node: &Place) {
    attempt_that_fails(scribe, node, 1, false);
    let at = scribe.now();
    let mut facts = cut_off(scribe, at);
    let failure = failure("http_503", "the other side\u{0} is busy");
    facts.push(Fact::Failed {
        node: Some(node.clone()),
        failure,
        error_workflow: None,
        parent: None,
        at,
    });
    scribe.note(facts);
}

/// What had not ended when the run is about to.
fn cut_off(scribe: &Scribe, at: OffsetDateTime) -> Vec<Fact> {
    scribe
        .state
        .nodes()
        .into_iter()
        .filter(|(_, state)| !state.status().is_terminal())
        .map(|(node, _)| Fact::NodeCancelled { node: node.clone(), kind: None, at })
        .collect()
}

fn delay(dice: &mut Dice, scribe: &mut Scribe, node: Place) -> bool {
    let at = scribe.now();
    scribe.note(vec![Fact::DelayStarted {
        node: node.clone(),
        kind: "delay".into(),
        input: json(json!({"duration": "1h"})),
        due_at: at + Duration::hours(1),
        at,
    }]);
    if dice.roll(3) == 0 {
        return false;
    }
    let at = scribe.now();
    scribe.note(vec![Fact::NodeSucceeded {
        node,
        kind: "delay".into(),
        attempt: 1,
        input: None,
        result: json(json!({})),
        branch: None,
        at,
    }]);
    true
}

fn wait(dice: &mut Dice, scribe: &mut Scribe, node: Place) -> bool {
    let at = scribe.now();
    scribe.note(vec![Fact::WaitOpened {
        node: node.clone(),
        kind: "wait".into(),
        input: json(waited_for(dice)),
        due_at: at + Duration::days(1),
        at,
    }]);
    let at = scribe.now();
    let (told, branch) = match dice.roll(4) {
        0 => return false,
        1 => {
            cancel(dice, scribe, &node);
            return false;
        }
        2 => (Fact::WaitTimedOut { node: node.clone(), kind: None, at }, "timed_out"),
        _ => (
            Fact::WaitResumed {
                node: node.clone(),
                data: json(json!({"approved": true})),
                source: "manual".to_owned(),
                by: "somebody".to_owned(),
                at,
            },
            "resumed",
        ),
    };
    let ended = Fact::NodeSucceeded {
        node,
        kind: "wait".into(),
        attempt: 1,
        input: None,
        result: json(json!({"approved": true})),
        branch: Some(branch.into()),
        at,
    };
    scribe.note(vec![told, ended]);
    true
}

/// What a wait is given: half of them wait for an event, some in a way that is none any more.
fn waited_for(dice: &mut Dice) -> Value {
    let pattern = ["order.paid", "order.*", "a\u{0}b", ""];
    match dice.roll(8) {
        0..=3 => json!({
            "timeoutMs": 86_400_000, "triggerType": "event",
            "triggerConfig": {"pattern": pattern[usize::try_from(dice.roll(4)).unwrap()]},
        }),
        4 => json!({"triggerType": "event"}),
        5 => json!({"triggerType": "signal", "triggerConfig": {"signal": "go"}}),
        6 => json!({"triggerType": 7, "triggerConfig": "order.paid"}),
        _ => json!({"timeout": "1d"}),
    }
}

fn cancel(dice: &mut Dice, scribe: &mut Scribe, node: &Place) {
    let at = scribe.now();
    let by = "somebody".to_owned();
    let reason = (dice.roll(2) == 0).then(|| "no longer needed".to_owned());
    scribe.note(vec![Fact::CancelRequested {
        by: by.clone(),
        reason,
        compensate: engine::Compensate::No,
        at,
    }]);
    let in_flight = scribe.state.effects_in_flight().any(|effect| effect.node == *node);
    if in_flight {
        finish(scribe, node.clone(), 1);
    }
    let at = scribe.now();
    let mut facts = cut_off(scribe, at);
    facts.push(Fact::Cancelled { by, reason: None, parent: None, at });
    scribe.note(facts);
}

/// One workflow's life.
pub(super) fn workflow(dice: &mut Dice) -> (History, WorkflowId) {
    let id = WorkflowId::generate();
    let at = datetime!(2026-11-20 08:00 UTC) + Duration::minutes(dice.roll(500).cast_signed());
    let by = || "author".to_owned();
    let mut events = vec![workflow::Event::Created {
        workflow_id: id,
        organization_id: OrganizationId::DEFAULT,
        name: format!("Workflow {}", dice.roll(100)),
        description: (dice.roll(2) == 0).then(|| "what it is for".to_owned()),
        definition: json(definition(2)),
        webhook_secret_hash: format!("{:064x}", dice.roll(u64::MAX)),
        by: by(),
        at,
    }];
    let mut versions = 0;
    for _ in 0..dice.roll(9) {
        let event = match dice.roll(8) {
            0 => workflow::Event::DraftSaved {
                name: Some("Renamed".to_owned()),
                description: None,
                definition: Some(json(definition(3))),
                by: by(),
                at,
            },
            1 => workflow::Event::DraftDiscarded { by: by(), at },
            2 | 3 => {
                versions += 1;
                let definition = json(definition(1));
                workflow::Event::Published { version: versions, definition, by: by(), at }
            }
            4 => workflow::Event::Paused { reason: workflow::PauseReason::Requested, by: by(), at },
            5 => workflow::Event::Resumed { by: by(), at },
            6 => {
                let pins = BTreeMap::from([("n0".to_owned(), json(json!({"a\u{0}": 1})))]);
                workflow::Event::OutputsPinned { pins, by: by(), at }
            }
            _ => {
                versions += 1;
                workflow::Event::RolledBack {
                    version: versions,
                    restored: 1,
                    definition: json(definition(1)),
                    by: by(),
                    at,
                }
            }
        };
        events.push(event);
    }
    if versions > 0 {
        let tags = vec!["finance".to_owned(), "a\u{0}tag".to_owned()];
        events.push(workflow::Event::Tagged { tags, by: by(), at });
    }
    let appends = events.iter().map(|event| vec![NewEvent::of(event).unwrap()]).collect();
    (History { stream: StreamId::workflow(id), appends }, id)
}

/// One test's life, and an execution of it.
fn trial(dice: &mut Dice, workflow: WorkflowId) -> [History; 2] {
    let (test, execution) = (TestId::generate(), TestExecutionId::generate());
    let at = datetime!(2026-11-22 08:00 UTC) + Duration::minutes(dice.roll(500).cast_signed());
    let by = || "author".to_owned();
    let definition = |cases: u64| {
        let cases: Vec<Value> = (0..cases).map(|n| json!({"caseId": format!("{n}")})).collect();
        let (name, target) = ("A test\u{0}", workflow.to_string());
        json(json!({"name": name, "targetId": target, "cases": cases}))
    };
    let mut events = vec![test::Event::Created {
        test_id: test,
        organization_id: OrganizationId::DEFAULT,
        definition: definition(1 + dice.roll(4)),
        by: by(),
        at,
    }];
    for _ in 0..dice.roll(3) {
        events.push(test::Event::Updated { definition: definition(2), by: by(), at });
    }
    if dice.roll(4) == 0 {
        events.push(test::Event::Deleted { by: by(), at });
    }
    let started = test_execution::Event::Started {
        execution_id: execution,
        organization_id: OrganizationId::DEFAULT,
        test_id: test,
        test_version: 1,
        workflow: (dice.roll(3) > 0).then(|| WorkflowRef { id: workflow.to_string(), version: 1 }),
        by: by(),
        at,
    };
    let played = test_execution::Event::CasesPlayed { results: Vec::new(), at };
    let failed = u32::try_from(dice.roll(3)).unwrap();
    let status =
        if failed == 0 { test_execution::Status::Passed } else { test_execution::Status::Failed };
    let finished = test_execution::Event::Finished { status, passed: 2, failed, at };
    let executed = [started, played, finished];
    [
        History {
            stream: StreamId::test(test),
            appends: events.iter().map(|event| vec![NewEvent::of(event).unwrap()]).collect(),
        },
        History {
            stream: StreamId::test_execution(execution),
            appends: vec![executed.iter().map(|event| NewEvent::of(event).unwrap()).collect()],
        },
    ]
}

/// One entry, set and removed some times.
fn entry(dice: &mut Dice) -> History {
    let (scope, key) = match dice.roll(3) {
        0 => (entry::Scope::Organization, RunId::generate().to_string()),
        _ => (entry::Scope::Workflow(WorkflowId::generate()), "ünïcödé/\" key".to_owned()),
    };
    let place = entry::Place::new(scope, "default", &key).unwrap();
    let at = datetime!(2026-11-21 08:00 UTC) + Duration::seconds(dice.roll(10_000).cast_signed());
    let stream = StreamId::entry(place.entry(OrganizationId::DEFAULT));
    let event = |dice: &mut Dice| {
        let (place, by, effect) = (place.clone(), "run \u{0}".to_owned(), None);
        match dice.roll(3) {
            0 => entry::Event::Removed { place, by, effect, at },
            1 => {
                let value = json(json!("x".repeat(40_000)));
                entry::Event::Set { place, value, by, effect, at }
            }
            _ => {
                let value = json(json!({"a\u{0}b": [null, dice.roll(9)]}));
                entry::Event::Set { place, value, by, effect, at }
            }
        }
    };
    let append =
        |dice: &mut Dice| (0..=dice.roll(2)).map(|_| NewEvent::of(&event(dice)).unwrap()).collect();
    History { stream, appends: (0..=dice.roll(4)).map(|_| append(dice)).collect() }
}

/// Many histories.
pub(super) fn world(seed: u64, runs: usize) -> (Vec<History>, Vec<InventedRun>) {
    let mut dice = Dice::new(seed);
    let (mut histories, workflows): (Vec<_>, Vec<_>) =
        (0..3 + runs / 20).map(|_| workflow(&mut dice)).unzip();
    histories.extend(workflows.iter().flat_map(|workflow| trial(&mut dice, *workflow)));
    histories.extend((0..2 + runs / 10).map(|_| entry(&mut dice)));
    let mut invented = Vec::new();
    for number in 0..runs {
        let (history, run) = run(&mut dice, workflows[number % workflows.len()]);
        histories.push(history);
        invented.push(run);
    }
    for number in 0..3 + runs / 10 {
        histories.push(task(&mut dice, workflows[number % workflows.len()]));
    }
    histories.extend((0..2 + runs / 20).map(|_| account(&mut dice)));
    histories.extend((0..2 + runs / 20).map(|_| schema(&mut dice)));
    histories.extend((0..2 + runs / 10).map(|_| published(&mut dice)));
    histories.extend((0..2 + runs / 20).map(|_| defined(&mut dice)));
    histories.extend((0..2 + runs / 20).map(|_| sequence(&mut dice)));
    histories.extend((0..2 + runs / 20).map(|_| lane(&mut dice)));
    histories.extend((0..2 + runs / 20).map(|_| paper(&mut dice)));
    histories.extend((0..2 + runs / 20).map(|_| floor(&mut dice)));
    histories.extend((0..3 + runs / 20).map(|_| sold(&mut dice)));
    histories.extend((0..3 + runs / 20).map(|_| paid(&mut dice)));
    histories.extend((0..3 + runs / 20).map(|_| connector(&mut dice)));
    histories.extend((0..2 + runs / 20).flat_map(|_| organization(&mut dice)));
    histories.extend((0..2 + runs / 20).map(|_| refusals(&mut dice)));
    histories.extend((0..2 + runs / 20).map(|_| user(&mut dice)));
    histories.extend((0..2 + runs / 20).map(|_| document(&mut dice)));
    histories.extend((0..2 + runs / 20).map(|_| blueprint(&mut dice)));
    histories.extend((0..2 + runs / 20).map(|_| ui_component(&mut dice)));
    (histories, invented)
}

/// Records the histories mixed with one another: an append of each in turn.
pub(super) async fn happen(stage: &Stage, histories: Vec<History>) {
    let mut rounds: Vec<_> = histories
        .into_iter()
        .map(|history| (history.stream, 0, history.appends.into_iter()))
        .collect();
    while !rounds.is_empty() {
        let mut next = Vec::new();
        let mut writes = Vec::new();
        for (stream, expected, mut appends) in rounds {
            if let Some(events) = appends.next() {
                let last = expected + i64::try_from(events.len()).unwrap();
                writes.push((stream.clone(), expected, events));
                next.push((stream, last, appends));
            }
        }
        futures::future::join_all(
            writes
                .iter()
                .map(|(stream, expected, events)| stage.record(stream, *expected, events.clone())),
        )
        .await;
        rounds = next;
    }
}
