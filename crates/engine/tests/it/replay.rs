//! Replay: what was decided is decided again, and one altered value is found.

use std::sync::Arc;

use chainkeel_engine::{Definition, Fact, Start, verify};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{World, definition, effect, log, passing, started_with};

/// A run through everything: branches, joins, a retry, an interruption, a delay and a wait.
fn journey() -> World {
    let mut call = effect(&["check"]);
    call["retryPolicy"] = json!({ "initialInterval": 1000, "jitter": 0.5 });
    call["payload"]["url"] = json!("https://example.org/{{$trigger.body.id}}");
    let condition =
        json!({ "$and": [{ "{{call.result.n}}": { "$gte": "{{$trigger.body.least}}" } }] });
    let under = |branch: &str, mut node: Value| {
        node["branch"] = json!(branch);
        node
    };
    let definition = definition(
        &["call", "nap"],
        json!({
            "call": call,
            "check": { "type": "if", "payload": { "condition": condition }, "children": ["much", "little"] },
            "much": under("then", log("{{call.result.n}} is much", &["pause"])),
            "little": under("else", log("little", &["pause"])),
            "nap": { "type": "delay", "payload": { "duration": "10s" }, "children": ["pause"] },
            "pause": {
                "type": "wait",
                "payload": { "timeoutMs": 60_000, "triggerType": "manual", "triggerConfig": {} },
                "children": ["go", "late"],
            },
            "go": under("resumed", effect(&["last"])),
            "late": under("timed_out", log("late", &["last"])),
            "last": { "type": "format", "payload": { "template": "{{@by}} {{$trigger.body.id}}", "data": "{{pause.result.triggerResult}}" } },
        }),
    );
    let mut world = World::with(&definition, json!({ "id": "x1", "least": 5 }));
    world.fail("call", passing());
    world.pass(Duration::milliseconds(750));
    world.due("call").expect("the retry is due");
    world.interrupt("call");
    world.succeed("call", json!({ "n": 7 }));
    world.pass(Duration::seconds(10));
    world.due("nap").expect("the delay is over");
    world.pass(Duration::seconds(1));
    world.resume("pause", json!({ "by": "ada" })).expect("it waits");
    world.succeed("go", json!({ "ok": true }));
    world
}

#[test]
fn a_recorded_run_replays_without_divergence() {
    let world = journey();
    let replay = verify(&world.facts);
    assert_eq!(replay.divergence, None);
    assert_eq!(replay.run, world.run);
    assert_eq!(replay.steps.len(), world.facts.len());
    let change = |name: &str, node: &str| {
        let step = replay.steps.iter().find(|step| {
            step.name == name && step.node.as_ref().is_some_and(|id| id.node.as_str() == node)
        });
        step.and_then(|step| step.node_change).map(|(from, to)| (from.name(), to.name()))
    };
    assert_eq!(change("node_started", "call"), Some(("pending", "running")));
    assert_eq!(change("retry_scheduled", "call"), Some(("failure", "scheduled")));
    assert_eq!(change("wait_opened", "pause"), Some(("pending", "waiting")));
    assert_eq!(change("node_skipped", "little"), Some(("pending", "skipped")));
    let last = replay.steps.last().expect("there are steps");
    assert_eq!((last.run_change.0.name(), last.run_change.1.name()), ("running", "success"));
}

#[test]
fn a_run_that_is_not_over_replays_too() {
    let world = journey();
    let mut cuts = 0;
    for end in 0..world.facts.len() {
        cuts += usize::from(verify(&world.facts[..end]).divergence.is_none());
    }
    // Before the start and after each batch but the last; the sixth one is the delay's end.
    assert_eq!(cuts, 8);
}

/// Whether the ledger could hold another value there and be consistent: what came from outside.
fn is_from_outside(world: &World, index: usize, pointer: &str) -> bool {
    let fact = &world.facts[index];
    let is_first = index == 0 || world.facts[index - 1].at() != fact.at();
    let rest = pointer.split('/').skip(2).collect::<Vec<_>>().join("/");
    match fact.name() {
        "started" => true,
        "node_succeeded" | "node_failed" => {
            let is_effect =
                matches!(fact.place().map(|place| place.node.as_str()), Some("call" | "go"));
            rest == "at"
                || (is_effect && (rest.starts_with("result") || rest.starts_with("failure")))
        }
        "wait_resumed" => rest != "node",
        "effect_repeated" => rest == "at",
        "retry_scheduled" => rest == "dueAt" || rest == "at",
        _ => rest == "at" && is_first,
    }
}

