//! What can go wrong at the last door. No text here holds a key or a PIN.

use alloy_primitives::Address;

use super::{InvalidPrivateKey, KeyName};
use crate::secrets;
use crate::transactions::{BadSignature, Reach, Unreadable, Unsound};

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The clearance is for something else or another signer.
    #[error("the clearance is not one for this by this signer")]
    NotCleared,
    /// No chain would take the transaction.
    #[error("the transaction is unsound")]
    Unsound(#[from] Unsound),
    /// The document counts elsewhere than was ordered.
    #[error("the document counts on {named}, and was ordered for {ordered}")]
    Elsewhere {
        /// Where it should count.
        ordered: Reach,
        /// Where its domain says that it counts.
        named: Reach,
    },
    /// The backend has no key of that name.
    #[error("there is no key {0}")]
    NoKey(KeyName),
    /// The backend has more than one key of that name, so that nobody knows which is meant.
    #[error("there is more than one key {0}")]
    Ambiguous(KeyName),
    /// Another key has that name.
    #[error("another key is called {0} already")]
    Taken(KeyName),
    /// What came in is no key.
    #[error("importing a key")]
    PrivateKey(#[from] InvalidPrivateKey),
    /// Keys of this backend are made in it, and come from nowhere else.
    #[error("this backend takes no keys from outside: let it make one")]
    NoImport,
    /// This backend has no keys of Ed25519 that sign checkpoints.
    #[error("this backend signs no checkpoints of the ledger")]
    NoCheckpoints,
    /// What the backend answered is not what it was asked for.
    #[error("the backend's answer is refused")]
    Reply(#[from] BadReply),
    /// The keystore.
    #[error("using the keystore")]
    Secrets(#[from] secrets::Error),
    /// More orders wait than there may.
    #[error("{0} orders wait for the signing backend already")]
    Busy(usize),
    /// The backend does not answer: its token is gone, or the way to it.
    #[error("the signing backend does not answer: {0}")]
    Gone(String),
    /// The backend refuses.
    #[error("the signing backend refuses: {0}")]
    Refused(String),
    /// People at the backend, or rules that it has, said no to this order for good.
    #[error("the signing backend refuses: {0}")]
    Rejected(String),
    /// The PIN is wrong. It is not tried again by this process, or the token would lock itself.
    #[error("the signing device takes no PIN from here: {0}")]
    Pin(String),
}

impl Error {
    /// What it is, in a word for traces.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotCleared => "not_cleared",
            Self::Unsound(_) => "unsound",
            Self::Elsewhere { .. } => "elsewhere",
            Self::NoKey(_) => "no_key",
            Self::Ambiguous(_) => "ambiguous",
            Self::Taken(_) => "taken",
            Self::PrivateKey(_) => "private_key",
            Self::NoImport => "no_import",
            Self::NoCheckpoints => "no_checkpoints",
            Self::Reply(_) => "reply",
            Self::Secrets(_) => "secrets",
            Self::Busy(_) => "busy",
            Self::Gone(_) => "gone",
            Self::Refused(_) => "refused",
            Self::Rejected(_) => "rejected",
            Self::Pin(_) => "pin",
        }
    }

    /// Whether the same order may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Busy(_) | Self::Gone(_) => true,
            Self::Secrets(error) => error.is_transient(),
            Self::NotCleared
            | Self::Unsound(_)
            | Self::Elsewhere { .. }
            | Self::NoKey(_)
            | Self::Ambiguous(_)
            | Self::Taken(_)
            | Self::PrivateKey(_)
            | Self::NoImport
            | Self::NoCheckpoints
            | Self::Reply(_)
            | Self::Refused(_)
            | Self::Rejected(_)
            | Self::Pin(_) => false,
        }
    }
}

/// What is wrong with an answer of a backend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReply {
    /// It is no signature, or a malleable one.
    #[error("its signature does not count")]
    Signature(#[from] BadSignature),
    /// It is no signature of the checkpoint by the ledger's key.
    #[error("it is no signature of the checkpoint by the ledger's key")]
    Checkpoint,
    /// Somebody else's key signed.
    #[error("{found} signed, and not {expected}")]
    Signer {
        /// Whose key should.
        expected: Address,
        /// Whose key did.
        found: Address,
    },
    /// It is no transaction.
    #[error("it holds no transaction")]
    Unreadable(#[from] Unreadable),
    /// It is another transaction.
    #[error("its transaction differs in {0}")]
    Differs(&'static str),
    /// It is nothing that the backend ever answers.
    #[error("it cannot be read: {0}")]
    Garbled(String),
}
