//! What is said between the house and a host: a line of JSON each.

use serde::{Deserialize, Serialize};

use crate::proof::{Checkpoint, Origin};
use crate::transactions::{MAX_RAW, TypedData, Unsigned};

/// The most bytes of a line: the largest transaction in hexadecimal, and its access list.
pub(super) const MAX_LINE: u64 = 4 * MAX_RAW as u64;

/// What a host is asked. There is no question that takes a hash: it hashes itself.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase")]
pub(super) enum Question {
    /// Comes first: load this module, and log in to this token.
    Open(Opening),
    /// Comes instead: make this token, unless there is one.
    Prepare(Opening),
    /// Make a key of this label, unless there is one; give its public key.
    Create {
        /// The label.
        label: String,
    },
    /// Give the public key of this label.
    Find {
        /// The label.
        label: String,
    },
    /// Sign.
    Sign {
        /// By the key of this label.
        label: String,
        /// This transaction.
        transaction: Box<Unsigned>,
    },
    /// Sign a document.
    SignDocument {
        /// By the key of this label.
        label: String,
        /// This document.
        document: Box<TypedData>,
    },
    /// Give the public key that signs the checkpoints of this ledger; make it, unless there is one.
    CheckpointKey {
        /// Which ledger.
        origin: Origin,
    },
    /// Sign a checkpoint by that key.
    SignCheckpoint {
        /// This checkpoint.
        checkpoint: Checkpoint,
    },
}

/// What opens a token.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Opening {
    /// The path of the module.
    pub(super) module: String,
    /// The label of the token.
    pub(super) token: String,
    /// The PIN of its user.
    pub(super) pin: String,
}

/// What a host answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "camelCase")]
pub(super) enum Answer {
    /// It is done.
    Done,
    /// The public key, as a point without compression.
    Point {
        /// Its 65 bytes in hexadecimal.
        point: String,
    },
    /// The signature.
    Pair {
        /// `r` and `s` in hexadecimal.
        pair: String,
    },
    /// Bytes of Ed25519.
    Bytes {
        /// A public key or a signature, in hexadecimal.
        bytes: String,
    },
    /// It is not done.
    Fault(Fault),
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fault {
    /// What follows from it.
    pub(super) kind: FaultKind,
    /// For people.
    pub(super) text: String,
}

/// What follows from a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum FaultKind {
    /// Session, token or module are gone: another host may find them again.
    Gone,
    /// The token takes no PIN from here.
    Pin,
    /// There is no such key.
    NoKey,
    /// There are several.
    Ambiguous,
    /// It will be refused again.
    Refused,
}

impl Fault {
    pub(super) fn new(kind: FaultKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}
