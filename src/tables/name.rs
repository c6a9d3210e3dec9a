//! Names of tables, columns and indexes: such that SQL takes them without quotes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::primitives::{OrganizationId, TableId};

/// How many characters a name has at most: with a table's name before it, an index keeps within
/// PostgreSQL's 63.
const MAX: usize = 48;

/// A name: small letters, digits and `_`, a letter first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// A text that is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name has 1 to {MAX} small letters, digits and `_`, begins with a letter, and not with `pg_` \
     or `chainkeel_`"
)]
pub struct NotAName;

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let good = (1..=MAX).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(plain)
            && !text.starts_with("pg_")
            && !text.starts_with("chainkeel_");
        if good { Ok(Self(text.to_owned())) } else { Err(NotAName) }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl Name {
    /// The id of the table that an organization has under this name: the same for ever.
    pub fn table(&self, organization: OrganizationId) -> TableId {
        let hash = Sha256::digest(format!("table {organization} {self}"));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        TableId::from_uuid(Uuid::from_bytes(bytes))
    }
}
