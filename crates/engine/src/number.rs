//! Comparing numbers exactly, however they are written.
//!
//! Amounts on chains are texts of whole base units, far beyond what a float can tell apart;
//! prices are JSON numbers. Both are compared digit by digit.

use std::cmp::Ordering;

use serde_json::Value;

/// How many characters a text may have and still be read as a number.
pub(crate) const MAX_NUMBER_LENGTH: usize = 400;

/// Compares two numbers, each a JSON number or a text like `-12.50`; none when one is neither.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (left.as_i64(), right.as_i64()) {
        return Some(left.cmp(&right));
    }
    Some(Decimal::of(left)?.compare(&Decimal::of(right)?))
}

/// Zero point `digits`, times ten to the power of `point`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) negative: bool,
    /// In ASCII, without zeros at either end; empty for zero.
    pub(crate) digits: Vec<u8>,
    pub(crate) point: i64,
}

impl Decimal {
    /// A JSON number, or a text that is a number.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::read(&number.to_string()),
            Value::String(text) => Self::read(text),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// How many digits it has after the point.
    pub(crate) fn fraction_digits(&self) -> i64 {
        let digits = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        digits.saturating_sub(self.point).max(0)
    }

    /// The number with its point moved so many places to the right.
    pub(crate) fn shifted(mut self, places: i64) -> Self {
        if !self.digits.is_empty() {
            self.point = self.point.saturating_add(places);
        }
        self
    }

    /// The number as people write it, without an exponent; none when that would be longer than
    /// what is read as a number.
    pub(crate) fn plain(&self) -> Option<String> {
        if self.digits.is_empty() {
            return Some("0".to_owned());
        }
        let limit = i64::try_from(MAX_NUMBER_LENGTH).ok()?;
        let digits = self.digits.iter().copied().map(char::from);
        if !(-limit..=limit).contains(&self.point) {
            return None;
        }
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or_default());
        let (sign, digits) = (if self.negative { "-" } else { "" }, digits.collect::<String>());
        let length = i64::try_from(digits.len()).ok()?;
        let text = if self.point <= 0 {
            format!("{sign}0.{}{digits}", zeros(-self.point))
        } else if self.point >= length {
            format!("{sign}{digits}{}", zeros(self.point - length))
        } else {
            let (whole, fraction) = digits.split_at(usize::try_from(self.point).ok()?);
            format!("{sign}{whole}.{fraction}")
        };
        (text.len() <= MAX_NUMBER_LENGTH).then_some(text)
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_NUMBER_LENGTH {
            return None;
        }
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let leading = digits.iter().take_while(|digit| **digit == b'0').count();
        let trailing = digits[leading..].iter().rev().take_while(|digit| **digit == b'0').count();
        let point = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()?;
        let digits = digits[leading..digits.len() - trailing].to_vec();
        if digits.is_empty() {
            return Some(Self { negative: false, digits, point: 0 });
        }
        Some(Self { negative, digits, point: point + i64::from(exponent) })
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self.sign(), other.sign()) {
            (1, 1) => self.magnitude(other),
            (-1, -1) => other.magnitude(self),
            (left, right) => left.cmp(&right),
        }
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits))
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{self, Equal, Greater, Less};

    use serde_json::{Value, json};

    use super::compare;

    #[test]
    fn numbers_and_numeric_texts_compare_by_value() {
        let table: [(Value, Value, Option<Ordering>); 14] = [
            (json!(1), json!(2), Some(Less)),
            (json!(1), json!(1.0), Some(Equal)),
            (json!("1"), json!(1), Some(Equal)),
            (json!("1000000000000000000001"), json!("1000000000000000000000"), Some(Greater)),
            (json!("0.10"), json!("0.1"), Some(Equal)),
            (json!("-0.10"), json!("0.1"), Some(Less)),
            (json!("-2"), json!("-1"), Some(Less)),
            (json!(1e21), json!("1000000000000000000000"), Some(Equal)),
            (json!("1e-3"), json!(0.001), Some(Equal)),
            (json!("-0"), json!(0), Some(Equal)),
            (json!("100"), json!("99.999"), Some(Greater)),
            (json!(u64::MAX), json!(i64::MAX), Some(Greater)),
            (json!("1."), json!(1), None),
            (json!("0x10"), json!(16), None),
        ];
        for (left, right, expected) in table {
            assert_eq!(compare(&left, &right), expected, "{left} and {right}");
        }
    }
}
