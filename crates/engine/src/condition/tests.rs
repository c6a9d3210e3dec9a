use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Condition;
use super::pattern::MAX_MATCHED_BYTES;

/// Whether a condition holds for an object; none when the condition is faulty.
fn holds(condition: &Value, object: &Value) -> Option<bool> {
    let mut problems = Vec::new();
    let condition = Condition::read(condition, "", &mut problems);
    problems.is_empty().then(|| {
        condition.holds(&|left| object.get(left).map_or(Cow::Owned(Value::Null), Cow::Borrowed))
    })
}

#[test]
fn operators_mean_what_they_say() {
    let object = json!({
        "n": 5, "f": 5.5, "wei": "1000000000000000000001", "t": "hello", "list": [1, "b"],
        "yes": true, "nothing": null, "o": { "a": 1.0 },
    });
    let table = [
        ("n", "$eq", json!(5), true),
        ("n", "$eq", json!("5.0"), true),
        ("n", "$ne", json!(6), true),
        ("t", "$eq", json!("hello"), true),
        ("o", "$eq", json!({ "a": 1 }), true),
        ("list", "$eq", json!([1, "b"]), true),
        ("yes", "$eq", json!("true"), false),
        ("nothing", "$eq", json!(null), true),
        ("missing", "$eq", json!(null), true),
        ("missing", "$eq", json!(0), false),
        ("n", "$gt", json!(4), true),
        ("n", "$gt", json!(5), false),
        ("n", "$gte", json!(5), true),
        ("f", "$lt", json!("6"), true),
        ("f", "$lte", json!(5.5), true),
        ("wei", "$gt", json!("1000000000000000000000"), true),
        ("wei", "$lt", json!("999"), false),
        ("t", "$gt", json!("apple"), true),
        ("t", "$gt", json!(1), false),
        ("missing", "$lt", json!(1), false),
        ("n", "$in", json!([1, 5]), true),
        ("n", "$nin", json!([1, 5]), false),
        ("n", "$notIn", json!([1]), true),
        ("t", "$contains", json!("ell"), true),
        ("list", "$contains", json!("b"), true),
        ("list", "$contains", json!("c"), false),
        ("n", "$contains", json!("5"), false),
        ("t", "$notContains", json!("x"), true),
        ("t", "$startsWith", json!("he"), true),
        ("t", "$endsWith", json!("lo"), true),
        ("n", "$startsWith", json!("5"), false),
        ("t", "$exists", json!(true), true),
        ("nothing", "$exists", json!(true), false),
        ("missing", "$exists", json!(false), true),
        ("missing", "$notExists", json!(true), true),
        ("t", "$notExists", json!(true), false),
        ("t", "$matches", json!("^h.l+o$"), true),
        ("t", "$matches", json!("(?i)HELL"), true),
        ("t", "$matches", json!("\\d"), false),
        ("n", "$matches", json!("5"), false),
        ("missing", "$matches", json!(""), false),
    ];
    for (left, operator, right, expected) in table {
        let condition = json!({ "$and": [{ left: { operator: right } }] });
        assert_eq!(holds(&condition, &object), Some(expected), "{condition}");
    }
}

#[test]
fn groups_nest() {
    let object = json!({ "a": 1, "b": 2 });
    let table = [
        (json!({ "$or": [{ "a": { "$eq": 9 } }, { "b": { "$eq": 2 } }] }), Some(true)),
        (json!({ "$and": [{ "a": { "$eq": 1 }, "b": { "$eq": 9 } }] }), Some(false)),
        (json!({ "$and": [{ "a": { "$gte": 1, "$lt": 1 } }] }), Some(false)),
        (json!({ "$and": [{ "$not": { "a": { "$eq": 9 } } }] }), Some(true)),
        (
            json!({ "$and": [{ "$or": [{ "a": { "$eq": 9 } }, { "$and": [{ "b": { "$eq": 2 } }] }] }] }),
            Some(true),
        ),
        (json!({ "$and": [] }), None),
        (json!({ "$and": [], "$or": [] }), None),
        (json!({ "$not": { "a": { "$eq": 1 } } }), None),
        (json!({}), None),
        (json!("x"), None),
    ];
    for (condition, expected) in table {
        assert_eq!(holds(&condition, &object), expected, "{condition}");
    }
}

#[test]
fn a_pattern_that_cannot_be_read_says_why() {
    let table = [
        (json!("(a"), "unclosed group"),
        (json!("(?<=a)b"), "look-around"),
        (json!("(a)\\1"), "backreferences"),
        (json!("(?:\\w{100}){100}"), "repeats too much"),
        (json!("a".repeat(513)), "at most 512 bytes"),
        (json!(5), "at most 512 bytes"),
    ];
    for (pattern, reason) in table {
        let mut problems = Vec::new();
        Condition::read(&json!({ "$and": [{ "a": { "$matches": pattern } }] }), "", &mut problems);
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(problem.path, "/$and/0/a/$matches");
        assert!(problem.message.contains(reason), "{}", problem.message);
    }
}

#[test]
fn a_text_is_held_against_a_pattern_up_to_a_length() {
    let ask = |length: usize| {
        let object = json!({ "a": "a".repeat(length) });
        holds(&json!({ "$and": [{ "a": { "$matches": "^a*$" } }] }), &object)
    };
    assert_eq!(ask(MAX_MATCHED_BYTES), Some(true));
    assert_eq!(ask(MAX_MATCHED_BYTES + 1), Some(false));
}

#[test]
#[ignore = "measures: cargo test --release -p chainkeel-engine patterns -- --ignored --nocapture"]
fn the_worst_patterns_are_measured() {
    for pattern in
        ["(?:a?){200}a{200}", "(?:a|aa)+$", "(?:\\w+\\s?)*x", "(a*)*b", "[a-z]*[a-y]*[a-x]*1"]
    {
        let condition = json!({ "$and": [{ "a": { "$matches": pattern } }] });
        let object = json!({ "a": "a".repeat(MAX_MATCHED_BYTES) });
        let before = std::time::Instant::now();
        let found = holds(&condition, &object);
        eprintln!("{pattern}: {found:?} in {:?}", before.elapsed());
    }
}

#[test]
fn nesting_has_an_end() {
    let mut condition = json!({ "a": { "$eq": 1 } });
    for _ in 0..40 {
        condition = json!({ "$and": [condition] });
    }
    assert_eq!(holds(&condition, &json!({ "a": 1 })), None);
}

fn any_json() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "$and", "$or", "$not", "$eq", "$in", "$exists", "$matches", "a", "b",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4).prop_map(|fields| {
                Value::Object(
                    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_condition_is_read_and_any_object_is_judged(condition in any_json(), object in any_json()) {
        let mut problems = Vec::new();
        let condition = Condition::read(&condition, "", &mut problems);
        condition.holds(&|left| object.get(left).map_or(Cow::Owned(Value::Null), Cow::Borrowed));
    }

    #[test]
    fn a_comparison_and_its_opposite_never_both_hold(left in any_json(), right in any_json()) {
        let object = json!({ "x": left });
        for (one, other) in [("$eq", "$ne"), ("$gt", "$lte"), ("$lt", "$gte"), ("$contains", "$notContains")] {
            let ask = |operator: &str| holds(&json!({ "$and": [{ "x": { operator: right } }] }), &object);
            prop_assert!(!(ask(one) == Some(true) && ask(other) == Some(true)));
        }
    }
}
