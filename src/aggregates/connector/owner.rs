//! Whose a connector is, and who else may see and use it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::primitives::{ServiceAccountId, UserId};

/// Who answers for a connector. As text: `organization`, or the id of a user or service account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Owner {
    /// The organization as a whole.
    #[default]
    Organization,
    /// A person.
    User(UserId),
    /// A program.
    ServiceAccount(ServiceAccountId),
}

/// Who may see and use a connector besides its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Nobody.
    Private,
    /// Everybody in the organization.
    #[default]
    Organization,
}

/// A text that names no owner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an owner is `organization`, a user (`user_…`) or a service account (`sa_…`)")]
pub struct UnknownOwner;

impl Owner {
    const ORGANIZATION: &'static str = "organization";

    /// Whether it is one person or program.
    pub fn is_one(self) -> bool {
        match self {
            Self::Organization => false,
            Self::User(_) | Self::ServiceAccount(_) => true,
        }
    }
}

impl Visibility {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Organization => "organization",
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization => f.write_str(Self::ORGANIZATION),
            Self::User(user) => user.fmt(f),
            Self::ServiceAccount(account) => account.fmt(f),
        }
    }
}

impl FromStr for Owner {
    type Err = UnknownOwner;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == Self::ORGANIZATION {
            return Ok(Self::Organization);
        }
        let user = text.parse().map(Self::User);
        user.or_else(|_| text.parse().map(Self::ServiceAccount)).map_err(|_| UnknownOwner)
    }
}

impl Serialize for Owner {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Owner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
