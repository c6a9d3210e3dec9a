//! The configuration in force, for people and programs, with secrets masked.

use serde_json::{Map, Value, json};
use url::Url;

use super::load::{COMMAND_LINE, ENVIRONMENT, Loaded};
use super::settings::{Kind, SETTINGS, Setting};

/// What stands in a secret's place.
const MASK: &str = "•••";

impl Loaded {
    /// Every setting: its value with secrets masked, and the source that the value comes from.
    pub fn shown(&self) -> Vec<(&'static Setting, Value, String)> {
        SETTINGS
            .iter()
            .map(|setting| (setting, self.value(setting), self.source(setting)))
            .collect()
    }

    /// The same for a program: `{key: {value, source}}`.
    pub fn as_json(&self) -> Value {
        let entries = self.shown().into_iter().map(|(setting, value, source)| {
            (setting.key.to_owned(), json!({ "value": value, "source": source }))
        });
        Value::Object(entries.collect::<Map<_, _>>())
    }

    fn value(&self, setting: &Setting) -> Value {
        let value: Value = self.figment.extract_inner(setting.key).unwrap_or_default();
        match (setting.kind, &value) {
            (_, Value::Null) => Value::Null,
            (Kind::Secret, _) => MASK.into(),
            (Kind::SecretUrl, _) => masked_url(value.as_str().unwrap_or_default()).into(),
            (Kind::Text | Kind::Number | Kind::List, _) => value,
        }
    }

    fn source(&self, setting: &Setting) -> String {
        let Some(source) = self.figment.find_metadata(setting.key) else { return "unset".into() };
        match (source.name.as_ref(), source.source.as_ref()) {
            (ENVIRONMENT, _) => setting.variable.into(),
            (COMMAND_LINE, _) => source.name.clone().into_owned(),
            (_, Some(figment::Source::File(path))) => path.display().to_string(),
            _ => "default".into(),
        }
    }
}

/// The URL with its password covered, wherever it stands.
fn masked_url(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return MASK.into() };
    if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
        return MASK.into();
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let secret = name.contains("password") || name.contains("key");
                (name.into_owned(), if secret { MASK.into() } else { value.into_owned() })
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    percent_free(url.as_str())
}

/// The mask and slashes as people read them.
fn percent_free(text: &str) -> String {
    text.replace("%E2%80%A2", "•").replace("%2F", "/")
}

#[cfg(test)]
mod tests {
    use super::super::{Flags, Surroundings, load};
    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        for (url, shown) in [
            ("postgres://u:hunter2@db/x", "postgres://u:•••@db/x"),
            ("postgres:///x?host=/tmp&password=hunter2", "postgres:///x?host=/tmp&password=•••"),
            ("host=db password=hunter2", "•••"),
        ] {
            assert_eq!(masked_url(url), shown);
        }
    }

    #[test]
    fn every_value_is_shown_with_its_source() {
        let variables = [
            ("CHAINKEEL_ADMIN_KEY", "hunter2hunter2hunter2"),
            ("CHAINKEEL_LOG_FORMAT", "json"),
            ("DATABASE_URL", "postgres://u:hunter2@db/x"),
        ];
        let variables =
            variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let surroundings = Surroundings { variables, ..Surroundings::default() };
        let flags = Flags { listen: Some("127.0.0.1:1".into()), ..Flags::default() };

        let shown = load(&flags, &surroundings).unwrap().as_json();

        assert_eq!(shown["admin_key"], json!({ "value": MASK, "source": "CHAINKEEL_ADMIN_KEY" }));
        assert_eq!(shown["log.format"]["source"], "CHAINKEEL_LOG_FORMAT");
        assert_eq!(shown["log.filter"]["source"], "default");
        assert_eq!(shown["listen"]["source"], "the command line");
        assert_eq!(shown["api_key"], json!({ "value": null, "source": "unset" }));
        assert!(!shown.to_string().contains("hunter2"), "{shown}");
    }
}
