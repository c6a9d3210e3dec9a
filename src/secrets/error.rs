//! What can go wrong with secrets. No text here holds one.

use std::io;
use std::path::PathBuf;

use super::{KeyId, SecretName};

/// Why a secret could not be sealed, opened or forgotten.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This process has no key-encryption key.
    #[error(
        "this process has no key for secrets: set CHAINKEEL_SECRETS_KEY, \
         CHAINKEEL_SECRETS_KEY_FILE or CHAINKEEL_SECRETS_KEY_PROGRAM, the same for all servers"
    )]
    NoKey,
    /// A key-encryption key cannot be read.
    #[error("the key for secrets in {place} cannot be used: {problem}")]
    Key {
        /// Where it should be.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// The file of keys cannot be read or written.
    #[error("{doing} {}", .path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A data key is wrapped by a key that this process does not have.
    #[error(
        "the data key of {organization} is wrapped by the key {id}, which {place} does not hold: \
         add that key, or restore it from the backup"
    )]
    UnknownKey {
        /// Whose data key.
        organization: String,
        /// The key that wraps it.
        id: KeyId,
        /// Where keys were looked for.
        place: String,
    },
    /// Nothing is sealed under that name.
    #[error("there is no secret {0}")]
    Missing(SecretName),
    /// What is stored was not sealed by us under that name, or was changed since.
    #[error("the secret {0} was changed or moved since it was sealed")]
    Broken(SecretName),
    /// A wrapped data key was changed or moved.
    #[error("the data key {version} of {organization} was changed or moved since it was wrapped")]
    BrokenDataKey {
        /// Whose.
        organization: String,
        /// Which.
        version: i32,
    },
    /// A secret is larger than what is kept.
    #[error("a secret has at most {max} bytes, and this one has {bytes}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// A name that cannot be one.
    #[error("the name of a secret has two halves of 1 to 200 bytes each")]
    Name,
    /// Something is still wrapped by a key that should go.
    #[error("{keys} data keys are still wrapped by an older key: run `chainkeel secrets rotate`")]
    StillUsed {
        /// How many.
        keys: i64,
    },
    /// The database.
    #[error("{doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: sqlx::Error,
    },
}

impl Error {
    /// Whether the secret itself is gone or spoilt, so that only another one helps.
    pub const fn is_lost(&self) -> bool {
        match self {
            Self::Missing(_) | Self::Broken(_) => true,
            Self::NoKey
            | Self::Key { .. }
            | Self::File { .. }
            | Self::UnknownKey { .. }
            | Self::BrokenDataKey { .. }
            | Self::TooLarge { .. }
            | Self::Name
            | Self::StillUsed { .. }
            | Self::Database { .. } => false,
        }
    }

    /// Whether trying again may help without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database { .. } => true,
            Self::NoKey
            | Self::Key { .. }
            | Self::File { .. }
            | Self::UnknownKey { .. }
            | Self::Missing(_)
            | Self::Broken(_)
            | Self::BrokenDataKey { .. }
            | Self::TooLarge { .. }
            | Self::Name
            | Self::StillUsed { .. } => false,
        }
    }
}

/// Says what was being done when the database refused.
pub(super) fn while_doing(doing: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |source| Error::Database { doing, source }
}
