//! The key under which the personal data of one subject is sealed. Destroying it is what shreds them.

use std::fmt;

use zeroize::Zeroizing;

use super::cipher::{self, KEY};

/// What does not open: another key, another place, or another text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was sealed under another key, in another place, or was changed since")]
pub struct Unopened;

/// A key of a subject in memory; wiped when it is dropped.
#[derive(Clone)]
pub struct SubjectKey(Zeroizing<[u8; KEY]>);

impl SubjectKey {
    /// A key of these random bytes.
    pub fn new(bytes: [u8; KEY]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key that a vault has kept.
    pub fn kept(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::new)
    }

    /// For the vault that keeps it.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Seals a text, bound to the place where it stands.
    pub fn seal(&self, place: &[&[u8]], text: &str) -> Vec<u8> {
        cipher::seal(&self.0, rand::random(), &cipher::bound(place), text.as_bytes())
    }

    /// Opens what was sealed in the same place.
    pub fn open(&self, place: &[&[u8]], sealed: &[u8]) -> Result<String, Unopened> {
        let plain = cipher::open(&self.0, &cipher::bound(place), sealed).map_err(|_| Unopened)?;
        String::from_utf8(plain.to_vec()).map_err(|_| Unopened)
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey(…)")
    }
}
