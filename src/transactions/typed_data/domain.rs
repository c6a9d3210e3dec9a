//! The domain of a document: who asks for the signature, and where it counts.

use std::fmt;

use alloy_primitives::{Address, B256, U256};
use serde_json::{Map, Value, json};

use super::InvalidDocument;

/// What the type of a domain is called.
pub(super) const DOMAIN: &str = "EIP712Domain";
/// Where it stands.
const AT: &str = "/domain";

/// Where a document counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// On one chain.
    Chain(u64),
    /// Its domain names none: nothing keeps its signature to one chain.
    EveryChain,
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chain(id) => write!(f, "chain {id}"),
            Self::EveryChain => f.write_str("every chain"),
        }
    }
}

/// The domain of a document. Fields that are not there are not part of what is signed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Domain {
    /// Who asks.
    pub name: Option<String>,
    /// Which version of it.
    pub version: Option<String>,
    /// The chain.
    pub chain_id: Option<u64>,
    /// The contract that looks at the signature.
    pub verifying_contract: Option<Address>,
    /// What keeps it apart from others, where all else is the same.
    pub salt: Option<B256>,
}

impl Domain {
    /// Reads the domain of a document.
    pub(super) fn read(domain: &Value) -> Result<Self, InvalidDocument> {
        let fields = domain
            .as_object()
            .filter(|fields| !fields.is_empty())
            .ok_or_else(|| InvalidDocument::at(AT, "expected an object with a field at least"))?;
        let mut read = Self::default();
        for (field, value) in fields {
            let at = format!("{AT}/{field}");
            let wrong = |problem: &str| InvalidDocument::at(&at, problem);
            let text = value.as_str();
            match field.as_str() {
                "name" => read.name = Some(text.ok_or_else(|| wrong("expected a text"))?.into()),
                "version" => {
                    read.version = Some(text.ok_or_else(|| wrong("expected a text"))?.into());
                }
                "chainId" => {
                    let chain = chain(value).ok_or_else(|| {
                        wrong("expected the number of a chain, above zero and below 2^64")
                    })?;
                    read.chain_id = Some(chain);
                }
                "verifyingContract" => {
                    let address = text.and_then(|text| text.parse().ok());
                    let address =
                        address.ok_or_else(|| wrong("expected an address of 20 bytes"))?;
                    read.verifying_contract = Some(address);
                }
                "salt" => {
                    let salt = text.and_then(|text| text.parse().ok());
                    read.salt = Some(salt.ok_or_else(|| wrong("expected 32 bytes"))?);
                }
                _ => {
                    return Err(wrong(
                        "a domain has name, version, chainId, verifyingContract and salt, and \
                         nothing else",
                    ));
                }
            }
        }
        Ok(read)
    }

    /// Where it counts.
    pub(super) fn reach(&self) -> Reach {
        self.chain_id.map_or(Reach::EveryChain, Reach::Chain)
    }

    /// Its fields in the order of the specification: name, type, value.
    fn fields(&self) -> impl Iterator<Item = (&'static str, &'static str, Value)> {
        let Self { name, version, chain_id, verifying_contract, salt } = self;
        [
            name.as_ref().map(|it| ("name", "string", json!(it))),
            version.as_ref().map(|it| ("version", "string", json!(it))),
            chain_id.map(|it| ("chainId", "uint256", json!(it))),
            verifying_contract.map(|it| ("verifyingContract", "address", json!(it))),
            salt.map(|it| ("salt", "bytes32", json!(it))),
        ]
        .into_iter()
        .flatten()
    }

    /// Its type, as a document declares it.
    pub(super) fn declared(&self) -> Value {
        self.fields().map(|(name, kind, _)| json!({"name": name, "type": kind})).collect()
    }

    /// It in the one way in which it is written here.
    pub(super) fn written(&self) -> Value {
        Value::Object(self.fields().map(|(name, _, value)| (name.to_owned(), value)).collect())
    }

    /// Whether the types of a document declare it as it is, if they do.
    ///
    /// Whoever verifies takes the fields in the order of the specification, all of those that are
    /// there: a document that declares others would be signed for nobody.
    pub(super) fn check_declared(&self, types: &Map<String, Value>) -> Result<(), InvalidDocument> {
        match types.get(DOMAIN) {
            Some(declared) if *declared != self.declared() => Err(InvalidDocument::at(
                &format!("/types/{DOMAIN}"),
                format!("expected the fields of the domain in their order, {}", self.declared()),
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// The number of a chain, however it is written.
fn chain(value: &Value) -> Option<u64> {
    let number = match value.as_u64() {
        Some(number) => U256::from(number),
        None => value.as_str()?.parse().ok()?,
    };
    u64::try_from(number).ok().filter(|chain| *chain > 0)
}
