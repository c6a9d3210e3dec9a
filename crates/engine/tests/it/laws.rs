//! Laws that hold for every run: random graphs in a random world.

use std::collections::BTreeSet;
use std::sync::Arc;

use chainkeel_engine::{
    Carried, Compensate, Definition, Fact, Failure, FailureCategory, Run, RunStatus, Stimulus,
    check, parse, validate, verify,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use time::Duration;

use crate::support::{TestCatalog, World, lasting, passing};

/// What a random node is made from.
#[derive(Debug, Clone)]
struct Seed {
    kind: u8,
    parents: u16,
    branch: Option<bool>,
}

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let seed = (0_u8..24, any::<u16>(), any::<Option<bool>>())
        .prop_map(|(kind, parents, branch)| Seed { kind, parents, branch });
    prop::collection::vec(seed, 1..14)
}

fn node(seed: &Seed) -> Value {
    let effect =
        json!({ "type": "http-request", "payload": { "url": "{{$trigger.body.url || 'u'}}" } });
    match seed.kind {
        0..=3 | 17 | 18 => effect,
        4 => {
            let mut node = effect;
            node["retryPolicy"] = json!({ "initialInterval": 10, "jitter": 0.7 });
            node
        }
        5 => {
            let mut node = effect;
            node["repeatable"] = json!(false);
            node
        }
        6..=9 => json!({ "type": "if", "payload": { "condition": {
            "$and": [{ "{{$trigger.body.n}}": { "$lt": seed.parents } }],
        } } }),
        10 => json!({ "type": "delay", "payload": { "delayMs": 1 + u32::from(seed.parents) } }),
        11 | 12 => json!({ "type": "wait", "payload": {
            "timeoutMs": 1000 + u32::from(seed.parents), "triggerType": "manual", "triggerConfig": {},
        } }),
        14 => {
            let mut node = effect;
            node["onFailure"] = json!({ "action": "continue" });
            node
        }
        15 | 16 => {
            let count = seed.parents % 4;
            let mut payload = json!({ "array": (0..count).collect::<Vec<_>>() });
            if seed.parents & 8 == 0 {
                payload["mode"] = json!("parallel");
                payload["maxConcurrency"] = json!(1 + seed.parents % 3);
            }
            json!({ "type": "for-each", "payload": payload })
        }
        19 => {
            json!({ "type": "join", "payload": { "mode": "first", "cancelRest": seed.parents.is_multiple_of(2) } })
        }
        20 => {
            json!({ "type": "join", "payload": { "mode": "count", "count": 1 + u32::from(seed.parents & 1) } })
        }
        21 => {
            json!({ "type": "switch", "payload": { "value": "{{$trigger.body.n}}", "cases": [{ "branch": "then", "equals": seed.parents }] } })
        }
        13 if seed.parents.is_multiple_of(4) => {
            json!({ "type": "fail", "payload": { "message": "no" } })
        }
        _ => json!({ "type": "log", "payload": { "message": "{{$trigger.body}}" } }),
    }
}

