//! Who signs: a backend, with the checks around it that no backend can leave out.

use std::sync::Arc;

use alloy_primitives::Address;

use super::reply::{self, Checked};
use super::{
    Attempt, Backend, BadReply, Capabilities, Clearance, Error, KeyName, Kind, Order, Outcome,
    PrivateKey, TypedClearance,
};
use crate::proof::{Checkpoint, Note, Origin, VerifierKey};
use crate::spans::{self, Live};
use crate::transactions::{Reach, Signature, TypedData, Unsigned};

/// Signs what was cleared, by a backend that it does not trust. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Signer {
    backend: Arc<dyn Backend>,
    kind: Option<Kind>,
}

impl Signer {
    /// A signer by this backend.
    pub fn new(backend: Arc<dyn Backend>) -> Self {
        Self { backend, kind: None }
    }

    /// The same, known in traces as one of this kind.
    #[must_use]
    pub fn of_kind(self, kind: Kind) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// What its backend can do.
    pub fn capabilities(&self) -> Capabilities {
        self.backend.capabilities()
    }

    /// Makes a key, unless there is one of that name; gives its address.
    pub async fn create(&self, key: &KeyName) -> Result<Address, Error> {
        self.backend.create(key).await
    }

    /// Takes a key from outside.
    pub async fn import(&self, key: &KeyName, private: &PrivateKey) -> Result<Address, Error> {
        if !self.capabilities().imports {
            return Err(Error::NoImport);
        }
        self.backend.import(key, private).await
    }

    /// The address of a key.
    pub async fn address(&self, key: &KeyName) -> Result<Address, Error> {
        self.backend.address(key).await
    }

    /// Has a transaction signed that was cleared for this signer.
    ///
    /// What comes back is the same transaction with a signature that counts, made by the key of
    /// `signer`, or an error: nothing else gets out.
    pub async fn sign_transaction(
        &self,
        (key, signer): (&KeyName, Address),
        transaction: &Unsigned,
        clearance: &Clearance,
        attempt: &Attempt,
    ) -> Result<Outcome, Error> {
        let order = Order::cleared((key, signer), transaction, clearance, attempt)?;
        let span = self.begin("sign transaction").with("chainkeel.chain.id", transaction.chain_id);
        let answer = span.around(self.backend.sign_transaction(&order)).await;
        span.end(answer.as_ref().err().map(Error::word));
        counted(key, answer.and_then(|reply| Ok(reply::check(&order, reply)?)))
    }

    /// Has a document signed that was cleared for this signer, and that counts where it is said
    /// to.
    ///
    /// What comes back is a signature of this document that counts, made by the key of `signer`,
    /// or an error: nothing else gets out.
    pub async fn sign_typed_data(
        &self,
        (key, signer): (&KeyName, Address),
        document: (&TypedData, Reach),
        clearance: &TypedClearance,
        attempt: &Attempt,
    ) -> Result<Outcome<Signature>, Error> {
        let order = Order::of_document((key, signer), document, clearance, attempt)?;
        let span = self.begin("sign document");
        let answer = span.around(self.backend.sign_typed_data(&order)).await;
        span.end(answer.as_ref().err().map(Error::word));
        counted(key, answer.and_then(|reply| Ok(reply::check_document(&order, reply)?)))
    }

    fn begin(&self, what: &str) -> Live {
        let backend = self.kind.map_or("other", Kind::name);
        spans::begin(spans::Kind::Client, what).with("chainkeel.signing.backend", backend)
    }

    /// Whether its backend signs checkpoints of the ledger.
    pub fn signs_checkpoints(&self) -> bool {
        self.backend.signs_checkpoints()
    }

    /// The key that signs the checkpoints of this ledger; it is made where there is none.
    pub async fn checkpoint_key(&self, origin: &Origin) -> Result<VerifierKey, Error> {
        Ok(VerifierKey::new(origin.clone(), self.backend.checkpoint_key(origin).await?))
    }

    /// The bare signature of a checkpoint, for those who ask from another process.
    pub async fn checkpoint_signature(&self, checkpoint: &Checkpoint) -> Result<[u8; 64], Error> {
        self.backend.sign_checkpoint(checkpoint).await
    }

    /// Has a checkpoint signed by this key. What comes back counts, or is an error.
    pub async fn sign_checkpoint(
        &self,
        key: &VerifierKey,
        checkpoint: &Checkpoint,
    ) -> Result<Note, Error> {
        let signature = self.checkpoint_signature(checkpoint).await?;
        Note::sealed(checkpoint, key, &signature).map_err(|_| {
            metrics::counter!("chainkeel_signing_refused_replies_total").increment(1);
            Error::Reply(BadReply::Checkpoint)
        })
    }
}

/// Counts what was wrong, or had to be turned.
fn counted<T>(key: &KeyName, checked: Result<Checked<T>, Error>) -> Result<Outcome<T>, Error> {
    let checked = checked.inspect_err(|error| {
        if let Error::Reply(why) = error {
            metrics::counter!("chainkeel_signing_refused_replies_total").increment(1);
            tracing::error!(
                organization.id = %key.organization(),
                error = why as &dyn std::error::Error,
                "refused what the signing backend answered for the key {key}"
            );
        }
    })?;
    if checked.was_high {
        metrics::counter!("chainkeel_signing_high_s_total").increment(1);
    }
    Ok(checked.outcome)
}
