//! Semantic versions of schemas, and how much a change moves them on.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A version: `1.2.0`. It orders as its numbers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Moves on when data of before may not fit any more.
    pub major: u32,
    /// Moves on when more data fits than before.
    pub minor: u32,
    /// Moves on when the same data fits as before.
    pub patch: u32,
}

/// A text that is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a version as `1.2.0`: three whole numbers below 1,000,000 without leading zeros")]
pub struct InvalidVersion;

/// The highest number of a version.
const MAX_NUMBER: u32 = 999_999;

/// How far a change moves a version on. Orders by how much.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Bump {
    /// The same data fits.
    Patch,
    /// All that fitted fits still, and more.
    Minor,
    /// Some of what fitted may not fit any more.
    Major,
}

impl Version {
    /// The version of a schema that is new.
    pub const FIRST: Self = Self { major: 1, minor: 0, patch: 0 };

    /// The next version after a change; at the last number of all it stays what it is.
    #[must_use]
    pub const fn after(self, bump: Bump) -> Self {
        let next = match bump {
            Bump::Patch => Self { patch: self.patch + 1, ..self },
            Bump::Minor => Self { minor: self.minor + 1, patch: 0, ..self },
            Bump::Major => Self { major: self.major + 1, minor: 0, patch: 0 },
        };
        if next.major > MAX_NUMBER || next.minor > MAX_NUMBER || next.patch > MAX_NUMBER {
            self
        } else {
            next
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let mut numbers = text.split('.').map(number);
        let mut next = || numbers.next().flatten().ok_or(InvalidVersion);
        let version = Self { major: next()?, minor: next()?, patch: next()? };
        if numbers.next().is_some() { Err(InvalidVersion) } else { Ok(version) }
    }
}

fn number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit())
        && !(text.len() > 1 && text.starts_with('0'));
    text.parse().ok().filter(|number| plain && *number <= MAX_NUMBER)
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_reads_back_and_orders_by_its_numbers() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert_eq!(version("1.10.2").to_string(), "1.10.2");
        assert!(version("1.9.9") < version("1.10.0"));
        for bad in
            ["", "1", "1.0", "1.0.0.0", "v1.0.0", "1.0.0-rc", "01.0.0", "1.+1.0", "1.0.1000000"]
        {
            assert_eq!(bad.parse::<Version>(), Err(InvalidVersion), "{bad}");
        }
    }

    #[test]
    fn a_change_moves_its_number_on_and_the_lower_ones_back() {
        let version = Version { major: 1, minor: 2, patch: 3 };
        let after = |bump| version.after(bump).to_string();
        assert_eq!(after(Bump::Patch), "1.2.4");
        assert_eq!(after(Bump::Minor), "1.3.0");
        assert_eq!(after(Bump::Major), "2.0.0");
    }
}
