//! The texts of generated keys: a prefix, 32 random characters, and a checksum of 6, so that a
//! scanner finds leaked ones and a mistyped one is refused without being looked for.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

use crate::primitives::{
    ApiKeyId, InvitationId, OrganizationId, UserId, base62, base62_of_u32, hex, unhex,
};

/// What every generated key begins with.
pub const PREFIX: &str = "ck_live_";
/// What the token of an invitation begins with.
const INVITATION: &str = "ck_inv_";

const RANDOM: usize = 32;
const CHECKSUM: usize = 6;

/// The text of a key, out of fresh random bytes.
pub(super) fn written(random: [u8; 32]) -> String {
    sealed(PREFIX, &base62(random))
}

/// Whether a text that begins as a generated key is one, by its checksum. `None`: it does not.
pub(super) fn is_whole(text: &str) -> Option<bool> {
    let rest = text.strip_prefix(PREFIX)?;
    Some(body(rest, RANDOM).is_some())
}

fn sealed(prefix: &str, body: &str) -> String {
    let checksum = base62_of_u32(crc32fast::hash(body.as_bytes()));
    format!("{prefix}{body}{checksum}")
}

/// What stands before a checksum that is right.
fn body(text: &str, length: usize) -> Option<&str> {
    if text.len() != length + CHECKSUM || !text.is_ascii() {
        return None;
    }
    let (body, checksum) = text.split_at(length);
    (base62_of_u32(crc32fast::hash(body.as_bytes())) == checksum).then_some(body)
}

/// What is kept of a key or a token: the SHA-256 of its text. A plain hash is enough for what has
/// 190 random bits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// The hash of a text.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// Makes an API key out of fresh random bytes; the text is shown once and never kept.
    pub fn generate(random: [u8; 32]) -> (String, Self) {
        let text = written(random);
        let hash = Self::of(&text);
        (text, hash)
    }

    /// The id of the API key with this hash: whoever shows the text is found without an index.
    pub fn api_key(&self) -> ApiKeyId {
        ApiKeyId::derived(OffsetDateTime::UNIX_EPOCH, &hex(&self.0))
    }

    /// The id of the invitation with this hash.
    pub fn invitation(&self) -> InvitationId {
        InvitationId::derived(OffsetDateTime::UNIX_EPOCH, &hex(&self.0))
    }

    /// The id of the person who registers with the invitation that has this hash: whoever is cut
    /// off while registering goes on with the same one.
    pub fn user(&self) -> UserId {
        UserId::derived(OffsetDateTime::UNIX_EPOCH, &hex(&self.0))
    }

    /// Whether both are the same. Takes the same time whatever they are.
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// The token of an invitation. It names the organization, so that it can be looked for there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvitationToken {
    /// Where it invites to.
    pub organization: OrganizationId,
    /// By what it is known there.
    pub hash: KeyHash,
}

impl InvitationToken {
    /// Makes a token out of fresh random bytes; the text is shown once and never kept.
    pub fn generate(organization: OrganizationId, random: [u8; 32]) -> (String, Self) {
        let text = sealed(INVITATION, &format!("{}{}", place(organization), base62(random)));
        let hash = KeyHash::of(&text);
        (text, Self { organization, hash })
    }

    /// The token that this is the text of; `None` when it is none, or a mistyped one.
    pub fn read(text: &str) -> Option<Self> {
        const PLACE: usize = 26;
        let body = body(text.strip_prefix(INVITATION)?, PLACE + RANDOM)?;
        let organization = format!("{}_{}", OrganizationId::PREFIX, &body[..PLACE]).parse().ok()?;
        Some(Self { organization, hash: KeyHash::of(text) })
    }
}

/// The id of an organization without its prefix.
fn place(organization: OrganizationId) -> String {
    organization.to_string().split_off(OrganizationId::PREFIX.len() + 1)
}

impl std::fmt::Display for KeyHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// Says nothing of the key, not even its hash.
impl std::fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyHash(…)")
    }
}

impl serde::Serialize for KeyHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for KeyHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom("a SHA-256 in hexadecimal was expected");
        unhex(&text).map(Self).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_text_and_by_nothing_else() {
        let (text, hash) = KeyHash::generate([7; 32]);
        assert_eq!((is_whole(&text), text.len()), (Some(true), PREFIX.len() + RANDOM + CHECKSUM));
        assert!(hash.is(&KeyHash::of(&text)));
        assert_eq!(hash.api_key(), KeyHash::of(&text).api_key());
        let (other, another) = KeyHash::generate([8; 32]);
        assert!(!another.is(&hash) && another.api_key() != hash.api_key() && other != text);
    }

    #[test]
    fn a_hash_reads_back_and_shows_nothing_in_debug_output() {
        let (_, hash) = KeyHash::generate([7; 32]);
        let text = serde_json::to_string(&hash).expect("JSON");
        assert!(hash.is(&serde_json::from_str(&text).expect("a hash")));
        assert!(serde_json::from_str::<KeyHash>("\"zz\"").is_err());
        assert_eq!(format!("{hash:?}"), "KeyHash(…)");
    }

    #[test]
    fn a_token_names_its_organization_and_a_changed_one_is_none() {
        let (here, there) = (OrganizationId::generate(), OrganizationId::generate());
        let (text, token) = InvitationToken::generate(here, [3; 32]);
        assert_eq!(InvitationToken::read(&text), Some(token));
        let moved = text.replace(&place(here), &place(there));
        assert_eq!(InvitationToken::read(&moved), None);
        assert_eq!(InvitationToken::read(&text[1..]), None);
        assert_eq!(InvitationToken::read(&KeyHash::generate([3; 32]).0), None);
    }
}
