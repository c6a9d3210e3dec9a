//! Identifiers: a prefix that names the kind, then a UUIDv7 in Crockford base 32 (TypeID 0.3).
//!
//! The text sorts by the time of creation, which is what lets ranges of run ids be partitions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX: usize = 26;

/// A text that is not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id: expected `{prefix}_` followed by 26 characters of base 32")]
pub struct InvalidId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix of the textual form.
            pub const PREFIX: &'static str = $prefix;

            /// A new id, later in order than those before it.
            #[expect(clippy::disallowed_methods, reason = "the one place where ids are born")]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id around a UUID.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                f.write_str(encode(self.0, &mut [0; SUFFIX]))
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(InvalidId { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

id!(
    /// An organization: the tenant that owns everything else.
    OrganizationId,
    "org"
);
id!(
    /// A workflow.
    WorkflowId,
    "wf"
);
id!(
    /// One invocation of a workflow.
    RunId,
    "run"
);
id!(
    /// A value under a key; derived from its place.
    EntryId,
    "entry"
);
id!(
    /// One order given to an aggregate; giving it twice changes nothing the second time.
    CommandId,
    "cmd"
);

id!(
    /// One process that serves, from its start to its end: a restart is another worker.
    WorkerId,
    "wrk"
);

impl OrganizationId {
    /// The organization that owns everything until the control plane makes others.
    pub const DEFAULT: Self = Self(Uuid::nil());
}

fn encode(uuid: Uuid, buffer: &mut [u8; SUFFIX]) -> &str {
    let mut rest = uuid.as_u128();
    for slot in buffer.iter_mut().rev() {
        *slot = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
    }
    std::str::from_utf8(buffer).expect("the alphabet is ASCII")
}

fn decode(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    // 26 × 5 = 130 bits for 128: the first character carries three.
    if bytes.len() != SUFFIX || bytes[0] > b'7' {
        return None;
    }
    bytes
        .iter()
        .try_fold(0_u128, |value, byte| {
            let digit = ALPHABET.iter().position(|letter| letter == byte)?;
            Some((value << 5) | digit as u128)
        })
        .map(Uuid::from_u128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_id_reads_back_as_the_same_id() {
        let id = RunId::generate();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(
            RunId::from_uuid(Uuid::max()).to_string().parse(),
            Ok(RunId::from_uuid(Uuid::max()))
        );
    }

    #[test]
    fn the_text_follows_the_type_id_specification() {
        let uuid = "01890a5d-ac96-774b-bcce-b302099a8057".parse().expect("a UUID");
        assert_eq!(RunId::from_uuid(uuid).to_string(), "run_01h455vb4pex5vsknk084sn02q");
    }

    #[test]
    fn a_foreign_prefix_or_a_broken_suffix_is_refused() {
        let id = RunId::generate().to_string();
        assert!(id.replace("run_", "wf_").parse::<RunId>().is_err());
        for text in [
            "",
            "run_",
            "run_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "run_01H455VB4PEX5VSKNK084SN02Q",
            "run_01h455vb4pex5vsknk084sn02",
        ] {
            assert!(text.parse::<RunId>().is_err(), "{text}");
        }
    }
}
