//! KMS as a backend.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use alloy_primitives::{Address, U256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;
use k256::ecdsa::Signature;

use super::client::{Client, Unanswered};
use super::public_key;
use super::wire::{CreateAlias, CreateKey, Described, Nothing, Of, Public, Sign, Signed, Tag};
use crate::signing::key::address_of;
use crate::signing::{
    Backend, BadReply, Capabilities, Error, KeyName, Order, PrivateKey, Reply, TypedReply,
};
use crate::transactions::TypedData;

/// How many keys are remembered. Beyond them all are let go, and looked up again.
const MAX_REMEMBERED: usize = 10_000;
/// The curve of Ethereum, as KMS calls it.
const CURVE: &str = "ECC_SECG_P256K1";
/// What its keys are for.
const USAGE: &str = "SIGN_VERIFY";

/// Keys in AWS KMS. Each has an alias, by which it is found.
pub struct Kms {
    client: Client,
    known: Mutex<HashMap<KeyName, Kept>>,
}

/// A key that KMS keeps.
#[derive(Debug, Clone)]
struct Kept {
    id: String,
    address: Address,
}

impl Kms {
    /// The KMS that this client reaches.
    pub(super) fn new(client: Client) -> Self {
        Self { client, known: Mutex::default() }
    }

    /// A key by its alias, if there is one.
    async fn look_for(&self, key: &KeyName) -> Result<Option<Kept>, Error> {
        let known = self.known().get(key).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let alias = alias(key);
        let described = self.client.ask("DescribeKey", &Of { key_id: &alias }).await;
        let Described { key_metadata } = match described {
            Ok(described) => described,
            Err(Unanswered::NotFound) => return Ok(None),
            Err(other) => return Err(other.lost()),
        };
        let refused = |why: &str| Error::Refused(format!("the key {key} {why}"));
        if key_metadata.origin != "AWS_KMS" {
            return Err(refused("came to KMS from outside: somebody else may have it"));
        }
        // By its own id: the alias may be turned to another key between the two.
        let id = key_metadata.key_id;
        let question = Of { key_id: &id };
        let public: Public =
            self.client.ask("GetPublicKey", &question).await.map_err(Unanswered::lost)?;
        if public.key_spec != CURVE || public.key_usage != USAGE {
            return Err(refused("is no key of secp256k1 that signs"));
        }
        let der = STANDARD.decode(&public.der).ok();
        let public = der.as_deref().and_then(public_key::read);
        let public = public.ok_or_else(|| refused("has no public key of secp256k1"))?;
        let kept = Kept { id, address: address_of(&public) };
        let mut known = self.known();
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        known.insert(key.clone(), kept.clone());
        Ok(Some(kept))
    }

    async fn find(&self, key: &KeyName) -> Result<Kept, Error> {
        self.look_for(key).await?.ok_or_else(|| Error::NoKey(key.clone()))
    }

    async fn make(&self, key: &KeyName) -> Result<Kept, Error> {
        if let Some(kept) = self.look_for(key).await? {
            return Ok(kept);
        }
        let organization = key.organization().to_string();
        let question = CreateKey {
            key_spec: CURVE,
            key_usage: USAGE,
            description: "A wallet of Chainkeel",
            tags: [
                Tag { tag_key: "chainkeel:organization", tag_value: &organization },
                Tag { tag_key: "chainkeel:key", tag_value: key.name() },
            ],
        };
        let made: Described =
            self.client.ask("CreateKey", &question).await.map_err(Unanswered::lost)?;
        let (alias, id) = (alias(key), made.key_metadata.key_id);
        let question = CreateAlias { alias_name: &alias, target_key_id: &id };
        match self.client.ask::<Nothing>("CreateAlias", &question).await {
            Ok(Nothing {}) => {}
            Err(why) => {
                // Nobody has seen it, and it signs nothing; but it stays, and costs.
                tracing::warn!("the key {id} in KMS has no alias, and is used for nothing");
                match why {
                    // Another order was quicker.
                    Unanswered::Exists => {}
                    other @ (Unanswered::NotFound | Unanswered::Error(_)) => {
                        return Err(other.lost());
                    }
                }
            }
        }
        self.find(key).await
    }

    async fn pair<T: Sync>(&self, order: &Order<'_, T>) -> Result<(U256, U256), Error> {
        let kept = self.find(order.key()).await?;
        if kept.address != order.signer() {
            // Another key has the name by now. Nothing is signed with it.
            self.known().remove(order.key());
            let (expected, found) = (order.signer(), kept.address);
            return Err(BadReply::Signer { expected, found }.into());
        }
        let question = Sign {
            key_id: &kept.id,
            message: STANDARD.encode(order.digest()),
            message_type: "DIGEST",
            signing_algorithm: "ECDSA_SHA_256",
        };
        let signed: Signed = self.client.ask("Sign", &question).await.map_err(|why| {
            self.known().remove(order.key());
            why.lost()
        })?;
        let der = STANDARD.decode(&signed.signature).ok();
        let pair = der.and_then(|der| Signature::from_der(&der).ok());
        let pair = pair.ok_or_else(|| BadReply::Garbled("its signature is not DER".to_owned()))?;
        let (r, s) = pair.split_bytes();
        Ok((U256::from_be_slice(&r), U256::from_be_slice(&s)))
    }

    fn known(&self) -> MutexGuard<'_, HashMap<KeyName, Kept>> {
        // Nothing panics while it is held.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Kms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kms").field("url", &self.client.url()).finish_non_exhaustive()
    }
}

impl Backend for Kms {
    fn capabilities(&self) -> Capabilities {
        Capabilities { imports: false, sees_transactions: false, asks_people: false }
    }

    fn create<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(async move { Ok(self.make(key).await?.address) })
    }

    fn import<'a>(
        &'a self,
        _: &'a KeyName,
        _: &'a PrivateKey,
    ) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(async { Err(Error::NoImport) })
    }

    fn address<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(async move { Ok(self.find(key).await?.address) })
    }

    fn sign_transaction<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Result<Reply, Error>> {
        Box::pin(async move {
            let (r, s) = self.pair(order).await?;
            Ok(Reply::Pair { r, s })
        })
    }

    fn sign_typed_data<'a>(
        &'a self,
        order: &'a Order<'a, TypedData>,
    ) -> BoxFuture<'a, Result<TypedReply, Error>> {
        Box::pin(async move {
            let (r, s) = self.pair(order).await?;
            Ok(TypedReply::Pair { r, s })
        })
    }
}

/// The alias of a key: the same for ever.
fn alias(key: &KeyName) -> String {
    format!("alias/chainkeel/{key}")
}
