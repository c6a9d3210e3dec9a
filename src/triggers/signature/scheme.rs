//! What an author says of signatures, and what follows from it for a delivery.

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::hmac::Form;
use super::{
    Algorithm, Encoding, Received, Refusal, github, hmac, shopify, slack, standard, stripe,
};
use crate::primitives::hex;

/// How far the time of a signature may be from now, in seconds, unless somebody says otherwise.
const TOLERANCE: u32 = 300;
/// How long the name of a delivery is kept as it is; a longer one is kept as its hash.
const MAX_NAME: usize = 96;

/// Whose signatures they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// GitHub's.
    Github,
    /// Stripe's.
    Stripe,
    /// Slack's.
    Slack,
    /// Shopify's.
    Shopify,
    /// Those of Standard Webhooks.
    StandardWebhooks,
    /// A plain HMAC in a header of the author's choice.
    Hmac,
}

/// By what a delivery that comes again is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deduplicate {
    /// By the name that its sender gave it.
    #[default]
    Id,
    /// By its body: where neither time nor name is signed, nothing else stops a replay.
    Body,
}

/// How deliveries are signed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Signature {
    /// Whose signatures they are.
    pub scheme: Scheme,
    /// How far the time of a signature may be from now, in seconds.
    #[serde(default = "tolerance")]
    pub tolerance_seconds: u32,
    /// By what a delivery that comes again is known.
    #[serde(default)]
    pub deduplicate: Deduplicate,
    /// Of a plain HMAC: the header.
    #[serde(default)]
    pub header: Option<String>,
    /// Of a plain HMAC: how it is made.
    #[serde(default)]
    pub algorithm: Algorithm,
    /// Of a plain HMAC: how it is written.
    #[serde(default)]
    pub encoding: Encoding,
    /// Of a plain HMAC: what stands before it, as `sha256=`.
    #[serde(default)]
    pub prefix: String,
    /// Of a plain HMAC: the header that names a delivery.
    #[serde(default)]
    pub id_header: Option<String>,
    /// Of a plain HMAC: where a delivery names itself in its JSON body, as a pointer.
    #[serde(default)]
    pub id_path: Option<String>,
}

const fn tolerance() -> u32 {
    TOLERANCE
}

impl Signature {
    /// What a scheme says of itself, without more words.
    pub fn of(scheme: Scheme) -> Self {
        Self {
            scheme,
            tolerance_seconds: TOLERANCE,
            deduplicate: Deduplicate::Id,
            header: None,
            algorithm: Algorithm::Sha256,
            encoding: Encoding::Hex,
            prefix: String::new(),
            id_header: None,
            id_path: None,
        }
    }

    /// The header that holds the signature.
    pub fn header(&self) -> &str {
        match self.scheme {
            Scheme::Github => github::SIGNATURE,
            Scheme::Stripe => stripe::SIGNATURE,
            Scheme::Slack => slack::SIGNATURE,
            Scheme::Shopify => shopify::SIGNATURE,
            Scheme::StandardWebhooks => standard::SIGNATURE,
            Scheme::Hmac => self.header.as_deref().unwrap_or_default(),
        }
    }

    /// Whether one of the secrets signed what was received, and not long ago where that is signed.
    pub fn verify(&self, secrets: &[&str], received: &Received<'_>) -> Result<(), Refusal> {
        match self.scheme {
            Scheme::Github => github::verify(secrets, received),
            Scheme::Stripe => stripe::verify(secrets, received, self.tolerance_seconds),
            Scheme::Slack => slack::verify(secrets, received, self.tolerance_seconds),
            Scheme::Shopify => shopify::verify(secrets, received),
            Scheme::StandardWebhooks => standard::verify(secrets, received, self.tolerance_seconds),
            Scheme::Hmac => {
                let form = Form {
                    header: self.header(),
                    algorithm: self.algorithm,
                    encoding: self.encoding,
                    prefix: &self.prefix,
                };
                hmac::verify(secrets, received, form)
            }
        }
    }

    /// What names a verified delivery among those of one workflow, so that it starts one run however
    /// often it comes; `None` where its sender does not name it.
    ///
    /// A sender that names its deliveries and left the name out is known by what it signed: whoever
    /// strips the name off what he caught, or writes its signature in other letters, starts nothing
    /// with it.
    pub fn delivery(
        &self,
        received: &Received<'_>,
        body: &Value,
    ) -> Result<Option<String>, Refusal> {
        if self.deduplicate == Deduplicate::Body {
            return Ok(Some(format!("body:{}", digest(received.body))));
        }
        let field = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let header = |name: &str| Ok(received.header(name)?.map(str::to_owned));
        let named = match self.scheme {
            Scheme::Github => header(github::DELIVERY)?,
            Scheme::Shopify => header(shopify::DELIVERY)?,
            Scheme::StandardWebhooks => header(standard::DELIVERY)?,
            Scheme::Stripe => field("id"),
            Scheme::Slack => field("event_id"),
            Scheme::Hmac => match (&self.id_header, &self.id_path) {
                (Some(name), _) => header(name)?,
                (None, Some(path)) => body.pointer(path).and_then(text_of),
                (None, None) => return Ok(None),
            },
        };
        Ok(Some(match named.filter(|name| !name.is_empty()) {
            Some(name) => bounded("id", &name),
            None => format!("signed:{}", hex(&self.signed(received)?.finalize())),
        }))
    }

    fn signed(&self, received: &Received<'_>) -> Result<Sha256, Refusal> {
        let mut hash = Sha256::new();
        match self.scheme {
            Scheme::Slack => hash.update(received.must_have(slack::TIME)?),
            Scheme::Github
            | Scheme::Stripe
            | Scheme::Shopify
            | Scheme::StandardWebhooks
            | Scheme::Hmac => {}
        }
        hash.update(b".");
        hash.update(received.body);
        Ok(hash)
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn bounded(kind: &str, name: &str) -> String {
    let plain = name.len() <= MAX_NAME && name.bytes().all(|byte| byte.is_ascii_graphic());
    if plain {
        format!("{kind}:{name}")
    } else {
        format!("{kind}-sha256:{}", digest(name.as_bytes()))
    }
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
