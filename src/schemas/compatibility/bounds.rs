//! Numbers of schemas, compared exactly or not at all.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// The largest whole number up to which each has a float of its own.
const EXACT: i128 = 1 << 53;

/// How two numbers compare; none where floats would guess.
pub(super) fn ordering(one: &Number, other: &Number) -> Option<Ordering> {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        (one_whole, other_whole) => {
            let safe = |whole: Option<i128>| whole.is_none_or(|whole| whole.abs() <= EXACT);
            let exact = safe(one_whole) && safe(other_whole);
            one.as_f64().filter(|_| exact)?.partial_cmp(&other.as_f64()?)
        }
    }
}

/// Whether a bound from below follows from others. `bounds` are pairs of a bound and whether the
/// bound itself is left out.
pub(super) fn is_at_least<'a>(
    bounds: impl IntoIterator<Item = (&'a Number, bool)>,
    wanted: &Number,
    left_out: bool,
) -> bool {
    bounds.into_iter().any(|(bound, bound_left_out)| match ordering(bound, wanted) {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => bound_left_out || !left_out,
        Some(Ordering::Less) | None => false,
    })
}

/// Whether a bound from above follows from others.
pub(super) fn is_at_most<'a>(
    bounds: impl IntoIterator<Item = (&'a Number, bool)>,
    wanted: &Number,
    left_out: bool,
) -> bool {
    bounds.into_iter().any(|(bound, bound_left_out)| match ordering(bound, wanted) {
        Some(Ordering::Less) => true,
        Some(Ordering::Equal) => bound_left_out || !left_out,
        Some(Ordering::Greater) | None => false,
    })
}

/// Whether every multiple of `one` is one of `other`.
pub(super) fn is_multiple(one: &Value, other: &Value) -> bool {
    if one == other {
        return true;
    }
    let whole = |value: &Value| value.as_number().and_then(whole).filter(|it| *it > 0);
    matches!((whole(one), whole(other)), (Some(one), Some(other)) if one % other == 0)
}

fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn compared(one: &Value, other: &Value) -> Option<Ordering> {
        ordering(one.as_number().unwrap(), other.as_number().unwrap())
    }

    #[test]
    fn numbers_compare_exactly_or_not_at_all() {
        let max = json!(u64::MAX);
        assert_eq!(compared(&max, &json!(u64::MAX - 1)), Some(Ordering::Greater));
        assert_eq!(compared(&json!(1), &json!(1.5)), Some(Ordering::Less));
        assert_eq!(compared(&json!(1), &json!(1.0)), Some(Ordering::Equal));
        assert_eq!(compared(&max, &json!(1.5)), None);
    }

    #[test]
    fn multiples_of_six_are_multiples_of_three() {
        assert!(is_multiple(&json!(6), &json!(3)));
        assert!(is_multiple(&json!(0.1), &json!(0.1)));
        for (one, other) in [(json!(3), json!(6)), (json!(0.2), json!(0.1)), (json!(6), json!(1.5))]
        {
            assert!(!is_multiple(&one, &other), "{one} {other}");
        }
    }
}
