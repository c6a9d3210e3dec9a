//! Signed notes (C2SP signed-note): a text, and below it who signed.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};

use super::checkpoint::{BadCheckpoint, Checkpoint, Origin};
use super::hash::sha256;
use crate::primitives::hex;

/// The number of Ed25519 in the names of keys.
const ED25519_KIND: u8 = 1;
/// What a line of a signature begins with.
const MARK: &str = "\u{2014} ";

/// The public half of the key that signs a ledger, under the ledger's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: Origin,
    public: [u8; 32],
}

/// A text that is no verifier key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a verifier key is written `origin+hash+key`, as /v1/log/key gives it")]
pub struct BadVerifierKey;

impl VerifierKey {
    /// The key of this ledger.
    pub const fn new(name: Origin, public: [u8; 32]) -> Self {
        Self { name, public }
    }

    /// Which ledger it is for.
    pub const fn name(&self) -> &Origin {
        &self.name
    }

    /// The key itself.
    pub const fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// By what signatures tell keys of the same name apart.
    fn id(&self) -> [u8; 4] {
        let mut bytes = self.name.as_str().as_bytes().to_vec();
        bytes.extend([b'\n', ED25519_KIND]);
        bytes.extend(self.public);
        let [a, b, c, d, ..] = sha256(&bytes);
        [a, b, c, d]
    }

    /// Whether these bytes are its signature of this text.
    pub fn has_signed(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public).verify(text.as_bytes(), signature).is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519_KIND];
        key.extend(self.public);
        write!(f, "{}+{}+{}", self.name, hex(&self.id()), BASE64_STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = BadVerifierKey;

    fn from_str(text: &str) -> Result<Self, BadVerifierKey> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(BadVerifierKey);
        };
        let bytes = BASE64_STANDARD.decode(key).map_err(|_| BadVerifierKey)?;
        let (ED25519_KIND, public) =
            bytes.split_first().map(|(kind, key)| (*kind, key)).ok_or(BadVerifierKey)?
        else {
            return Err(BadVerifierKey);
        };
        let public = public.try_into().map_err(|_| BadVerifierKey)?;
        let key = Self { name: name.parse().map_err(|_| BadVerifierKey)?, public };
        // The hash in it is there to be compared.
        if key.to_string() == text.trim() { Ok(key) } else { Err(BadVerifierKey) }
    }
}

/// Why a note does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    /// It has no form of a note.
    #[error("it is no signed note: {0}")]
    Form(&'static str),
    /// What was signed is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] BadCheckpoint),
    /// It is one of another ledger.
    #[error("it is signed for `{found}`, and the key is one of `{expected}`")]
    Other {
        /// The key's ledger.
        expected: Origin,
        /// The note's.
        found: Origin,
    },
    /// Nobody signed it whom the key stands for.
    #[error("the key {0} has not signed it")]
    Unsigned(String),
}

/// A checkpoint with the signature of the log's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    checkpoint: Checkpoint,
    text: String,
}

impl Note {
    /// The checkpoint, signed by this key; refused where the signature is not one of it.
    pub fn sealed(
        checkpoint: &Checkpoint,
        key: &VerifierKey,
        signature: &[u8],
    ) -> Result<Self, BadNote> {
        let mut bytes = key.id().to_vec();
        bytes.extend(signature);
        let line = format!("{MARK}{} {}", key.name(), BASE64_STANDARD.encode(bytes));
        Self::read(&format!("{checkpoint}\n{line}\n"), key)
    }

    /// Reads a note, and believes it only if the key has signed it.
    pub fn read(text: &str, key: &VerifierKey) -> Result<Self, BadNote> {
        let (checkpoint, signatures) = parts(text)?;
        if checkpoint.origin != *key.name() {
            let (expected, found) = (key.name().clone(), checkpoint.origin);
            return Err(BadNote::Other { expected, found });
        }
        let said = checkpoint.to_string();
        let unsigned = || BadNote::Unsigned(key.to_string());
        let mut is_signed = false;
        for line in signatures.lines() {
            let line = line.strip_prefix(MARK).and_then(|it| it.split_once(' '));
            let (name, signature) = line.ok_or(BadNote::Form("a line is no signature"))?;
            let bytes = BASE64_STANDARD.decode(signature);
            let bytes = bytes.map_err(|_| BadNote::Form("a signature is no base64"))?;
            let Some((id, signature)) = bytes.split_at_checked(4) else {
                return Err(BadNote::Form("a signature is too short"));
            };
            if name == key.name().as_str() && id == key.id() {
                // Ours counts, or nothing does.
                if !key.has_signed(&said, signature) {
                    return Err(unsigned());
                }
                is_signed = true;
            }
        }
        if is_signed { Ok(Self { checkpoint, text: text.to_owned() }) } else { Err(unsigned()) }
    }

    /// What was signed.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// What a note says, and the lines of its signatures.
fn parts(text: &str) -> Result<(Checkpoint, &str), BadNote> {
    let at = text.find("\n\n").ok_or(BadNote::Form("no empty line stands before a signature"))?;
    let (said, signatures) = (&text[..=at], &text[at + 2..]);
    if signatures.is_empty() || !signatures.ends_with('\n') {
        return Err(BadNote::Form("its last line does not end"));
    }
    Ok((said.parse()?, signatures))
}
