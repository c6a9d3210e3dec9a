//! The data of a connector: what may be seen of them, and what is secret.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{Error, Kind};

/// What stands for a secret in what people see.
const DOTS: &str = "••••";
/// From how many characters on the last four of a secret are shown: of a shorter one they would be
/// too much of it.
const SHOWN_FROM: usize = 16;

/// The secret fields of a connector, wiped from memory when they are dropped.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<String, Zeroizing<String>>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// The data of a connector, taken apart.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// The fields that are no secrets.
    pub settings: Map<String, Value>,
    /// Those that are.
    pub secrets: Secrets,
}

impl Parts {
    /// Takes data apart that fit the schema of their type.
    pub fn of(kind: &Kind, data: Map<String, Value>) -> Self {
        let mut parts = Self::default();
        for (name, value) in data {
            match value {
                Value::String(text) if kind.is_secret(&name) => {
                    parts.secrets.0.insert(name, Zeroizing::new(text));
                }
                value @ (Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_)) => {
                    parts.settings.insert(name, value);
                }
            }
        }
        parts
    }
}

impl Secrets {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Zeroizing<String>> {
        self.0.values()
    }

    /// One of them.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|secret| secret.as_str())
    }

    /// What people know each of them by.
    pub fn hints(&self) -> BTreeMap<String, String> {
        self.0.iter().map(|(name, secret)| (name.clone(), hint(secret))).collect()
    }

    /// As they are sealed: a JSON object.
    pub fn sealed_form(&self) -> Zeroizing<Vec<u8>> {
        let fields: BTreeMap<&str, &str> =
            self.0.iter().map(|(name, secret)| (name.as_str(), secret.as_str())).collect();
        Zeroizing::new(serde_json::to_vec(&fields).expect("an object of texts is JSON"))
    }

    /// Reads what [`Secrets::sealed_form`] has made.
    pub fn read(sealed: &[u8]) -> Result<Self, Error> {
        let fields: BTreeMap<String, String> =
            serde_json::from_slice(sealed).map_err(|_| Error::Damaged)?;
        Ok(Self(fields.into_iter().map(|(name, secret)| (name, secret.into())).collect()))
    }
}

fn hint(secret: &str) -> String {
    let characters = secret.chars().count();
    let shown = if characters < SHOWN_FROM { 0 } else { 4 };
    let tail: String = secret.chars().skip(characters - shown).collect();
    format!("{DOTS}{tail}")
}

/// A text with the values of the fields that it names as `{field}`; the name that has no value is
/// the error. What stands between other braces is left as it is.
pub(super) fn fill<'a>(
    template: &str,
    value: impl Fn(&str) -> Option<&'a str>,
) -> Result<Zeroizing<String>, String> {
    let mut text = Zeroizing::new(String::new());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = behind.split_once('}') else {
            text.push('{');
            rest = behind;
            continue;
        };
        text.push_str(value(name).ok_or_else(|| name.to_owned())?);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::Kinds;

    #[test]
    fn a_secret_is_known_by_its_end_when_enough_remains_hidden() {
        assert_eq!(hint("hunter2"), "••••");
        assert_eq!(hint("123456789012345"), "••••");
        assert_eq!(hint("sk_live_abcdef1234"), "••••1234");
    }

    #[test]
    fn secrets_are_taken_out_of_the_data_and_come_back_as_they_were() {
        let kind = Kinds::builtin().get("http-bearer").unwrap();
        let data = serde_json::json!({ "host": "a.example", "token": "sk_live_abcdef1234" });
        let parts = Parts::of(kind, data.as_object().unwrap().clone());
        assert_eq!(Value::from(parts.settings), serde_json::json!({ "host": "a.example" }));
        assert!(!format!("{:?}", parts.secrets).contains("sk_live"));
        let read = Secrets::read(&parts.secrets.sealed_form()).unwrap();
        assert_eq!(read.get("token"), Some("sk_live_abcdef1234"));
        assert_eq!(read.hints()["token"], "••••1234");
    }

    #[test]
    fn a_template_takes_the_values_of_its_fields() {
        let value = |name: &str| (name == "a").then_some("1{a}");
        assert_eq!(fill("x{a}y{a}", value).unwrap().as_str(), "x1{a}y1{a}");
        assert_eq!(fill("{b}", value).unwrap_err(), "b");
        assert_eq!(fill("{", value).unwrap().as_str(), "{");
    }
}
