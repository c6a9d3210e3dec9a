//! Finds what looks like a credential in JSON that people write: definitions, templates, pages.
//!
//! It knows the forms of keys that providers give out, and the names of fields that hold
//! credentials. It may be mistaken both ways, so it advises and never changes anything.

use serde_json::Value;

/// How many findings are told; a document with more has a fault of another kind.
pub const MAX_SUSPECTS: usize = 50;

/// How long a value in a field with a telling name must be: shorter ones are words.
const MIN_VALUE: usize = 8;

/// Keys by how they begin, how long they are at least (with the beginning), and whose they are.
const FORMS: &[(&str, usize, &str)] = &[
    ("ck_live_", 40, "a Chainkeel API key"),
    ("ckr_", 40, "a Chainkeel refresh token"),
    ("whs_", 36, "the secret of a webhook URL"),
    ("sk_live_", 20, "a Stripe secret key"),
    ("rk_live_", 20, "a Stripe restricted key"),
    ("whsec_", 20, "a webhook signing secret"),
    ("sk-ant-", 20, "an Anthropic key"),
    ("sk-", 40, "an OpenAI key"),
    ("xoxb-", 20, "a Slack bot token"),
    ("xoxp-", 20, "a Slack user token"),
    ("xapp-", 20, "a Slack app token"),
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("AKIA", 20, "an AWS access key"),
    ("AIza", 39, "a Google API key"),
    ("ya29.", 30, "a Google access token"),
    ("SG.", 60, "a SendGrid key"),
    ("shpat_", 30, "a Shopify token"),
    ("eyJhbGciOi", 40, "a JSON Web Token"),
];

/// Fields whose value is a credential, in lower case and without `-` and `_`.
const NAMES: &[&str] = &[
    "accesstoken",
    "apikey",
    "apisecret",
    "apitoken",
    "authorization",
    "authtoken",
    "bearertoken",
    "bottoken",
    "clientsecret",
    "cookie",
    "mnemonic",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "proxyauthorization",
    "refreshtoken",
    "secret",
    "secretkey",
    "seedphrase",
    "signingkey",
    "webhooksecret",
    "xapikey",
    "xauthtoken",
];

/// Something that looks like a credential. It never holds the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// Where it is: a JSON pointer into the document.
    pub pointer: String,
    /// What it looks like, in words.
    pub looks_like: &'static str,
}

/// Everything in a document that looks like a credential, in its order; [`MAX_SUSPECTS`] at most.
/// Values that are taken from elsewhere, `{{…}}`, are none.
pub fn suspects(document: &Value) -> Vec<Suspect> {
    let mut found = Vec::new();
    look(document, None, &mut String::new(), &mut found);
    found
}

fn look(value: &Value, name: Option<&str>, pointer: &mut String, found: &mut Vec<Suspect>) {
    if found.len() >= MAX_SUSPECTS {
        return;
    }
    match value {
        Value::String(text) => {
            if let Some(looks_like) = judge(name, text) {
                found.push(Suspect { pointer: pointer.clone(), looks_like });
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                step(pointer, &index.to_string(), |pointer| look(item, name, pointer, found));
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                step(pointer, name, |pointer| look(value, Some(name), pointer, found));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Goes one step down for the time of a call.
fn step(pointer: &mut String, name: &str, inside: impl FnOnce(&mut String)) {
    let length = pointer.len();
    crate::primitives::pointer::push(pointer, name);
    inside(pointer);
    pointer.truncate(length);
}

fn judge(name: Option<&str>, text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let known = FORMS.iter().find(|(start, length, _)| has_key(text, start, *length));
    if let Some((_, _, whose)) = known {
        return Some(whose);
    }
    if has_password_in_url(text) {
        return Some("a URL with a password");
    }
    let is_written_out = text.len() >= MIN_VALUE && !text.contains("{{");
    let named = name.is_some_and(|name| NAMES.contains(&plain(name).as_str()));
    if is_written_out && named {
        return Some("a credential, by the name of its field");
    }
    let (scheme, rest) = text.split_once(' ')?;
    let is_scheme = ["bearer", "basic"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let is_one_word = rest.len() >= 2 * MIN_VALUE && !rest.contains([' ', '{']);
    (is_scheme && is_one_word).then_some("the value of an Authorization header")
}

/// A field's name as [`NAMES`] has them.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

/// Whether a key of this form stands anywhere in the text, not in the middle of a word.
fn has_key(text: &str, start: &str, length: usize) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.match_indices(start).any(|(at, _)| {
        let begins = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let word = text[at..].split(|c: char| !is_part(c)).next().unwrap_or_default();
        begins && word.len() >= length && word.bytes().any(|byte| byte.is_ascii_digit())
    })
}

fn has_password_in_url(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let rest = &text[at + 3..];
        let authority = rest.split(['/', '?', '#', ' ', '"', '\'']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        let password = user.and_then(|user| user.split_once(':')).map(|(_, password)| password);
        password.is_some_and(|password| !password.is_empty() && !password.contains("{{"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(document: &Value) -> Vec<String> {
        suspects(document).into_iter().map(|suspect| suspect.pointer).collect()
    }

    #[test]
    fn keys_of_providers_are_found_wherever_they_stand() {
        let document = json!({
            "code": "const key = 'xoxb-1234567890-abcdefghij';",
            "list": [{ "a/b": "AKIAIOSFODNN7EXAMPLE" }],
            "pem": "-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----",
            "url": "https://user:hunter2@example.com/path",
        });
        assert_eq!(places(&document), ["/code", "/list/0/a~1b", "/pem", "/url"]);
    }

    #[test]
    fn a_value_in_a_field_for_credentials_is_found_by_the_fields_name() {
        let document = json!({
            "headers": { "X-Api-Key": "0123456789", "Authorization": "Bearer abcdefghijklmnopqrst" },
            "client_secret": ["a long secret"],
            "text": "Basic dXNlcjpwYXNzd29yZA==",
        });
        let expected =
            ["/client_secret/0", "/headers/Authorization", "/headers/X-Api-Key", "/text"];
        let mut found = places(&document);
        found.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_taken_from_elsewhere_and_what_only_looks_alike_is_none() {
        let document = json!({
            "headers": { "Authorization": "Bearer {{$trigger.body.token}}" },
            "password": "{{$props.password}}",
            "secret": "short",
            "tokenAddress": "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
            "hash": "0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b",
            "description": "Basic understanding of the sk- prefix; bearer of news",
            "url": "https://example.com:8080/@user",
            "risk-assessment": "task-0123456789012345678901234567890123456789",
        });
        assert_eq!(places(&document), Vec::<String>::new());
    }

    #[test]
    fn a_document_full_of_them_ends_at_the_limit() {
        let many = json!(vec!["AKIAIOSFODNN7EXAMPLE"; 200]);
        assert_eq!(suspects(&many).len(), MAX_SUSPECTS);
    }
}
