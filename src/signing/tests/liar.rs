//! The backend that lies, and keys for it.

use std::fmt;
use std::sync::Arc;

use alloy_primitives::{Address, B256, U256, uint};
use futures::future::BoxFuture;
use k256::ecdsa::SigningKey;

use crate::signing::{
    Backend, Capabilities, Error, KeyName, Order, PrivateKey, Reply, Signer, TypedReply, key,
};
use crate::transactions::{Signature, TypedData};

pub(super) const ORDER_OF_THE_CURVE: U256 =
    uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

type Lie = Box<dyn Fn(&Order<'_>) -> Reply + Send + Sync>;
type WrittenLie = Box<dyn Fn(&Order<'_, TypedData>) -> TypedReply + Send + Sync>;

struct Liar {
    transactions: Lie,
    documents: WrittenLie,
}

/// Signs transactions by a lie, and no documents.
pub(super) fn of_transactions(lie: impl Fn(&Order<'_>) -> Reply + Send + Sync + 'static) -> Signer {
    let documents = Box::new(|_: &Order<'_, TypedData>| panic!("it was asked for a document"));
    Signer::new(Arc::new(Liar { transactions: Box::new(lie), documents }))
}

/// Signs documents by a lie, and no transactions.
pub(super) fn of_documents(
    lie: impl Fn(&Order<'_, TypedData>) -> TypedReply + Send + Sync + 'static,
) -> Signer {
    let transactions = Box::new(|_: &Order<'_>| panic!("it was asked for a transaction"));
    Signer::new(Arc::new(Liar { transactions, documents: Box::new(lie) }))
}

impl fmt::Debug for Liar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Liar")
    }
}

impl Backend for Liar {
    fn capabilities(&self) -> Capabilities {
        Capabilities { imports: false, sees_transactions: true, asks_people: true }
    }

    fn create<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>> {
        self.address(key)
    }

    fn import<'a>(
        &'a self,
        key: &'a KeyName,
        _: &'a PrivateKey,
    ) -> BoxFuture<'a, Result<Address, Error>> {
        self.address(key)
    }

    fn address<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(async { Err(Error::NoKey(key.clone())) })
    }

    fn sign_transaction<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Result<Reply, Error>> {
        Box::pin(async { Ok((self.transactions)(order)) })
    }

    fn sign_typed_data<'a>(
        &'a self,
        order: &'a Order<'a, TypedData>,
    ) -> BoxFuture<'a, Result<TypedReply, Error>> {
        Box::pin(async { Ok((self.documents)(order)) })
    }
}

pub(super) fn ours() -> SigningKey {
    SigningKey::from_slice(&[0x46; 32]).unwrap()
}

pub(super) fn theirs() -> SigningKey {
    SigningKey::from_slice(&[0x47; 32]).unwrap()
}

pub(super) fn address(key: &SigningKey) -> Address {
    key::address_of(key.verifying_key())
}

pub(super) fn signature(key: &SigningKey, digest: B256) -> Signature {
    let (pair, id) = key.sign_prehash_recoverable(digest.as_slice()).unwrap();
    let (r, s) = pair.split_bytes();
    let (r, s) = (U256::from_be_slice(&r), U256::from_be_slice(&s));
    Signature { r, s, is_odd: id.is_y_odd() }.lowered().0
}
