//! Numbers as JSON-RPC writes them: `"0x1b4"`.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serializer, de};

/// The number behind a text such as `0x1b4`.
pub(super) fn parse(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("0x")?;
    // `from_str_radix` would take a sign.
    let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if are_digits { u64::from_str_radix(digits, 16).ok() } else { None }
}

/// The text of a number.
pub(super) fn text(number: u64) -> String {
    format!("0x{number:x}")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(super) fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*number))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = Cow::<'de, str>::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| de::Error::custom("expected a number such as 0x1b4"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hexadecimal_digits_that_fit_are_a_number() {
        assert_eq!(parse("0x0"), Some(0));
        assert_eq!(parse(&text(u64::MAX)), Some(u64::MAX));
        for other in ["", "0x", "1", "0x-1", "0x+1", "0xg", "0x10000000000000000"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
