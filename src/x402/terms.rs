//! One way to pay: so much of a token on a chain to somebody.

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::number::{address, field, number, text};
use super::{Misread, chain_of, network};

/// The scheme that is spoken.
pub(super) const EXACT: &str = "exact";
/// How the token is moved; the only way that is spoken, and what is meant where nothing is said.
const EIP3009: &str = "eip3009";
/// The longest time that a payment may take, in seconds: a day.
const MAX_TIMEOUT: u64 = 86_400;

/// The version of the protocol in which something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Version {
    /// Requirements in the body; `X-PAYMENT`, `X-PAYMENT-RESPONSE`.
    V1,
    /// `PAYMENT-REQUIRED`, `PAYMENT-SIGNATURE`, `PAYMENT-RESPONSE`.
    V2,
}

impl Version {
    /// Its number.
    pub const fn number(self) -> u64 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }

    /// The header with which a payer pays, in small letters.
    pub const fn payment_header(self) -> &'static str {
        match self {
            Self::V1 => "x-payment",
            Self::V2 => "payment-signature",
        }
    }

    /// The header in which a seller says what became of it, in small letters.
    pub const fn receipt_header(self) -> &'static str {
        match self {
            Self::V1 => "x-payment-response",
            Self::V2 => "payment-response",
        }
    }
}

/// The token as its signatures name it: the name and the version of its EIP-712 domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Token {
    /// The name, as `USD Coin`.
    pub name: String,
    /// The version, as `2`.
    pub version: String,
}

/// One way to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// On which chain.
    pub chain: u64,
    /// The contract of the token.
    pub asset: Address,
    /// How much, in the smallest unit of the token.
    pub amount: U256,
    /// To whom.
    pub pay_to: Address,
    /// Within which time, in seconds.
    pub max_timeout_seconds: u64,
    /// The token as its signatures name it.
    pub token: Token,
}

/// What is paid for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// Its URL.
    pub url: String,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The type of the answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mime_type: String,
}

impl Terms {
    /// The terms as a version writes them.
    pub fn written(&self, version: Version, resource: &Resource) -> Value {
        let extra = json!({ "name": self.token.name, "version": self.token.version });
        let (asset, pay_to) = (self.asset.to_checksum(None), self.pay_to.to_checksum(None));
        let (network, amount) = (network(version, self.chain), self.amount.to_string());
        match version {
            Version::V1 => json!({
                "scheme": EXACT, "network": network, "maxAmountRequired": amount,
                "resource": resource.url, "description": resource.description,
                "mimeType": resource.mime_type, "outputSchema": null, "payTo": pay_to,
                "maxTimeoutSeconds": self.max_timeout_seconds, "asset": asset, "extra": extra,
            }),
            Version::V2 => json!({
                "scheme": EXACT, "network": network, "amount": amount, "asset": asset,
                "payTo": pay_to, "maxTimeoutSeconds": self.max_timeout_seconds, "extra": extra,
            }),
        }
    }

    /// Reads terms of a version.
    ///
    /// # Errors
    /// They are of another scheme, chain or kind of transfer, or a field is not what it must be.
    pub fn read(version: Version, terms: &Value, at: &str) -> Result<Self, Misread> {
        let scheme = text(terms, at, "scheme")?;
        if scheme != EXACT {
            let problem = format!("the scheme `{scheme}` is not spoken, only `{EXACT}`");
            return Err(Misread::at(&format!("{at}/scheme"), problem));
        }
        let named = text(terms, at, "network")?;
        let chain = chain_of(named).ok_or_else(|| {
            let problem = format!("`{named}` is no EVM chain that is known, as eip155:8453");
            Misread::at(&format!("{at}/network"), problem)
        })?;
        let amount = match version {
            Version::V1 => "maxAmountRequired",
            Version::V2 => "amount",
        };
        let (extra, place) = field(terms, at, "extra")?;
        let method = extra.get("assetTransferMethod").and_then(Value::as_str).unwrap_or(EIP3009);
        if method != EIP3009 {
            let problem = format!("transfers by `{method}` are not spoken, only by `{EIP3009}`");
            return Err(Misread::at(&format!("{place}/assetTransferMethod"), problem));
        }
        let token = Token {
            name: text(extra, &place, "name")?.to_owned(),
            version: text(extra, &place, "version")?.to_owned(),
        };
        let (timeout, place) = field(terms, at, "maxTimeoutSeconds")?;
        let timeout = timeout.as_u64().filter(|it| (1..=MAX_TIMEOUT).contains(it));
        let max_timeout_seconds = timeout.ok_or_else(|| {
            Misread::at(&place, format!("expected a number of seconds from 1 to {MAX_TIMEOUT}"))
        })?;
        Ok(Self {
            chain,
            asset: address(terms, at, "asset")?,
            amount: number(terms, at, amount)?,
            pay_to: address(terms, at, "payTo")?,
            max_timeout_seconds,
            token,
        })
    }
}

impl Resource {
    /// The resource as version 2 writes it.
    pub fn written(&self) -> Value {
        let mut written = Map::new();
        written.insert("url".to_owned(), self.url.as_str().into());
        for (name, value) in [("description", &self.description), ("mimeType", &self.mime_type)] {
            if !value.is_empty() {
                written.insert(name.to_owned(), value.as_str().into());
            }
        }
        Value::Object(written)
    }

    /// What is said of a resource, as far as it is said.
    pub(super) fn read(resource: Option<&Value>) -> Self {
        let part = |name: &str| {
            let text = resource.and_then(|it| it.get(name)).and_then(Value::as_str);
            text.filter(|text| text.len() <= 2_048).unwrap_or_default().to_owned()
        };
        Self { url: part("url"), description: part("description"), mime_type: part("mimeType") }
    }
}
