//! Waits for events: what they match, what they take, and what is refused.

use chainkeel_engine::{
    EventPattern, EventWait, Happening, MAX_EVENT_PAYLOAD, RunStatus, within_limits,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{World, definition, log};

fn happening(payload: &Value) -> Happening {
    Happening::new("order.paid", payload, Some("shop"), "evt_1")
}

fn taken(config: &Value, payload: &Value) -> Option<Value> {
    let wait = EventWait::of(config).expect("a setting");
    wait.answer(&happening(payload)).map(|taken| (*taken).clone())
}

/// What matches, by the words' own definition: a star takes one word, or one and more.
fn matches(pattern: &[&str], name: &[&str]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((&"*", rest)), Some((_, words))) => matches(rest, words) || matches(pattern, words),
        (Some((expected, rest)), Some((word, words))) => expected == word && matches(rest, words),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

proptest! {
    #[test]
    fn a_pattern_matches_what_its_words_say(
        pattern in prop::collection::vec(prop::sample::select(vec!["a", "b", "*"]), 1..7),
        name in prop::collection::vec(prop::sample::select(vec!["a", "b"]), 1..9),
    ) {
        let read = EventPattern::read(&pattern.join(".")).expect("a pattern");
        prop_assert_eq!(read.matches(&name.join(".")), matches(&pattern, &name));
        prop_assert_eq!(read.is_exact(), !pattern.contains(&"*"));
    }

    #[test]
    fn no_text_makes_reading_a_setting_fail(pattern in ".{0,20}", path in ".{0,20}") {
        let config = json!({ "pattern": pattern, "mapping": { "x": path } });
        if let Ok(wait) = EventWait::of(&config) {
            drop(wait.answer(&happening(&json!({}))));
        }
    }

    #[test]
    fn what_comes_from_outside_is_taken_as_it_is(text in ".{0,40}") {
        let config = json!({ "pattern": "*", "mapping": { "x": "payload.x || 'none'" } });
        prop_assert_eq!(taken(&config, &json!({ "x": text })), Some(json!({ "x": text })));
    }
}

#[test]
fn conditions_look_at_the_whole_event() {
    let payload = json!({ "amount": "12.5", "tags": ["a", "b"], "who": { "name": "ada" } });
    for (condition, expected) in [
        (json!({ "payload.amount": { "$gt": 12 } }), true),
        (json!({ "payload.amount": { "$gt": 13 } }), false),
        (json!({ "payload.who.name": { "$matches": "^a" } }), true),
        (json!({ "payload.tags.1": { "$eq": "b" } }), true),
        (json!({ "payload.missing": { "$exists": true } }), false),
        (json!({ "source": { "$eq": "shop" }, "event": { "$endsWith": ".paid" } }), true),
        (json!({ "$not": { "source": { "$eq": "shop" } } }), false),
    ] {
        let config = json!({ "pattern": "order.*", "condition": { "$and": [condition] } });
        assert_eq!(taken(&config, &payload).is_some(), expected, "{config}");
    }
    let other = json!({ "pattern": "order.lost" });
    assert_eq!(taken(&other, &payload), None);
}

#[test]
fn a_mapping_takes_paths_and_defaults() {
    let payload = json!({ "a": null, "b": { "c": [1, 2] }, "d": false });
    let mapping = json!({
        "absent": "payload.x", "first": "payload.a || payload.b.c[0]", "text": "'it''s'",
        "last": "payload.x || payload.y || 7", "false": "payload.d || true",
        "whole": "payload.b", "name": "event", "id": "eventId", "deep": "payload.b.c.1",
    });
    let config = json!({ "pattern": "order.paid", "mapping": mapping });
    let Err(problem) = EventWait::of(&config) else { panic!("two quotes are no quote") };
    assert_eq!(problem.path, "/mapping/text");

    let mut config = config;
    config["mapping"]["text"] = json!("\"it's\"");
    let expected = json!({
        "absent": null, "first": 1, "text": "it's", "last": 7, "false": false,
        "whole": { "c": [1, 2] }, "name": "order.paid", "id": "evt_1", "deep": 2,
    });
    assert_eq!(taken(&config, &payload), Some(expected));
}

#[test]
fn what_is_taken_always_fits_into_a_value() {
    let payload = json!({ "text": "x".repeat(MAX_EVENT_PAYLOAD - 64) });
    assert!(Happening::accepts(&payload));
    let whole = taken(&json!({ "pattern": "*" }), &payload).expect("it matches");
    assert_eq!(whole["payload"], payload);
    let fields = (0..50).map(|field| (field.to_string(), json!("payload.text")));
    let mapping: serde_json::Map<String, Value> = fields.collect();
    let many = taken(&json!({ "pattern": "*", "mapping": mapping }), &payload).expect("it matches");
    assert_eq!((&many["tooLarge"], &many["payload"]), (&json!(true), &Value::Null));
    // Nobody publishes this, but a run may emit it.
    let larger = json!("x".repeat(256 * 1_024 - 8));
    assert!(!Happening::accepts(&larger));
    let deeper = (0..99).fold(json!(1), |inner, _| json!([inner]));
    for payload in [larger, deeper] {
        let taken = taken(&json!({ "pattern": "*" }), &payload).expect("it matches");
        assert_eq!((&taken["tooLarge"], &taken["eventId"]), (&json!(true), &json!("evt_1")));
        assert_eq!(within_limits(&taken), Ok(()));
    }
}

#[test]
fn a_wait_opens_with_its_expressions_resolved_or_fails_with_the_place() {
    let mut told = log("{{wait.result.source}}", &[]);
    told["branch"] = json!("resumed");
    let definition = definition(
        &["wait"],
        json!({
            "wait": {
                "type": "wait",
                "payload": {
                    "timeoutMs": 5_000, "triggerType": "event",
                    "triggerConfig": {
                        "pattern": "order.{{$trigger.body.id}}",
                        "condition": { "$and": [{ "payload.id": { "$eq": "{{$trigger.body.id}}" } }] },
                    },
                },
                "children": ["told"],
            },
            "told": told,
        }),
    );
    let world = World::with(&definition, json!({ "id": "7" }));
    assert_eq!(world.run.status(), RunStatus::Waiting);
    let world = World::with(&definition, json!({ "id": "a..b" }));
    let failure = world.run.failure().expect("no pattern");
    assert!(failure.message.contains("/triggerConfig/pattern"), "{}", failure.message);
}