fn leaves(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &format!("{pointer}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                leaves(field, &format!("{pointer}/{key}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.push(pointer.to_owned());
        }
    }
}

fn altered(value: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with("2026-") => {
            json!(text.replace(".123456", ".123457").replace(".873456", ".873457"))
        }
        Value::String(text) => json!(format!("{text}x")),
        Value::Number(number) => json!(number.as_u64().unwrap_or_default() + 1),
        Value::Bool(flag) => json!(!flag),
        Value::Null | Value::Array(_) | Value::Object(_) => json!("something"),
    }
}

#[test]
fn every_altered_decision_is_found_where_it_stands() {
    let world = journey();
    let mut count = 0;
    for (index, fact) in world.facts.iter().enumerate() {
        let json = serde_json::to_value(fact).expect("facts are JSON");
        let mut places = Vec::new();
        leaves(&json, "", &mut places);
        for place in places {
            if is_from_outside(&world, index, &place) {
                continue;
            }
            let mut json = json.clone();
            let value = json.pointer_mut(&place).expect("the place exists");
            *value = altered(value);
            let Ok(other) = serde_json::from_value::<Fact>(json) else { continue };
            let mut facts = world.facts.clone();
            facts[index] = other.clone();
            let divergence =
                verify(&facts).divergence.unwrap_or_else(|| panic!("{place} of {other:?}"));
            assert_eq!(divergence.sequence, index as u64 + 1, "{place} of {other:?}");
            assert_eq!(divergence.recorded, Some(other));
            count += 1;
        }
    }
    assert!(count > 60, "only {count} places were tried");
}

#[test]
fn an_altered_answer_of_an_effect_is_found_where_something_was_decided_from_it() {
    let mut world = journey();
    for fact in &mut world.facts {
        if let Fact::NodeSucceeded { node, result, .. } = fact
            && node.node.as_str() == "call"
        {
            *result = Arc::new(json!({ "n": 1 }));
        }
    }
    let divergence = verify(&world.facts).divergence.expect("the branch would be another");
    let recorded = divergence.recorded.expect("there is a fact");
    assert_eq!(recorded.place().map(|place| place.node.as_str()), Some("check"));
    assert!(
        matches!(divergence.expected, Some(Fact::NodeSucceeded { branch: Some(branch), .. }) if &*branch == "else")
    );
}

#[test]
fn a_missing_a_doubled_and_an_exchanged_fact_are_found() {
    let world = journey();
    for index in 0..world.facts.len() - 1 {
        let mut facts = world.facts.clone();
        facts.remove(index);
        // An interruption leaves no other trace; the gap in the sequence tells of it.
        let is_told = matches!(world.facts[index], Fact::EffectRepeated { .. });
        assert!(is_told || verify(&facts).divergence.is_some(), "without {:?}", world.facts[index]);
        let mut facts = world.facts.clone();
        facts.insert(index, facts[index].clone());
        assert!(verify(&facts).divergence.is_some(), "twice {:?}", world.facts[index]);
        let mut facts = world.facts.clone();
        facts.swap(index, index + 1);
        assert!(verify(&facts).divergence.is_some(), "exchanged {:?}", world.facts[index]);
    }
}

#[test]
fn a_retry_outside_its_jitter_is_found() {
    let mut world = journey();
    let mut shift = |by: Duration| {
        for fact in &mut world.facts {
            if let Fact::RetryScheduled { due_at, .. } = fact {
                *due_at += by;
            }
        }
        verify(&world.facts).divergence.map(|divergence| divergence.sequence)
    };
    assert_eq!(shift(Duration::milliseconds(-250)), None, "the earliest");
    assert_eq!(shift(Duration::milliseconds(-1)), Some(5), "before the earliest");
    assert_eq!(shift(Duration::milliseconds(502)), Some(5), "after the latest");
}

#[test]
fn a_run_that_continues_another_replays() {
    let definition: Arc<Definition> =
        definition(&["a"], json!({ "a": effect(&["b"]), "b": effect(&[]) }));
    let mut source = World::of(&definition);
    source.succeed("a", json!(1));
    source.fail("b", crate::support::lasting());
    let mut retry = World::start(Start {
        carried: source.carry(),
        source_run: Some("run_test".to_owned()),
        ..started_with(&definition, json!({}))
    });
    retry.succeed("b", json!(2));
    assert_eq!(verify(&retry.facts).divergence, None);
}
