//! What every keeper of keys can do, and how it is asked.

use std::fmt;

use alloy_primitives::{Address, B256, U256};
use futures::future::BoxFuture;
use time::OffsetDateTime;

use super::{Clearance, Error, KeyName, PrivateKey, TypedClearance};
use crate::proof::{Checkpoint, Origin};
use crate::transactions::{Reach, TypedData, Unsigned};

/// Keeps keys and signs with them. A [`super::Signer`] asks it; nobody else does.
///
/// It signs whole transactions and documents, never a hash that somebody hands over. Everything here may take
/// long, and may be asked again after an interruption: the same order leads to the same key, and
/// to a signature of the same transaction.
pub trait Backend: fmt::Debug + Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Makes a key, unless it has one of that name already; gives its address.
    fn create<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>>;

    /// Takes a key from outside, unless it has the same under that name already.
    fn import<'a>(
        &'a self,
        key: &'a KeyName,
        private: &'a PrivateKey,
    ) -> BoxFuture<'a, Result<Address, Error>>;

    /// The address of a key.
    fn address<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>>;

    /// Signs. What it gives is checked before anybody uses it.
    fn sign_transaction<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Result<Reply, Error>>;

    /// Signs a document. What it gives is checked before anybody uses it.
    fn sign_typed_data<'a>(
        &'a self,
        order: &'a Order<'a, TypedData>,
    ) -> BoxFuture<'a, Result<TypedReply, Error>>;

    /// Whether it signs checkpoints of the ledger.
    fn signs_checkpoints(&self) -> bool {
        false
    }

    /// The public key that signs the checkpoints of this ledger; it is made where there is none.
    fn checkpoint_key<'a>(&'a self, _: &'a Origin) -> BoxFuture<'a, Result<[u8; 32], Error>> {
        Box::pin(async { Err(Error::NoCheckpoints) })
    }

    /// Signs a checkpoint, with a key that signs nothing else. There is no other text that this key
    /// could be made to sign: it is written where the key is.
    fn sign_checkpoint<'a>(&'a self, _: &'a Checkpoint) -> BoxFuture<'a, Result<[u8; 64], Error>> {
        Box::pin(async { Err(Error::NoCheckpoints) })
    }
}

/// What a backend can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether it takes keys from outside.
    pub imports: bool,
    /// Whether it sees the whole transaction where the key is, and may refuse it by rules of its
    /// own.
    pub sees_transactions: bool,
    /// Whether it may wait for people before it signs.
    pub asks_people: bool,
}

/// What makes an order that is given again the same order, for backends that ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The same text for the same order.
    pub key: String,
    /// When it was given first.
    pub at: OffsetDateTime,
}

/// A transaction, or a document, that may be signed. There is none without a clearance for it.
#[derive(Debug)]
pub struct Order<'a, T = Unsigned> {
    key: &'a KeyName,
    signer: Address,
    subject: &'a T,
    digest: B256,
    attempt: &'a Attempt,
}

impl<'a> Order<'a> {
    /// The order, if the clearance is one for it.
    pub(super) fn cleared(
        (key, signer): (&'a KeyName, Address),
        transaction: &'a Unsigned,
        clearance: &Clearance,
        attempt: &'a Attempt,
    ) -> Result<Self, Error> {
        transaction.check()?;
        if !clearance.covers(signer, transaction) {
            return Err(Error::NotCleared);
        }
        let digest = transaction.digest();
        Ok(Self { key, signer, subject: transaction, digest, attempt })
    }

    /// What is to be signed.
    pub const fn transaction(&self) -> &Unsigned {
        self.subject
    }
}

impl<'a> Order<'a, TypedData> {
    /// The order, if the document counts where it should and the clearance is one for it.
    pub(super) fn of_document(
        (key, signer): (&'a KeyName, Address),
        (document, ordered): (&'a TypedData, Reach),
        clearance: &TypedClearance,
        attempt: &'a Attempt,
    ) -> Result<Self, Error> {
        let named = document.reach();
        if named != ordered {
            return Err(Error::Elsewhere { ordered, named });
        }
        if !clearance.covers(signer, document) {
            return Err(Error::NotCleared);
        }
        Ok(Self { key, signer, subject: document, digest: document.digest(), attempt })
    }

    /// What is to be signed.
    pub const fn document(&self) -> &TypedData {
        self.subject
    }
}

impl<T> Order<'_, T> {
    /// By which key.
    pub const fn key(&self) -> &KeyName {
        self.key
    }

    /// The address of that key, as the house knows it.
    pub const fn signer(&self) -> Address {
        self.signer
    }

    /// The digest of what is to be signed.
    pub const fn digest(&self) -> B256 {
        self.digest
    }

    /// What makes it the same when it is given again.
    pub const fn attempt(&self) -> &Attempt {
        self.attempt
    }
}

/// What a backend answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Two numbers over the digest: devices know no more.
    Pair {
        /// The one.
        r: U256,
        /// The other, in either half.
        s: U256,
    },
    /// The signed transaction.
    Whole(Vec<u8>),
    /// It waits for people; the same order finds out later.
    Pending {
        /// What the backend calls it.
        reference: String,
    },
}

/// What a backend answers to the order of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypedReply {
    /// Two numbers over the digest.
    Pair {
        /// The one.
        r: U256,
        /// The other, in either half.
        s: U256,
    },
    /// It waits for people; the same order finds out later.
    Pending {
        /// What the backend calls it.
        reference: String,
    },
}