/// A sound definition: every node has parents among the nodes before it, and stands under a
/// branch only where all its choosing parents offer it.
fn definition(seeds: &[Seed]) -> Arc<Definition> {
    let mut nodes = Map::new();
    nodes.insert("root".to_owned(), json!({ "type": "manual", "payload": {}, "children": [] }));
    for (number, seed) in seeds.iter().enumerate() {
        let id = format!("n{number}");
        let before: Vec<String> = (0..number)
            .filter(|bit| seed.parents >> bit & 1 == 1)
            .map(|bit| format!("n{bit}"))
            .collect();
        let parents = if before.is_empty() { vec!["root".to_owned()] } else { before };
        let mut kinds = BTreeSet::new();
        for parent in parents {
            kinds.insert(nodes[&parent]["type"].as_str().unwrap_or_default().to_owned());
            if let Some(children) = nodes[&parent].get_mut("children").and_then(Value::as_array_mut)
            {
                children.push(json!(id));
            }
        }
        let mut node = node(seed);
        node["children"] = json!([]);
        let parents_of_join = kinds_of_parents(seed, number);
        if node["payload"]["count"].as_u64().is_some_and(|count| count > parents_of_join) {
            node["payload"]["count"] = json!(1);
        }
        match (node["type"].as_str(), seed.kind) {
            (Some("for-each"), _) => add_body(&id, seed, &mut node, &mut nodes),
            (_, 17 | 18) => {
                let undo = format!("{id}-undo");
                node["compensatedBy"] = json!(undo);
                let payload = json!({ "url": "undo", "of": format!("{{{{{id}.result}}}}") });
                nodes.insert(undo, json!({ "type": "http-request", "payload": payload }));
            }
            _ => {}
        }
        let branches = match ["if", "wait", "switch"].map(|kind| kinds.contains(kind)) {
            [true, false, false] => Some(["then", "else"]),
            [false, true, false] => Some(["resumed", "timed_out"]),
            [false, false, true] => Some(["then", "default"]),
            _ => None,
        };
        if let (Some(branches), Some(first)) = (branches, seed.branch) {
            node["branch"] = json!(branches[usize::from(first)]);
        }
        nodes.insert(id, node);
    }
    let definition = parse(&json!({ "nodes": nodes })).expect("its shape is right");
    assert_eq!(validate(&definition, &TestCatalog), []);
    definition.into()
}

/// How many nodes lead to a node.
fn kinds_of_parents(seed: &Seed, number: usize) -> u64 {
    let before = (0..number).filter(|bit| seed.parents >> bit & 1 == 1).count();
    before.max(1) as u64
}

/// What a loop executes: an effect that may be undone, behind it a log; or a loop of its own.
fn add_body(id: &str, seed: &Seed, node: &mut Value, nodes: &mut Map<String, Value>) {
    let (call, told) = (format!("{id}-call"), format!("{id}-note"));
    let mut effect =
        json!({ "type": "http-request", "payload": { "url": "{{$item}}" }, "children": [told] });
    match seed.parents >> 4 & 3 {
        0 => effect["onFailure"] = json!({ "action": "fallback", "node": format!("{id}-rescue") }),
        1 => effect["compensatedBy"] = json!(format!("{id}-undo")),
        2 => effect["retryPolicy"] = json!({ "initialInterval": 10, "maxAttempts": 2 }),
        _ => {}
    }
    if let Some(other) = effect["onFailure"]["node"].as_str().or(effect["compensatedBy"].as_str()) {
        nodes.insert(
            other.to_owned(),
            json!({ "type": "http-request", "payload": { "url": "{{$index}}" } }),
        );
    }
    nodes.insert(call.clone(), effect);
    nodes.insert(told, json!({ "type": "log", "payload": { "message": "{{$item}} {{$for.IT.index}}".replace("IT", id) } }));
    if seed.parents >> 6 & 1 == 1 {
        let inner = format!("{id}-inner");
        nodes.insert(
            inner.clone(),
            json!({ "type": "for-each", "payload": { "array": [1, 2] }, "loopBody": [call] }),
        );
        node["loopBody"] = json!([inner]);
    } else {
        node["loopBody"] = json!([call]);
    }
}

