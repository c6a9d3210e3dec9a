//! Finds in a definition what belongs to one organization or opens something: ids, keys, passwords.
//! What was found is named by its place, never quoted.

use crate::primitives::pointer::below;
use std::sync::LazyLock;

use regex::RegexSet;
use serde_json::Value;

use super::Fault;
use super::pointer::texts;

/// What is looked for, and what it is called.
const PATTERNS: [(&str, &str); 11] = [
    (
        r"\b(org|wf|run|conn|wal|int|task|usr|user|sa|key|apikey|sch|test|inv|tbl|ev|ui)_[0-7][0-9a-hjkmnp-tv-z]{25}\b",
        "is the id of something of one organization: make it a prop or `{{ask.…}}`",
    ),
    (r"\b(whs|prt|b3sk|ck|cks|chk)_[A-Za-z0-9]{20,}", "is a key or a webhook's secret"),
    (r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "is a private key"),
    (r"\b0x[0-9a-fA-F]{64}\b", "may be a private key: make it a prop"),
    (r"\bAKIA[0-9A-Z]{16}\b", "is an access key of a cloud"),
    (r"\b(sk|rk|pk)_(live|test)_[A-Za-z0-9]{16,}", "is a key of a payment provider"),
    (r"\b(ghp|gho|ghs|github_pat)_[A-Za-z0-9_]{20,}", "is a token of a code host"),
    (r"\bxox[abeprs]-[A-Za-z0-9-]{10,}", "is a token of a chat"),
    (r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.", "is a signed token"),
    (r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{16,}", "is a credential of a header"),
    (r"://[^/\s:@{]+:[^/\s@{]+@", "is an address with a password in it"),
];

/// Names of fields whose texts are secrets unless they are expressions.
const SECRET_FIELDS: [&str; 14] = [
    "password",
    "passphrase",
    "secret",
    "authtoken",
    "accesstoken",
    "apitoken",
    "bottoken",
    "refreshtoken",
    "apikey",
    "privatekey",
    "mnemonic",
    "seedphrase",
    "authorization",
    "credential",
];

static SET: LazyLock<RegexSet> = LazyLock::new(|| {
    let patterns = PATTERNS.iter().map(|(pattern, _)| pattern);
    RegexSet::new(patterns).expect("the patterns are regular expressions")
});

/// What of a value is one organization's, or a secret.
pub fn scan(value: &Value, path: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    texts(value, path, &mut |place, text| {
        let found =
            SET.matches(text).into_iter().map(|number| Fault::at(place, PATTERNS[number].1));
        faults.extend(found);
    });
    fields(value, path, &mut faults);
    faults
}

fn fields(value: &Value, path: &str, faults: &mut Vec<Fault>) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                fields(item, &below(path, &number.to_string()), faults);
            }
        }
        Value::Object(map) => {
            for (key, field) in map {
                let place = below(path, key);
                let name: String =
                    key.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
                let text = field.as_str().unwrap_or_default();
                let named = SECRET_FIELDS.iter().any(|secret| name.ends_with(secret));
                if named && !text.is_empty() && !text.contains("{{") {
                    faults.push(Fault::at(&place, "is a secret by its name: make it a prop"));
                }
                if key == "connector"
                    && let Some(id) = field.get("id").and_then(Value::as_str)
                    && !id.contains("{{")
                {
                    let message = "names a connector: make it a prop or `{{ask.connector_id}}`";
                    faults.push(Fault::at(below(&place, "id"), message));
                }
                fields(field, &place, faults);
            }
        }
    }
}
