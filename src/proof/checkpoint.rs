//! A checkpoint: which ledger, how long it is, and the root over it (C2SP tlog-checkpoint).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::hash::Hash;

/// The most bytes of an origin.
const MAX_ORIGIN: usize = 128;

/// What a ledger is called in what is signed of it: the same for ever, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

/// A text that cannot be an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an origin has 1 to {MAX_ORIGIN} letters, digits and `.-_/`, as `ledger.example.com/main`")]
pub struct InvalidOrigin;

impl Origin {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/".contains(&byte);
        let is_origin = (1..=MAX_ORIGIN).contains(&text.len()) && text.bytes().all(fits);
        if is_origin { Ok(Self(text.to_owned())) } else { Err(InvalidOrigin) }
    }
}

impl TryFrom<String> for Origin {
    type Error = InvalidOrigin;

    fn try_from(text: String) -> Result<Self, InvalidOrigin> {
        text.parse()
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

/// What is said of a ledger at one time. It is the only thing that the log's key ever signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Which ledger.
    pub origin: Origin,
    /// How many events it has, from position 1 on.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

/// Why a text is no checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the checkpoint: {what}")]
pub struct BadCheckpoint {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: &'static str,
}

/// The text that is signed: three lines.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = BASE64_STANDARD.encode(self.root);
        write!(f, "{}\n{}\n{root}\n", self.origin, self.size)
    }
}

impl FromStr for Checkpoint {
    type Err = BadCheckpoint;

    fn from_str(text: &str) -> Result<Self, BadCheckpoint> {
        let bad = |line, what| BadCheckpoint { line, what };
        let mut lines = text.split('\n');
        let mut next = |line| lines.next().ok_or_else(|| bad(line, "there is none"));
        let origin = next(1)?.parse().map_err(|_| bad(1, "it is no origin"))?;
        let size = next(2)?;
        let read: u64 = size.parse().map_err(|_| bad(2, "it is no size"))?;
        let root = BASE64_STANDARD.decode(next(3)?).ok().and_then(|root| root.try_into().ok());
        let root = root.ok_or_else(|| bad(3, "it is no SHA-256 in base64"))?;
        let checkpoint = Self { origin, size: read, root };
        // There is one way to write each; we write no lines of extension.
        if checkpoint.to_string() == text {
            Ok(checkpoint)
        } else {
            Err(bad(4, "more or something else stands there than a checkpoint has"))
        }
    }
}
