//! What a reader of JSON expected and did not find, in words of those who wrote the JSON.

use std::sync::LazyLock;

use regex::Regex;

/// How serde says what it expected of our own types; all else it says in plain words.
static TYPES: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
    let word = |pattern: &str| Regex::new(pattern).expect("a constant pattern");
    [
        (
            word(r"\b(?:(?:unit|tuple|newtype) )?(?:struct|enum) \w+(?: with \d+ elements?)?"),
            "an object",
        ),
        (word(r"\b(?:u8|u16|u32|u64|u128|usize)\b"), "a whole number from 0 on"),
        (word(r"\b(?:i8|i16|i32|i64|i128|isize)\b"), "a whole number"),
        (word(r"\b(?:f32|f64)\b"), "a number"),
    ]
});

/// The message of serde with the names of our types replaced by what JSON calls them.
///
/// Only what follows `expected` in a message that serde made itself: a text that was sent, and a
/// message of our own, stay as they are.
pub fn in_words(message: &str) -> String {
    let of_serde = ["invalid type: ", "invalid value: ", "invalid length "];
    let parts = of_serde.iter().any(|start| message.starts_with(start));
    let Some((found, expected)) = message.rsplit_once(", expected ").filter(|_| parts) else {
        return message.to_owned();
    };
    let mut expected = expected.to_owned();
    for (pattern, word) in TYPES.iter() {
        expected = pattern.replace_all(&expected, *word).into_owned();
    }
    format!("{found}, expected {expected}")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its refusals are looked at")]
    struct Order {
        count: u32,
        price: Option<f64>,
        shift: Option<i64>,
    }

    fn refusal(json: &str) -> String {
        let message = serde_json::from_str::<Order>(json).expect_err("a refusal").to_string();
        in_words(message.rsplit_once(" at line").map_or(&*message, |(message, _)| message))
    }

    #[test]
    fn names_of_our_types_are_not_told() {
        assert_eq!(
            refusal(r#"{"count": "2"}"#),
            "invalid type: string \"2\", expected a whole number from 0 on"
        );
        assert_eq!(
            refusal(r#"{"count": -1}"#),
            "invalid value: integer `-1`, expected a whole number from 0 on"
        );
        assert_eq!(refusal("[]"), "invalid length 0, expected an object");
        assert_eq!(refusal("7"), "invalid type: integer `7`, expected an object");
        assert_eq!(
            refusal(r#"{"count": 1, "price": []}"#),
            "invalid type: sequence, expected a number"
        );
        assert_eq!(
            refusal(r#"{"count": 1, "shift": 1.5}"#),
            "invalid type: floating point `1.5`, expected a whole number"
        );
    }

    #[test]
    fn what_was_sent_and_what_we_say_ourselves_stays() {
        assert_eq!(
            refusal(r#"{"count": "a u8, expected u8"}"#),
            "invalid type: string \"a u8, expected u8\", expected a whole number from 0 on"
        );
        for own in ["missing field `count`", "must be a whole number, expected u32"] {
            assert_eq!(in_words(own), own);
        }
    }
}
