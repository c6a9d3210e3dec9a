//! The installation's admin key: shown once, kept as a hash, compared in constant time.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::key_text;
use crate::primitives::{hex, unhex};

/// The admin key as it is kept: its SHA-256.
///
/// A plain hash is enough for a generated key, which has 190 random bits. A key that an operator
/// chooses should be as long.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AdminKey([u8; 32]);

impl AdminKey {
    /// Makes a key out of fresh random bytes; the text is shown once and never kept.
    pub fn generate(random: [u8; 32]) -> (String, Self) {
        let text = key_text::written(random);
        let key = Self::of(&text);
        (text, key)
    }

    /// The key whose text this is.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// The key as it was kept; `None` when this is not a SHA-256 in hex.
    pub fn from_hash(hex: &str) -> Option<Self> {
        unhex(hex).map(Self)
    }

    /// The form to keep: SHA-256 in hex.
    pub fn hash(&self) -> String {
        hex(&self.0)
    }

    /// Whether the presented text is this key. Takes the same time for every wrong one.
    pub fn admits(&self, presented: &str) -> bool {
        Self::of(presented).0.ct_eq(&self.0).into()
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
        assert_eq!(key_text::is_whole(&text), Some(true));
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
    fn debug_output_shows_nothing_of_the_key() {
        assert_eq!(format!("{:?}", AdminKey::of("hunter2")), "AdminKey(…)");
    }
}