/// Plays the world until nothing is left to happen, checking the laws at each step.
fn play(definition: &Arc<Definition>, chances: &[u8]) -> World {
    let mut world = World::with(definition, json!({ "n": 30_000 }));
    let mut chances = chances.iter().copied().cycle();
    let mut next = || chances.next().unwrap_or_default();
    // A world that pauses and lets go on for ever would never let a run end.
    let (mut paused, mut stops) = (false, 0);
    for _ in 0..4_000 {
        check_counts(&world.run);
        if world.run.status().is_terminal() {
            return world;
        }
        let effects: Vec<String> =
            world.run.effects_in_flight().map(|effect| effect.node.to_string()).collect();
        let timers: Vec<_> = world.run.timers().collect();
        assert!(
            paused || !effects.is_empty() || !timers.is_empty(),
            "the run is stuck: {:?}",
            world.facts
        );
        let choice = next();
        world.chance = f64::from(next()) / 255.0;
        world.now += Duration::microseconds(i64::from(choice));
        // A cancelled run only goes on when what is in flight is answered.
        if choice == 255 && world.cancel().is_ok() {
            continue;
        }
        let by = || "ada".to_owned();
        let may_pause = choice == 254 && stops < 3;
        if may_pause && world.tell(Stimulus::Pause { by: by(), reason: None }).is_ok() {
            (paused, stops) = (true, stops + 1);
            continue;
        }
        // A run that fails or is ended does not stay paused.
        if paused && (effects.is_empty() || choice.is_multiple_of(5)) {
            let _ = world.tell(Stimulus::Unpause { by: by() });
            paused = false;
            continue;
        }
        if let Some(effect) = effects.get(usize::from(choice) % (effects.len() + timers.len())) {
            answer(&mut world, effect, next());
        } else {
            let (node, due) = &timers[usize::from(next()) % timers.len().max(1)];
            let is_waiting = world.status(&node.to_string()) == "waiting";
            if is_waiting && next().is_multiple_of(2) {
                world.resume(&node.to_string(), json!({ "by": choice })).expect("it waits");
            } else {
                world.now = world.now.max(*due);
                if let Err(refusal) = world.due(&node.to_string()) {
                    assert!(paused, "{refusal}");
                    let _ = world.tell(Stimulus::Unpause { by: by() });
                    paused = false;
                }
            }
        }
    }
    panic!("the run does not end: {:?}", world.facts.len());
}

fn answer(world: &mut World, node: &str, choice: u8) {
    match choice % 8 {
        0 => drop(world.fail(node, lasting())),
        1 => drop(world.fail(node, passing())),
        2 => drop(world.fail(node, Failure::passing("timeout", FailureCategory::Timeout, "late"))),
        3 => drop(world.interrupt(node)),
        _ => drop(world.succeed(node, json!({ "choice": choice }))),
    }
}

/// The counts that the run keeps are those that its nodes show.
fn check_counts(run: &Run) {
    let count = |name: &str| {
        run.nodes().into_iter().filter(|(_, state)| state.status().name() == name).count()
    };
    let in_flight = run.effects_in_flight().count();
    let looping = run.nodes().into_iter().filter(|(place, state)| {
        let node = run.definition().and_then(|definition| definition.node(&place.node));
        node.is_some_and(|node| &*node.kind == "for-each") && state.status().name() == "running"
    });
    assert_eq!(in_flight + looping.count(), count("running"));
    assert_eq!(run.timers().count(), count("scheduled") + count("waiting"));
    let is_waiting = in_flight == 0 && run.timers().count() > 0;
    assert_eq!(run.status() == RunStatus::Waiting, is_waiting);
}

fn check_end(world: &World) {
    let definition = world.run.definition().expect("it has started");
    let ends_losers = definition.nodes().values().any(|node| node.payload["cancelRest"] == true);
    for (id, state) in world.run.nodes() {
        assert!(state.status().is_terminal(), "{id} has not ended");
        // Only a join ends what a run that succeeds does not need.
        let may_be_cancelled = world.run.status() != RunStatus::Success || ends_losers;
        assert!(may_be_cancelled || state.status().name() != "cancelled");
    }
    check_waits(&world.facts);
    let mut keys = BTreeSet::new();
    let mut open = BTreeSet::new();
    for fact in &world.facts {
        if let Fact::NodeStarted { node, attempt, idempotency_key, .. } = fact {
            keys.insert(idempotency_key);
            assert!(open.insert((node.clone(), *attempt)), "an attempt is intended once");
        }
    }
    assert!(keys.len() <= open.len());
    let ends = world.facts.iter().filter(|fact| fact.ends_run()).count();
    assert_eq!(ends, 1);
    assert!(world.facts.last().is_some_and(Fact::ends_run));
}

