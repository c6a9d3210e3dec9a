//! The installation's admin key: shown once, kept as a hash, compared in constant time.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::primitives::{base62, base62_of_u32, hex};

/// What every generated key begins with, so that a scanner finds leaked ones.
pub const PREFIX: &str = "ck_live_";

const RANDOM: usize = 32;
const CHECKSUM: usize = 6;

/// The admin key as it is kept: its SHA-256.
///
/// A plain hash is enough for a generated key, which has 190 random bits. A key that an operator
/// chooses should be as long.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AdminKey([u8; 32]);

impl AdminKey {
    /// Makes a key out of fresh random bytes; the text is shown once and never kept.
    pub fn generate(random: [u8; 32]) -> (String, Self) {
        let body = base62(random);
        let checksum = base62_of_u32(crc32fast::hash(body.as_bytes()));
        let text = format!("{PREFIX}{body}{checksum}");
        let key = Self::of(&text);
        (text, key)
    }

    /// The key whose text this is.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// The key as it was kept; `None` when this is not a SHA-256 in hex.
    pub fn from_hash(hex: &str) -> Option<Self> {
        let mut hash = [0; 32];
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        for (index, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[index * 2..index * 2 + 2], 16).ok()?;
        }
        Some(Self(hash))
    }

    /// The form to keep: SHA-256 in hex.
    pub fn hash(&self) -> String {
        hex(&self.0)
    }

    /// Whether the presented text is this key. Takes the same time for every wrong one.
    pub fn admits(&self, presented: &str) -> bool {
        Self::of(presented).0.ct_eq(&self.0).into()
    }

    /// Whether a text that claims to be a generated key was mistyped.
    pub fn is_mistyped(text: &str) -> bool {
        let Some(rest) = text.strip_prefix(PREFIX) else { return false };
        if rest.len() != RANDOM + CHECKSUM || !rest.is_ascii() {
            return true;
        }
        let (body, checksum) = rest.split_at(RANDOM);
        base62_of_u32(crc32fast::hash(body.as_bytes())) != checksum
    }
}

/// Says nothing of the key, not even its hash.
impl fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_key_admits_itself_and_nothing_else() {
        let (text, key) = AdminKey::generate([7; 32]);
        assert!(text.starts_with(PREFIX));
        assert_eq!(text.len(), PREFIX.len() + RANDOM + CHECKSUM);
        assert!(key.admits(&text));
        assert!(!key.admits(&text[1..]));
        assert!(!key.admits(""));
    }

    #[test]
    fn the_kept_hash_reads_back_as_the_same_key() {
        let (text, key) = AdminKey::generate([9; 32]);
        let kept = AdminKey::from_hash(&key.hash()).expect("a hash");
        assert!(kept.admits(&text));
        assert_eq!(AdminKey::from_hash("zz"), None);
        assert_eq!(AdminKey::from_hash(&"é".repeat(32)), None);
    }

    #[test]
    fn one_wrong_character_is_noticed_without_the_key() {
        let (text, _) = AdminKey::generate([1; 32]);
        assert!(!AdminKey::is_mistyped(&text));
        let other = if text.as_bytes()[10] == b'a' { "b" } else { "a" };
        let mut wrong = text;
        wrong.replace_range(10..11, other);
        assert!(AdminKey::is_mistyped(&wrong));
        assert!(!AdminKey::is_mistyped("a key of the operator's own"));
    }

    #[test]
    fn debug_output_shows_nothing_of_the_key() {
        assert_eq!(format!("{:?}", AdminKey::of("hunter2")), "AdminKey(…)");
    }
}
