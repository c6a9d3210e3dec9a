//! Key-encryption keys in memory: the one that wraps, and older ones that still unwrap.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Error;
use super::cipher::KEY;

/// How many keys a ring holds at most: the current one, the next, and some that are on their way out.
const MAX_KEYS: usize = 16;

/// How a key is named without being told: the beginning of a hash of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    pub(super) fn of(key: &[u8; KEY]) -> Self {
        let hash = Sha256::new().chain_update(b"chainkeel key id 1").chain_update(key).finalize();
        let eight = hash[..8].try_into().expect("the hash has 32 bytes");
        Self(format!("{:016x}", u64::from_be_bytes(eight)))
    }

    /// The id as the database has it.
    pub(super) fn stored(text: String) -> Self {
        Self(text)
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

struct Kek {
    id: KeyId,
    key: Zeroizing<[u8; KEY]>,
}

/// Keys in order: the first wraps, all of them unwrap.
pub struct Keyring(Vec<Kek>);

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|kek| &kek.id)).finish()
    }
}

impl Keyring {
    /// Reads keys in base64, a line each or between commas; what follows a `#` is a remark.
    ///
    /// `place` is where the text comes from, for the error.
    pub fn parse(text: &str, place: &str) -> Result<Self, Error> {
        let refuse = |problem: String| Error::Key { place: place.to_owned(), problem };
        let mut keys: Vec<Kek> = Vec::new();
        let words = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default())
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .filter(|word| !word.is_empty());
        for (at, word) in words.enumerate() {
            if word.starts_with("kms:") || word.starts_with("arn:") {
                return Err(refuse("keys in a KMS are not supported yet".to_owned()));
            }
            // The word itself is not told: it may be a secret with a slip in it.
            let bytes = Zeroizing::new(STANDARD.decode(word).map_err(|_| {
                refuse(format!("key {} is not base64 (32 random bytes, 44 characters)", at + 1))
            })?);
            let key = <[u8; KEY]>::try_from(bytes.as_slice()).map_err(|_| {
                refuse(format!("key {} has {} bytes, not {KEY}", at + 1, bytes.len()))
            })?;
            let kek = Kek { id: KeyId::of(&key), key: Zeroizing::new(key) };
            if keys.iter().all(|known| known.id != kek.id) {
                keys.push(kek);
            }
        }
        match keys.len() {
            0 => Err(refuse("it holds no key".to_owned())),
            1..=MAX_KEYS => Ok(Self(keys)),
            more => Err(refuse(format!("it holds {more} keys, and {MAX_KEYS} are the most"))),
        }
    }

    /// The key that wraps.
    pub(super) fn current(&self) -> (&KeyId, &[u8; KEY]) {
        let first = &self.0[0];
        (&first.id, &first.key)
    }

    /// A key by its id.
    pub(super) fn find(&self, id: &KeyId) -> Option<&[u8; KEY]> {
        self.0.iter().find(|kek| kek.id == *id).map(|kek| &*kek.key)
    }

    /// The ids, the current one first.
    pub fn ids(&self) -> Vec<KeyId> {
        self.0.iter().map(|kek| kek.id.clone()).collect()
    }

    /// A key as it is written down.
    pub fn written(random: &[u8; 32]) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_key_wraps_and_all_are_known_by_their_ids() {
        let [old, new] = [[1; KEY], [2; KEY]];
        let text = format!(
            "# made in spring\n{}  # since today\n\n{}\n",
            *Keyring::written(&new),
            *Keyring::written(&old)
        );
        let ring = Keyring::parse(&text, "a test").unwrap();
        assert_eq!(ring.current().1, &new);
        assert_eq!(ring.find(&KeyId::of(&old)), Some(&old));
        assert_eq!(ring.find(&KeyId::of(&[3; KEY])), None);

        let comma = text.lines().skip(1).filter(|line| !line.is_empty());
        let comma = comma.map(|line| line.split('#').next().unwrap()).collect::<Vec<_>>().join(",");
        assert_eq!(Keyring::parse(&comma, "a test").unwrap().ids(), ring.ids());
    }

    #[test]
    fn a_text_that_is_no_key_is_refused_without_being_repeated() {
        for text in ["", "# only a remark", "short", "c2hvcnQ=", "kms:alias/chainkeel"] {
            let error = Keyring::parse(text, "the environment").unwrap_err().to_string();
            assert!(error.contains("the environment"), "{error}");
            assert!(text.is_empty() || !error.contains(text), "{error}");
        }
    }
}