/// A wait that was opened ends by a fact of its own, before its node does: who looks for waits need not look at the ends
/// of all nodes.
fn check_waits(facts: &[Fact]) {
    let mut open = BTreeSet::new();
    for fact in facts {
        match fact {
            Fact::WaitOpened { node, .. } => drop(open.insert(node)),
            Fact::WaitResumed { node, .. }
            | Fact::WaitTimedOut { node, .. }
            | Fact::NodeCancelled { node, .. } => drop(open.remove(node)),
            Fact::NodeSucceeded { node, .. } | Fact::NodeFailed { node, .. } => {
                assert!(!open.contains(node), "{node} ends while its wait is open");
            }
            Fact::Started { .. }
            | Fact::NodeStarted { .. }
            | Fact::EffectRepeated { .. }
            | Fact::RetryScheduled { .. }
            | Fact::FailureHandled { .. }
            | Fact::LoopStarted { .. }
            | Fact::IterationStarted { .. }
            | Fact::NodeSkipped { .. }
            | Fact::DelayStarted { .. }
            | Fact::WaitMarked { .. }
            | Fact::Paused { .. }
            | Fact::Unpaused { .. }
            | Fact::HistoryGrewLong { .. }
            | Fact::LimitReached { .. }
            | Fact::CompensationStarted { .. }
            | Fact::CompensationEnded { .. }
            | Fact::EventEmitted { .. }
            | Fact::CancelRequested { .. }
            | Fact::Succeeded { .. }
            | Fact::Failed { .. }
            | Fact::Cancelled { .. } => {}
        }
    }
    assert!(open.is_empty(), "{open:?} wait in a run that has ended");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_run_ends_settled_and_replays(seeds in seeds(), chances in prop::collection::vec(any::<u8>(), 1..64)) {
        let definition = definition(&seeds);
        let world = play(&definition, &chances);
        check_end(&world);

        // What was folded while deciding is what a reader of the ledger folds.
        let text = serde_json::to_string(&world.facts).expect("facts are JSON");
        let facts: Vec<Fact> = serde_json::from_str(&text).expect("and come back");
        prop_assert_eq!(&facts, &world.facts);
        let mut run = Run::default();
        for fact in &facts {
            run.apply(fact);
        }
        prop_assert_eq!(&run, &world.run);
        let text = serde_json::to_string(&run).expect("runs are JSON");
        prop_assert_eq!(&serde_json::from_str::<Run>(&text).expect("and come back"), &run);

        let replay = verify(&facts);
        prop_assert_eq!(replay.divergence, None);
        prop_assert_eq!(replay.run, run);
    }

    #[test]
    fn a_failed_run_can_be_continued_to_its_end(seeds in seeds(), chances in prop::collection::vec(any::<u8>(), 1..64)) {
        let definition = definition(&seeds);
        let source = play(&definition, &chances);
        let carried = source.carry();
        let start = chainkeel_engine::Start { carried: carried.clone(), ..crate::support::started_with(&definition, json!({ "n": 30_000 })) };
        let world = World::start(start);
        for fact in &world.facts {
            let taken = fact.place().and_then(|node| carried.get(node));
            let is_carried = taken.is_some_and(|taken| !matches!(taken, Carried::Looping { .. }));
            prop_assert!(!is_carried, "{fact:?} is settled already");
        }
        prop_assert_eq!(verify(&world.facts).divergence, None);
        if source.run.status() == RunStatus::Success {
            prop_assert_eq!(world.run.status(), RunStatus::Success);
            prop_assert_eq!(world.run.output(), source.run.output());
        }
    }

    #[test]
    fn any_stimulus_is_decided_or_refused(
        seeds in seeds(),
        chances in prop::collection::vec(any::<u8>(), 1..64),
        stimuli in prop::collection::vec((0_u8..6, 0_usize..16, 0_u32..3), 0..24),
    ) {
        let definition = definition(&seeds);
        let mut world = World::with(&definition, json!({ "n": chances.len() }));
        for (kind, node, attempt) in stimuli {
            let node = if node == 15 { "root".to_owned() } else { format!("n{node}") }.as_str().into();
            let stimulus = match kind {
                0 => Stimulus::EffectSucceeded { node, attempt, result: json!(1).into() },
                1 => Stimulus::EffectFailed { node, attempt, failure: passing() },
                2 => Stimulus::EffectInterrupted { node, attempt },
                3 => Stimulus::TimerDue { node },
                4 => Stimulus::Resume { node, data: json!(1).into(), source: "s".to_owned(), by: "b".to_owned() },
                _ => Stimulus::Cancel { by: "b".to_owned(), reason: None, compensate: Compensate::No },
            };
            world.now += Duration::seconds(1);
            let before = world.run.clone();
            if let Ok(facts) = world.tell(stimulus) {
                prop_assert!(!facts.is_empty());
            } else {
                prop_assert_eq!(&world.run, &before);
            }
        }
        prop_assert_eq!(verify(&world.facts).divergence, None);
    }

    #[test]
    fn any_json_is_a_definition_or_a_list_of_problems(value in any_definition()) {
        if let Ok(definition) = check(&value, &TestCatalog) {
            let written = serde_json::to_value(&definition).expect("definitions are JSON");
            prop_assert_eq!(parse(&written), Ok(definition));
        }
        // Neither is anything that has passed no validation dangerous.
        if let Ok(definition) = parse(&value) {
            let _ = validate(&definition, &TestCatalog);
            let world = World::of(&definition.into());
            prop_assert_eq!(verify(&world.facts).divergence, None);
        }
    }
}

