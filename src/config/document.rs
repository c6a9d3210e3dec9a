//! `docs/configuration.md`, made from the table of settings and the defaults.

use std::fmt::Write;

use serde_json::Value;

use super::settings::SETTINGS;
use super::values::Config;

const HEAD: &str = "\
<!-- Generated from src/config by `UPDATE=1 cargo test contracts`. Do not edit. -->

# Configuration

Each setting is taken from the first of these that names it: a flag on the command line, an
environment variable, `chainkeel.toml` in the working directory (or the file of `--config`), the
default. `chainkeel config` prints what is in force and where each value comes from, with secrets
masked. A key or a value that cannot be read stops the start, and the message names it.
";

/// The page.
pub fn document() -> String {
    let defaults = serde_json::to_value(Config::default()).expect("defaults are plain data");
    let mut page = HEAD.to_owned();
    for setting in SETTINGS {
        let default = match find(&defaults, setting.key) {
            None | Some(Value::Null) => "none".into(),
            Some(Value::String(text)) => format!("`{text}`"),
            Some(Value::Array(values)) if values.is_empty() => "none".into(),
            Some(other) => format!("`{other}`"),
        };
        write!(
            page,
            "\n## `{}`\n\nEnvironment: `{}`. Default: {default}.\n\n{}\n",
            setting.key, setting.variable, setting.about
        )
        .expect("writing to a text cannot fail");
    }
    page
}

fn find<'a>(values: &'a Value, key: &str) -> Option<&'a Value> {
    key.split('.').try_fold(values, |value, name| value.get(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(values: &Value, prefix: &str, into: &mut BTreeSet<String>) {
        for (name, value) in values.as_object().into_iter().flatten() {
            let key = format!("{prefix}{name}");
            if value.is_object() {
                keys(value, &format!("{key}."), into);
            } else {
                into.insert(key);
            }
        }
    }

    #[test]
    fn the_table_of_settings_names_every_field_of_the_configuration() {
        let mut fields = BTreeSet::new();
        keys(&serde_json::to_value(Config::default()).unwrap(), "", &mut fields);
        // Secrets are never serialized.
        let secret = [
            "admin_key",
            "api_key",
            "chains.endpoints",
            "connectors.oauth_clients",
            "database_url",
            "prices.stork_token",
            "secrets.key",
            "signing.kms.secret_access_key",
            "signing.kms.session_token",
            "signing.pkcs11.pin",
            "signing.turnkey.api_private_key",
            "traces.headers",
        ];
        fields.extend(secret.map(str::to_owned));
        let table: BTreeSet<String> = SETTINGS.iter().map(|setting| setting.key.into()).collect();
        assert_eq!(fields, table);
    }
}
