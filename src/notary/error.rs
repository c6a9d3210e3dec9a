//! Why nothing is signed.

use std::io;
use std::path::PathBuf;

use crate::proof::{BadNote, Hash};
use crate::{journal, signing};

/// A failure around the proofs.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The signer.
    #[error("signing a checkpoint of the ledger")]
    Signing(#[from] signing::Error),
    /// The copy outside of the database.
    #[error("{doing} {}", .path.display())]
    Copy {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// History is not what was signed.
    #[error(transparent)]
    Damage(#[from] Box<Damage>),
    /// No backend that is configured signs checkpoints.
    #[error("no signing backend that is configured signs checkpoints of the ledger")]
    NoBackend,
    /// What stands in the database of the log cannot be read.
    #[error("the log's {0} in the database cannot be read")]
    Unreadable(&'static str),
    /// There is no checkpoint yet, or none of this size.
    #[error("{0}")]
    NoCheckpoint(String),
}

impl From<Damage> for Error {
    fn from(damage: Damage) -> Self {
        Self::Damage(Box::new(damage))
    }
}

/// What is wrong with history, and where. Nothing is signed while it is so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The tail is gone.
    #[error(
        "the ledger ends at position {head}, and {signed} events were signed ({}): its tail was dropped, \
         or an old backup was restored", .copy.display()
    )]
    Shorter {
        /// Where it ends.
        head: u64,
        /// How many events were signed.
        signed: u64,
        /// Where that stands.
        copy: PathBuf,
    },
    /// An event is another than the one that was signed.
    #[error("position {position} is not what was signed: {what}")]
    Event {
        /// Which.
        position: u64,
        /// What stands there.
        what: String,
    },
    /// The roots differ, and the tiles that would tell where are gone.
    #[error(
        "the first {size} events are not those that were signed in {place}, and no tile is left that tells \
         which differs"
    )]
    Root {
        /// How many.
        size: u64,
        /// Where it was signed.
        place: String,
    },
    /// A checkpoint that our key has not signed.
    #[error("the checkpoint in {place} does not count: {why}")]
    Forged {
        /// Where it stands.
        place: String,
        /// Why not.
        why: BadNote,
    },
    /// The signer has another key than the one that signed before.
    #[error("the signer has the key {found}, and the log was signed by {expected}")]
    Key {
        /// What signed before.
        expected: String,
        /// What would sign now.
        found: String,
    },
    /// The copy outside is of another log.
    #[error("the copy in {} is of the log {found}, and the database of {expected}", .copy.display())]
    OtherLog {
        /// Where.
        copy: PathBuf,
        /// The database's key.
        expected: String,
        /// The copy's key.
        found: String,
    },
    /// A large text is gone, or another one.
    #[error("the blob {} is {what}", crate::primitives::hex(.hash))]
    Blob {
        /// Which.
        hash: Hash,
        /// What is wrong with it.
        what: &'static str,
    },
}
