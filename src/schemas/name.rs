//! How a schema is called, and how others refer to a version of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::version::Version;
use crate::primitives::{OrganizationId, SchemaId};

/// How many characters a namespace or a name may have: two of them fit a line.
pub const MAX_NAME: usize = 64;

/// The scheme of references to schemas of the organization.
pub(super) const SCHEME: &str = "schema:";

/// A text that can be no namespace or name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "has 1 to {MAX_NAME} characters: small letters, digits, `-`, `_` and `.`, a letter or a digit first"
)]
pub struct InvalidName;

/// The name of a schema within its organization: `payments/order`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    namespace: String,
    name: String,
}

impl Name {
    /// A name within a namespace.
    pub fn new(namespace: &str, name: &str) -> Result<Self, InvalidName> {
        Ok(Self { namespace: part(namespace)?.to_owned(), name: part(name)?.to_owned() })
    }

    /// The namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The name within it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the schema that an organization has under this name: the same for ever.
    pub fn schema(&self, organization: OrganizationId) -> SchemaId {
        // Neither part holds a slash, so that no two names are written alike.
        let hash = Sha256::digest(format!("schema {organization} {self}"));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        SchemaId::from_uuid(Uuid::from_bytes(bytes))
    }
}

fn part(text: &str) -> Result<&str, InvalidName> {
    let lettered = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fits = (1..=MAX_NAME).contains(&text.len())
        && text.bytes().all(|byte| lettered(byte) || b"-_.".contains(&byte))
        && text.bytes().next().is_some_and(lettered);
    if fits { Ok(text) } else { Err(InvalidName) }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let (namespace, name) = text.split_once('/').ok_or(InvalidName)?;
        Self::new(namespace, name)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A text that leads to no version of a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("leads to a version of a schema of the organization as `schema:namespace/name@1.0.0`")]
pub struct InvalidReference;

/// One version of a schema, as another schema refers to it: `schema:payments/order@1.2.0`. It
/// names its version, so that what it leads to never changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The schema.
    pub name: Name,
    /// Which version of it.
    pub version: Version,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}@{}", self.name, self.version)
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let (name, version) = text
            .strip_prefix(SCHEME)
            .and_then(|rest| rest.split_once('@'))
            .ok_or(InvalidReference)?;
        let name = name.parse().map_err(|_| InvalidReference)?;
        let version = version.parse().map_err(|_| InvalidReference)?;
        Ok(Self { name, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_bounds() {
        assert!(Name::new("payments", "order.v2_x-1").is_ok());
        let long = "n".repeat(MAX_NAME + 1);
        for bad in ["", "-a", "A", "a b", "a/b", "a@1", "é", &long] {
            assert_eq!(Name::new("a", bad), Err(InvalidName), "{bad}");
            assert_eq!(Name::new(bad, "a"), Err(InvalidName), "{bad}");
        }
    }

    #[test]
    fn a_reference_names_its_version() {
        let reference: Reference = "schema:payments/order@1.2.0".parse().unwrap();
        assert_eq!(reference.to_string(), "schema:payments/order@1.2.0");
        for bad in [
            "schema:payments/order",
            "schema:payments/order@1",
            "schema:payments/order@1.0.0#/a",
            "schema:order@1.0.0",
            "payments/order@1.0.0",
            "https://example.com/order@1.0.0",
        ] {
            assert_eq!(bad.parse::<Reference>(), Err(InvalidReference), "{bad}");
        }
    }

    #[test]
    fn every_name_of_every_organization_has_an_id_of_its_own_and_always_the_same() {
        let name = Name::new("payments", "order").unwrap();
        let id = name.schema(OrganizationId::DEFAULT);
        let another = OrganizationId::from_uuid(Uuid::max());
        assert_ne!(id, name.schema(another));
        assert_ne!(id, Name::new("payments", "order2").unwrap().schema(OrganizationId::DEFAULT));
        // Written on ledgers: it must never become another one.
        assert_eq!(id.to_string(), "sch_5y7v7jfm0n0p5bxhm09gw4x5cz");
    }
}
