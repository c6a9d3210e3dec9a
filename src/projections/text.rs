//! Text from events on its way into `text` columns.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::{self, Deserialize, Deserializer};

/// A string of an event, borrowed where it needs no change.
///
/// PostgreSQL's `text` holds every character but U+0000, which JSON allows: it becomes U+FFFD, so
/// that nobody can park a projection by sending one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(if text.contains('\0') { replaced(text) } else { Cow::Borrowed(text) })
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(if text.contains('\0') { replaced(&text) } else { Cow::Owned(text) })
    }
}

impl Hash for Text<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn replaced(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.replace('\0', "\u{fffd}"))
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> de::Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(text.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(text.to_owned().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_without_escapes_is_borrowed_from_the_event() {
        let text: Text<'_> = serde_json::from_str(r#""plain""#).expect("a string");
        assert!(matches!(text.0, Cow::Borrowed("plain")));
    }

    #[test]
    fn the_one_character_that_the_database_cannot_hold_is_replaced() {
        let text: Text<'_> = serde_json::from_str(r#""a\u0000b""#).expect("a string");
        assert_eq!(text.as_str(), "a\u{fffd}b");
    }
}
