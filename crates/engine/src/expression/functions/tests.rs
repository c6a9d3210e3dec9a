use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::SUBJECTS;
use super::table::{Function, Need};
use crate::preview::evaluate;

fn all() -> impl Iterator<Item = &'static Function> {
    SUBJECTS.iter().flat_map(|subject| subject.functions)
}

fn value(expression: &str) -> Result<Value, String> {
    let body = Arc::new(json!({}));
    evaluate(&format!("{{{{{expression}}}}}"), &body).map(|value| (*value).clone())
}

#[test]
fn every_example_gives_what_the_reference_says() {
    for function in all() {
        assert!(!function.examples.is_empty(), "{} needs an example", function.name);
        for (call, result) in function.examples {
            let expected: Value = serde_json::from_str(result).expect("the result is JSON");
            assert_eq!(value(call), Ok(expected), "{call}");
        }
    }
}

#[test]
fn the_table_is_sound() {
    let mut names = BTreeSet::new();
    for function in all() {
        let name = function.name;
        assert!(names.insert(name), "{name} stands twice in the table");
        assert!(name.chars().all(|letter| letter.is_ascii_alphanumeric()), "{name}");
        assert!(function.about.ends_with('.'), "{name}");
        // Required, then optional or a rest: what is left out is left out at the end.
        let order = |need| match need {
            Need::Required => 0,
            Need::Optional => 1,
            Need::Rest | Need::Any => 2,
        };
        let needs: Vec<i32> =
            function.parameters.iter().map(|parameter| order(parameter.need)).collect();
        assert!(needs.is_sorted() && !needs.ends_with(&[1, 2]), "{name}");
        assert!(needs.iter().filter(|need| **need == 2).count() <= 1, "{name}");
    }
    assert!(names.len() > 80);
}

/// What every function meets in every place.
const ODD: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e300",
    "'1e-300'",
    "''",
    "'a'",
    "'é🦀'",
    "'0x1'",
    "'{{$trigger.body}}'",
    "list()",
    "list(1, 'a', null)",
    "list(list(1))",
    "object('a', 1)",
    "'2026-03-01'",
    "'9999-12-31T23:59:59Z'",
    "'1h30m'",
    "9007199254740993",
    "'115792089237316195423570985008687907853269984665640564039457584007913129639935'",
    "repeat('9', 400)",
    "repeat('a', 2000)",
    "range(0, 100)",
];

#[test]
fn every_function_takes_everything_and_gives_a_value_or_says_what_is_wrong() {
    let mut outcomes = [0, 0];
    for function in all() {
        let most = function.parameters.len().min(3);
        for (place, odd) in ODD.iter().enumerate() {
            // Every value in every place, though not with every other.
            for turn in 0..6 {
                let second = ODD[(place * 5 + turn * 7) % ODD.len()];
                let third = ODD[(place * 7 + turn * 3) % ODD.len()];
                let arguments = [*odd, second, third][..most].join(", ");
                let call = format!("{}({arguments})", function.name);
                match value(&call) {
                    Ok(_) => outcomes[0] += 1,
                    Err(message) => {
                        outcomes[1] += 1;
                        assert!(message.contains(function.name), "{call}: {message}");
                    }
                }
            }
        }
    }
    assert!(outcomes.iter().all(|count| *count > 1_000), "{outcomes:?}");
}