/// JSON that is almost a definition.
#[expect(clippy::too_many_lines, reason = "lists of words have as many lines as words")]
fn any_definition() -> impl Strategy<Value = Value> {
    let text = || {
        prop::sample::select(vec![
            "root",
            "a",
            "b",
            "trigger",
            "manual",
            "if",
            "log",
            "wait",
            "manual-task",
            "delay",
            "format",
            "filter",
            "pluck",
            "fail",
            "http-request",
            "for-each",
            "switch",
            "join",
            "call-workflow",
            "fallback",
            "then",
            "{{a.result}}",
            "{{$trigger.body}}",
            "{{",
            "15m",
            "$and",
            "",
        ])
        .prop_map(Value::from)
    };
    let leaf = prop_oneof![3 => text(), 1 => Just(Value::Null), 1 => any::<i32>().prop_map(Value::from), 1 => any::<bool>().prop_map(Value::from)];
    let keys = prop::sample::select(vec![
        "message",
        "action",
        "node",
        "cases",
        "workflowId",
        "condition",
        "array",
        "filter",
        "field",
        "fields",
        "template",
        "data",
        "delayMs",
        "duration",
        "timeoutMs",
        "triggerType",
        "triggerConfig",
        "$and",
        "$or",
        "$eq",
        "$in",
        "{{a.result}}",
    ]);
    let payload = leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            object(keys.clone(), inner),
        ]
    });
    let fields = prop::sample::select(vec![
        "type",
        "type",
        "payload",
        "payload",
        "children",
        "loopBody",
        "compensatedBy",
        "onFailure",
        "branch",
        "props",
        "id",
        "connector",
        "retryPolicy",
        "repeatable",
    ]);
    let children = prop::collection::vec(text(), 0..3).prop_map(Value::from);
    let field = prop_oneof![4 => payload.clone(), 2 => children, 2 => text()];
    let node = prop_oneof![
        9 => (text(), payload.clone(), prop::collection::vec(text(), 0..3), object(fields, field)).prop_map(|(kind, payload, children, mut node)| {
            node["type"] = kind;
            node["payload"] = if payload.is_object() { payload } else { json!({}) };
            node["children"] = children.into();
            node
        }),
        1 => payload.clone(),
    ];
    let ids = prop::sample::select(vec!["root", "root", "a", "b", "trigger", "1"]);
    let nodes = prop_oneof![9 => object(ids, node.clone()), 1 => payload.clone()];
    let top = prop::sample::select(vec![
        "props",
        "inputSchema",
        "triggerNodeIds",
        "visibility",
        "trigger",
        "x",
    ]);
    (nodes, object(top, prop_oneof![payload, node])).prop_map(|(nodes, mut definition)| {
        definition["nodes"] = nodes;
        definition
    })
}

fn object(
    keys: impl Strategy<Value = &'static str>,
    values: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Value> {
    prop::collection::vec((keys, values), 0..4).prop_map(|fields| {
        Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    })
}
