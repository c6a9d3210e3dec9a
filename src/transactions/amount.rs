//! Amounts as decimal texts: no program rounds a text.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serializer, de};

pub(super) fn serialize<T: Display, S: Serializer>(
    amount: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

pub(super) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| de::Error::custom("expected a whole amount such as \"1000\""))
}

/// The amount behind digits alone: others would take signs, spaces or other bases, too.
fn parse<T: FromStr>(text: &str) -> Option<T> {
    let are_digits = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let is_canonical = text == "0" || !text.starts_with('0');
    if are_digits && is_canonical { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::U256;

    use super::*;

    #[test]
    fn only_plain_digits_that_fit_are_an_amount() {
        assert_eq!(parse("0"), Some(0_u128));
        assert_eq!(parse(&U256::MAX.to_string()), Some(U256::MAX));
        for other in ["", "00", "01", "+1", "-1", "1.0", "1e3", "0x1", " 1", "1_000", "١"] {
            assert_eq!(parse::<U256>(other), None, "{other}");
        }
        assert_eq!(parse::<u128>("340282366920938463463374607431768211456"), None);
        let beyond =
            "115792089237316195423570985008687907853269984665640564039457584007913129639936";
        assert_eq!(parse::<U256>(beyond), None);
    }
}
