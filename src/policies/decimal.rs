//! Amounts as decimal texts: JSON of other languages has no number that holds them.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serializer, de};

pub(super) fn serialize<T, S>(number: &T, to: S) -> Result<S::Ok, S::Error>
where
    T: Display,
    S: Serializer,
{
    to.collect_str(number)
}

pub(super) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
where
    T: FromStr,
    D: Deserializer<'de>,
{
    read(&String::deserialize(from)?).map_err(de::Error::custom)
}

/// A number in digits and nothing else.
pub(super) fn read<T: FromStr>(text: &str) -> Result<T, &'static str> {
    let is_plain = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let number = is_plain.then(|| text.parse().ok()).flatten();
    number.ok_or("must be a whole number of the smallest unit in digits, as a text: \"1000000\"")
}
