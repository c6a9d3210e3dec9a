//! A document and its digest.

use std::fmt;

use alloy_dyn_abi::eip712;
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::declared::Types;
use super::domain::DOMAIN;
use super::{Domain, InvalidDocument, Reach, message};

/// The most bytes of a document. Orders of markets have a few thousand.
pub const MAX_DOCUMENT: usize = 64 * 1024;

/// A document that may be signed by EIP-712. It is written in one way, whatever way it came in, and
/// holds nothing that a signature does not cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct TypedData {
    document: Value,
    domain: Domain,
    primary_type: String,
    encoded_type: String,
    digest: B256,
}

impl TypedData {
    /// Reads a document with `types`, `primaryType`, `domain` and `message`.
    ///
    /// Numbers that a JSON number does not hold are texts. What no signature would cover is
    /// refused: fields that no type has, other fields of a domain, types that hold themselves.
    pub fn read(document: &Value) -> Result<Self, InvalidDocument> {
        let bytes = document.to_string().len();
        if bytes > MAX_DOCUMENT {
            return Err(InvalidDocument::TooLarge(bytes));
        }
        let parts = document.as_object().filter(|parts| parts.len() == 4);
        let part = |name: &str| parts.and_then(|it| it.get(name)).ok_or(InvalidDocument::Parts);
        let (types, message) = (part("types")?, part("message")?);
        let types = types.as_object().ok_or(InvalidDocument::Parts)?;
        let primary_type = part("primaryType")?.as_str().ok_or(InvalidDocument::Parts)?;

        let domain = Domain::read(part("domain")?)?;
        domain.check_declared(types)?;
        let mut types = Types::read(types)?.behind(primary_type)?;
        types.insert(DOMAIN.to_owned(), domain.declared());
        let whole = |message: &Value| {
            json!({
                "types": types, "primaryType": primary_type,
                "domain": domain.written(), "message": message,
            })
        };
        let wrong = |error: &alloy_dyn_abi::Error| {
            InvalidDocument::at("/message", format!("it does not fit its types: {error}"))
        };
        let given = parsed(&whole(message))?;
        let value = given.coerce().map_err(|error| wrong(&error))?;
        let document = whole(&message::written(&value, message, "/message")?);
        let canonical = parsed(&document)?;
        let digest = canonical.eip712_signing_hash().map_err(|error| wrong(&error))?;
        if given.eip712_signing_hash().ok() != Some(digest) {
            return Err(InvalidDocument::Ambiguous);
        }
        let encoded_type = canonical.encode_type().map_err(|error| wrong(&error))?;
        let primary_type = primary_type.to_owned();
        Ok(Self { document, domain, primary_type, encoded_type, digest })
    }

    /// Says what is wrong with the types and the domain of a document whose message is not known yet.
    pub fn check_form(
        (types, primary_type): (&Value, &Value),
        domain: &Value,
    ) -> Result<(), InvalidDocument> {
        let bytes = types.to_string().len() + domain.to_string().len();
        if bytes > MAX_DOCUMENT {
            return Err(InvalidDocument::TooLarge(bytes));
        }
        let types = types.as_object().ok_or(InvalidDocument::Parts)?;
        let primary_type = primary_type.as_str().ok_or(InvalidDocument::Parts)?;
        Domain::read(domain)?.check_declared(types)?;
        Types::read(types)?.behind(primary_type).map(drop)
    }

    /// What is signed. It stands for domain, types and message.
    pub const fn digest(&self) -> B256 {
        self.digest
    }

    /// Where it counts.
    pub fn reach(&self) -> Reach {
        self.domain.reach()
    }

    /// Its domain.
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The type of its message.
    pub fn primary_type(&self) -> &str {
        &self.primary_type
    }

    /// That type with all that it holds, as it is hashed: `Mail(Person from,…)Person(…)`.
    pub fn encoded_type(&self) -> &str {
        &self.encoded_type
    }

    /// Its message: numbers as decimal texts, bytes in small hexadecimal digits.
    pub fn message(&self) -> &Value {
        &self.document["message"]
    }
}

/// The document as JSON. The same document is the same text.
impl fmt::Display for TypedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document.fmt(f)
    }
}

impl TryFrom<Value> for TypedData {
    type Error = InvalidDocument;

    fn try_from(document: Value) -> Result<Self, InvalidDocument> {
        Self::read(&document)
    }
}

impl From<TypedData> for Value {
    fn from(typed: TypedData) -> Self {
        typed.document
    }
}

fn parsed(document: &Value) -> Result<eip712::TypedData, InvalidDocument> {
    eip712::TypedData::deserialize(document)
        .map_err(|error| InvalidDocument::at("/types", error.to_string()))
}
