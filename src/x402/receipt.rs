//! What became of a payment, as a seller tells it and as a facilitator does.

use alloy_primitives::{Address, B256};
use serde_json::{Map, Value};

use super::{Misread, Version, decoded, network};

/// What became of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Whether the money moved.
    pub is_success: bool,
    /// Why it did not.
    pub reason: Option<String>,
    /// The transaction that moved it.
    pub transaction: Option<B256>,
    /// Who paid.
    pub payer: Option<Address>,
}

/// Whether a payment would be good, as a facilitator says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Whether it would.
    pub is_valid: bool,
    /// Why not.
    pub reason: Option<String>,
}

impl Receipt {
    /// It as a version writes it.
    pub fn written(&self, version: Version, chain: u64) -> Value {
        let mut written = Map::new();
        written.insert("success".to_owned(), self.is_success.into());
        if let Some(reason) = &self.reason {
            written.insert("errorReason".to_owned(), reason.as_str().into());
        }
        let hash = self.transaction.map(|it| it.to_string()).unwrap_or_default();
        written.insert("transaction".to_owned(), hash.into());
        written.insert("network".to_owned(), network(version, chain).into());
        if let Some(payer) = self.payer {
            written.insert("payer".to_owned(), payer.to_checksum(None).into());
        }
        Value::Object(written)
    }

    /// Reads the answer of a facilitator, or what is in a seller's header.
    ///
    /// # Errors
    /// It does not say whether the money moved.
    pub fn read(receipt: &Value) -> Result<Self, Misread> {
        let success = receipt.get("success").and_then(Value::as_bool);
        let is_success =
            success.ok_or_else(|| Misread::at("/success", "expected true or false"))?;
        let part = |name: &str| receipt.get(name).and_then(Value::as_str);
        // Some tell the transaction as `txHash`.
        let hash = part("transaction").or_else(|| part("txHash"));
        Ok(Self {
            is_success,
            reason: reason(receipt, "errorReason"),
            transaction: hash.and_then(|hash| hash.parse().ok()),
            payer: part("payer").and_then(|payer| payer.parse().ok()),
        })
    }

    /// Reads a seller's header.
    ///
    /// # Errors
    /// It is none.
    pub fn of_header(header: &[u8]) -> Result<Self, Misread> {
        Self::read(&decoded(header)?)
    }
}

impl Verified {
    /// Reads the answer of a facilitator.
    ///
    /// # Errors
    /// It does not say whether the payment would be good.
    pub fn read(answer: &Value) -> Result<Self, Misread> {
        let is_valid = answer.get("isValid").and_then(Value::as_bool);
        let is_valid = is_valid.ok_or_else(|| Misread::at("/isValid", "expected true or false"))?;
        Ok(Self { is_valid, reason: reason(answer, "invalidReason") })
    }
}

fn reason(of: &Value, name: &str) -> Option<String> {
    let text = of.get(name).and_then(Value::as_str)?;
    Some(text.chars().take(200).collect())
}
