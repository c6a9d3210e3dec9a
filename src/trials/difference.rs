//! Where two values differ, place by place.

use serde_json::Value;

use crate::aggregates::test::Difference;
use crate::primitives::pointer::below;

/// How many differences are told; whoever mends these may ask again.
const MAX_DIFFERENCES: usize = 20;
/// How many bytes of a value are shown.
const MAX_SHOWN: usize = 2 * 1024;
/// How deeply two values are compared; what lies deeper is compared as a whole.
const MAX_DEPTH: usize = 100;

/// What counts as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Everything is equal. Numbers are equal by value: `1` and `1.0` are.
    Exact,
    /// As [`Comparison::Exact`], and objects may hold more than is expected.
    Contained,
}

/// Where `actual` is not as expected: none for values that are the same, at most 20 otherwise.
pub fn differences(expected: &Value, actual: &Value, comparison: Comparison) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(expected, actual, comparison, "", MAX_DEPTH, &mut found);
    found
}

/// A value as it is shown and kept: whole, or its beginning as text when it is large.
pub fn clipped(value: &Value) -> Value {
    let text = value.to_string();
    if text.len() <= MAX_SHOWN {
        return value.clone();
    }
    let end = (0..=MAX_SHOWN).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    Value::String(format!("{}… ({} bytes)", &text[..end], text.len()))
}

fn compare(
    expected: &Value,
    actual: &Value,
    comparison: Comparison,
    at: &str,
    depth: usize,
    found: &mut Vec<Difference>,
) {
    if found.len() >= MAX_DIFFERENCES {
        return;
    }
    match (expected, actual) {
        (Value::Object(wanted), Value::Object(there)) if depth > 0 => {
            for (key, value) in wanted {
                let place = below(at, key);
                match there.get(key) {
                    Some(actual) => compare(value, actual, comparison, &place, depth - 1, found),
                    None => note(place, Some(value), None, found),
                }
            }
            if comparison == Comparison::Exact {
                for (key, value) in there.iter().filter(|(key, _)| !wanted.contains_key(*key)) {
                    note(below(at, key), None, Some(value), found);
                }
            }
        }
        (Value::Array(wanted), Value::Array(there)) if depth > 0 => {
            for index in 0..wanted.len().max(there.len()) {
                let place = below(at, &index.to_string());
                match (wanted.get(index), there.get(index)) {
                    (Some(value), Some(actual)) => {
                        compare(value, actual, comparison, &place, depth - 1, found);
                    }
                    (value, actual) => note(place, value, actual, found),
                }
            }
        }
        _ if is_same(expected, actual) => {}
        _ => note(at.to_owned(), Some(expected), Some(actual), found),
    }
}

fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || (left.is_f64() != right.is_f64() && left.as_f64() == right.as_f64())
        }
        (left, right) => left == right,
    }
}

fn note(
    pointer: String,
    expected: Option<&Value>,
    actual: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    if found.len() < MAX_DIFFERENCES {
        let (expected, actual) = (expected.map(clipped), actual.map(clipped));
        found.push(Difference { pointer, expected, actual });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(expected: &Value, actual: &Value, comparison: Comparison) -> Vec<String> {
        let found = differences(expected, actual, comparison);
        found.into_iter().map(|difference| difference.pointer).collect()
    }

    #[test]
    fn differences_are_named_by_their_places() {
        let expected = json!({ "a": { "b": [1, 2, 3] }, "c/d": true, "same": 1 });
        let actual = json!({ "a": { "b": [1, 5] }, "more": null, "same": 1.0 });
        assert_eq!(
            places(&expected, &actual, Comparison::Exact),
            ["/a/b/1", "/a/b/2", "/c~1d", "/more"]
        );
        assert_eq!(
            places(&expected, &actual, Comparison::Contained),
            ["/a/b/1", "/a/b/2", "/c~1d"]
        );
    }

    #[test]
    fn null_and_nothing_are_not_the_same() {
        let found = differences(&json!({ "a": null }), &json!({}), Comparison::Exact);
        assert_eq!(found[0].expected, Some(Value::Null));
        assert_eq!(found[0].actual, None);
    }

    #[test]
    fn large_values_are_cut_off_and_many_differences_are_not_all_told() {
        let many: Vec<usize> = (0..1_000).collect();
        assert_eq!(places(&json!(many), &json!([]), Comparison::Exact).len(), MAX_DIFFERENCES);
        let found = differences(&json!("x".repeat(9_000)), &json!(1), Comparison::Exact);
        let shown = found[0].expected.as_ref().and_then(Value::as_str).expect("a text");
        assert!(shown.len() < 3_000 && shown.ends_with("(9002 bytes)"));
    }
}
