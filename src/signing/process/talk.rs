//! What is said between those who want a signature and the process that has the keys. There is no question
//! that takes a hash.

use alloy_primitives::{Address, Bytes, U256};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};

use crate::primitives::OrganizationId;
use crate::proof::{Checkpoint, Origin};
use crate::signing::{Error, Kind};
use crate::transactions::{MAX_RAW, TypedData, Unsigned};

/// The most bytes of a line: the largest transaction in hexadecimal, and its access list.
const MAX_LINE: u64 = 4 * MAX_RAW as u64;

/// A question about a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// In which backend.
    pub kind: Kind,
    /// Whose it is.
    pub organization: OrganizationId,
    /// What it is called there.
    pub key: String,
    /// What is wanted of it.
    pub wanted: Wanted,
    /// Within which trace it is wanted, as `traceparent` has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

/// What is wanted of a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Wanted {
    /// That there is one; its address.
    Create,
    /// Its address.
    Address,
    /// That it signs a transaction, if the ledger and the policies want that.
    Transaction {
        /// What is to be signed.
        transaction: Box<Unsigned>,
        /// Which order that is: it begins with the id of its intent.
        order: String,
        /// When it was given first.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// That it signs a document, if the ledger and the policies want that.
    Document {
        /// What is to be signed.
        document: Box<TypedData>,
        /// Which order that is: it begins with the id of its intent.
        order: String,
        /// When it was given first.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The key that signs the checkpoints of this ledger; it is made where there is none.
    CheckpointKey(Origin),
    /// That this key signs a checkpoint. It signs nothing else.
    Checkpoint(Checkpoint),
}

/// What comes back.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Said {
    /// The key's address.
    Address(Address),
    /// The signed transaction.
    Whole(Bytes),
    /// The signature of the document.
    Pair {
        /// The one number.
        r: U256,
        /// The other.
        s: U256,
    },
    /// The public key that signs checkpoints, or a signature of one.
    Bytes(Bytes),
    /// It waits for people.
    Pending(String),
    /// Nothing: there is no such key.
    NoKey,
    /// Nothing now: the same may succeed later.
    Later(String),
    /// Nothing: people, or a rule of the backend, said no.
    Rejected(String),
    /// Nothing: the same will be refused again.
    Refused(String),
}

impl From<Error> for Said {
    fn from(error: Error) -> Self {
        let mut words = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(inner) = source {
            words = format!("{words}: {inner}");
            source = inner.source();
        }
        if error.is_transient() {
            return Self::Later(words);
        }
        match error {
            Error::NoKey(_) => Self::NoKey,
            Error::Rejected(why) => Self::Rejected(why),
            Error::NotCleared
            | Error::Unsound(_)
            | Error::Elsewhere { .. }
            | Error::Ambiguous(_)
            | Error::Taken(_)
            | Error::PrivateKey(_)
            | Error::NoImport
            | Error::NoCheckpoints
            | Error::Reply(_)
            | Error::Secrets(_)
            | Error::Busy(_)
            | Error::Gone(_)
            | Error::Refused(_)
            | Error::Pin(_) => Self::Refused(words),
        }
    }
}

/// Reads a line, which is JSON of this type; nothing where it is none, or too long, or ends early.
pub(super) async fn hear<T: for<'de> Deserialize<'de>>(
    from: impl AsyncRead + Unpin,
) -> std::io::Result<Option<T>> {
    let mut line = Vec::new();
    BufReader::new(from.take(MAX_LINE)).read_until(b'\n', &mut line).await?;
    Ok(serde_json::from_slice(&line).ok())
}

/// Says a line.
pub(super) async fn say<T: Serialize + Sync>(
    to: &mut (impl tokio::io::AsyncWrite + Unpin),
    what: &T,
) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    to.write_all(&line).await?;
    to.flush().await
}
