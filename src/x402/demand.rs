//! What a seller asks: the answer 402 in both versions, written and read.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Misread, Resource, Terms, Version, decoded};

/// The most bytes of a body that is looked at for what a seller asks.
pub const MAX_BODY: usize = 64 * 1024;
/// How many ways to pay are looked at.
const MAX_OFFERS: usize = 32;
/// The most bytes of a seller's words that a payer sends back, and keeps.
const MAX_WORDS: usize = 8 * 1024;

/// What a seller asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// In which version.
    pub version: Version,
    /// Why nothing was given, in the seller's words.
    pub error: String,
    /// What is paid for.
    pub resource: Resource,
    /// The ways to pay that are spoken here.
    pub offers: Vec<Offer>,
    /// Why others are not.
    pub unspoken: Vec<Misread>,
}

/// One way to pay, and the seller's words for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// What it comes to.
    pub terms: Terms,
    /// The seller's words, which he is told again.
    pub raw: Value,
    /// His words for what is paid for (version 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Value>,
    /// His extensions (version 2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Value>,
}

impl Demand {
    /// The question as a version writes it: the body of version 1, what is in the header of version 2.
    pub fn written(version: Version, terms: &Terms, resource: &Resource, error: &str) -> Value {
        let accepts = [terms.written(version, resource)];
        match version {
            Version::V1 => json!({ "x402Version": 1, "error": error, "accepts": accepts }),
            Version::V2 => json!({
                "x402Version": 2, "error": error, "resource": resource.written(),
                "accepts": accepts,
            }),
        }
    }

    /// Reads an answer 402: the header of version 2 where there is one, else the body.
    ///
    /// # Errors
    /// It is none of x402, or larger than is looked at.
    pub fn read(header: Option<&[u8]>, body: &[u8]) -> Result<Self, Misread> {
        let demand = match header {
            Some(header) => decoded(header)?,
            None if body.len() > MAX_BODY => return Err(Misread::TooLarge(body.len())),
            None => serde_json::from_slice(body).map_err(|_| Misread::Json)?,
        };
        let version = match demand.get("x402Version").and_then(Value::as_u64) {
            Some(1) => Version::V1,
            Some(2) => Version::V2,
            Some(_) | None => {
                return Err(Misread::at("/x402Version", "only the versions 1 and 2 are spoken"));
            }
        };
        let accepts = demand.get("accepts").and_then(Value::as_array);
        let accepts = accepts.ok_or_else(|| Misread::at("/accepts", "expected a list"))?;
        let small = |name: &str| {
            demand.get(name).filter(|it| it.is_object() && it.to_string().len() <= MAX_WORDS)
        };
        let (mut offers, mut unspoken) = (Vec::new(), Vec::new());
        for (index, raw) in accepts.iter().take(MAX_OFFERS).enumerate() {
            let at = format!("/accepts/{index}");
            if raw.to_string().len() > MAX_WORDS {
                unspoken.push(Misread::at(&at, format!("it has more than {MAX_WORDS} bytes")));
                continue;
            }
            match Terms::read(version, raw, &at) {
                Ok(terms) => offers.push(Offer {
                    terms,
                    raw: raw.clone(),
                    resource: small("resource").cloned(),
                    extensions: small("extensions").cloned(),
                }),
                Err(misread) => unspoken.push(misread),
            }
        }
        let error = demand.get("error").and_then(Value::as_str).unwrap_or_default();
        let resource = match version {
            Version::V1 => Resource::read(
                accepts
                    .first()
                    .map(|it| {
                        // Its URL stands as `resource` beside the others.
                        let mut named = it.clone();
                        named["url"] = it.get("resource").cloned().unwrap_or_default();
                        named
                    })
                    .as_ref(),
            ),
            Version::V2 => Resource::read(demand.get("resource")),
        };
        let error = error.chars().take(500).collect();
        Ok(Self { version, error, resource, offers, unspoken })
    }

    /// The cheapest way to pay among those that `is_wanted`.
    pub fn cheapest(&self, is_wanted: impl Fn(&Terms) -> bool) -> Option<&Offer> {
        let wanted = self.offers.iter().filter(|offer| is_wanted(&offer.terms));
        wanted.min_by_key(|offer| offer.terms.amount)
    }

    /// The ways to pay in a line, for whoever finds none of them right.
    pub fn in_words(&self) -> String {
        let offers = self.offers.iter().map(|offer| {
            let Terms { amount, asset, chain, .. } = &offer.terms;
            format!("{amount} of {asset} on chain {chain}")
        });
        let unspoken = self.unspoken.iter().map(ToString::to_string);
        let all: Vec<_> = offers.chain(unspoken).collect();
        if all.is_empty() { "nothing".to_owned() } else { all.join("; ") }
    }
}
