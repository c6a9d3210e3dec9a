//! Keys in the vault, sealed like every other secret: for development, and where an operator
//! decides that this is enough.

use alloy_primitives::{Address, U256};
use futures::future::BoxFuture;
use zeroize::Zeroizing;

use ring::signature::{Ed25519KeyPair, KeyPair as _};
use uuid::Uuid;

use super::{
    Backend, BadReply, Capabilities, Error, KeyName, Order, PrivateKey, Reply, TypedReply,
};
use crate::primitives::OrganizationId;
use crate::proof::{Checkpoint, Origin};
use crate::secrets::{self, SecretName, Vault};
use crate::transactions::TypedData;

/// The field of the vault's record that holds the key.
const FIELD: &str = "signing-key";
/// The field that holds the seed of the key that signs checkpoints.
const SEED: &str = "checkpoint-seed";
/// Whose that key is: nobody's among the organizations.
const HOUSE: OrganizationId = OrganizationId::from_uuid(Uuid::nil());

/// Keys that are sealed in the database, and opened in this process for as long as a signature
/// takes.
#[derive(Debug, Clone)]
pub struct Keystore {
    vault: Vault,
}

impl Keystore {
    /// A keystore in this vault.
    pub const fn new(vault: Vault) -> Self {
        Self { vault }
    }

    async fn open(&self, key: &KeyName) -> Result<PrivateKey, Error> {
        match self.vault.open(key.organization(), &place(key)).await {
            Ok(kept) => {
                let mut bytes = Zeroizing::new([0; 32]);
                if kept.len() != bytes.len() {
                    return Err(secrets::Error::Broken(place(key)).into());
                }
                bytes.copy_from_slice(&kept);
                Ok(PrivateKey::new(*bytes)?)
            }
            Err(secrets::Error::Missing(_)) => Err(Error::NoKey(key.clone())),
            Err(error) => Err(error.into()),
        }
    }

    /// Seals a key, unless its name has one. Nobody else changes it meanwhile.
    async fn keep(
        &self,
        key: &KeyName,
        private: impl FnOnce() -> PrivateKey + Send,
    ) -> Result<PrivateKey, Error> {
        let hold = self.vault.hold(key.organization(), place(key).record()).await?;
        let kept = match self.open(key).await {
            Err(Error::NoKey(_)) => {
                let new = private();
                self.vault.seal(key.organization(), &place(key), new.bytes()).await?;
                Ok(new)
            }
            other => other,
        };
        drop(hold);
        kept
    }

    /// The key that signs the checkpoints of this ledger; it is made where there is none.
    async fn checkpoints(&self, origin: &Origin) -> Result<Ed25519KeyPair, Error> {
        let place = SecretName::new(origin.as_str(), SEED);
        let hold = self.vault.hold(HOUSE, place.record()).await?;
        let seed = match self.vault.open(HOUSE, &place).await {
            Ok(kept) => Zeroizing::new(kept.to_vec()),
            Err(secrets::Error::Missing(_)) => {
                let fresh = Zeroizing::new(rand::random::<[u8; 32]>());
                self.vault.seal(HOUSE, &place, &fresh[..]).await?;
                Zeroizing::new(fresh.to_vec())
            }
            Err(error) => return Err(error.into()),
        };
        drop(hold);
        Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| secrets::Error::Broken(place).into())
    }

    async fn pair<T: Sync>(&self, order: &Order<'_, T>) -> Result<(U256, U256), Error> {
        let key = self.open(order.key()).await?.signing();
        let (pair, _) = key
            .sign_prehash_recoverable(order.digest().as_slice())
            .map_err(|error| Error::Refused(error.to_string()))?;
        let (r, s) = pair.split_bytes();
        Ok((U256::from_be_slice(&r), U256::from_be_slice(&s)))
    }
}

impl Backend for Keystore {
    fn capabilities(&self) -> Capabilities {
        Capabilities { imports: true, sees_transactions: true, asks_people: false }
    }

    fn create<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(async move { Ok(self.keep(key, generate).await?.address()) })
    }

    fn import<'a>(
        &'a self,
        key: &'a KeyName,
        private: &'a PrivateKey,
    ) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(async move {
            let kept = self.keep(key, || private.clone()).await?;
            // Whoever imports the same twice has it; another key is never covered.
            if kept.address() == private.address() {
                Ok(kept.address())
            } else {
                Err(Error::Taken(key.clone()))
            }
        })
    }

    fn address<'a>(&'a self, key: &'a KeyName) -> BoxFuture<'a, Result<Address, Error>> {
        Box::pin(async move { Ok(self.open(key).await?.address()) })
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

    fn signs_checkpoints(&self) -> bool {
        true
    }

    fn checkpoint_key<'a>(&'a self, origin: &'a Origin) -> BoxFuture<'a, Result<[u8; 32], Error>> {
        Box::pin(async move {
            let key = self.checkpoints(origin).await?;
            key.public_key().as_ref().try_into().map_err(|_| Error::Reply(BadReply::Checkpoint))
        })
    }

    fn sign_checkpoint<'a>(
        &'a self,
        checkpoint: &'a Checkpoint,
    ) -> BoxFuture<'a, Result<[u8; 64], Error>> {
        Box::pin(async move {
            let key = self.checkpoints(&checkpoint.origin).await?;
            let signature = key.sign(checkpoint.to_string().as_bytes());
            signature.as_ref().try_into().map_err(|_| Error::Reply(BadReply::Checkpoint))
        })
    }
}

fn place(key: &KeyName) -> SecretName {
    SecretName::new(key.name(), FIELD)
}

/// A key of the system's chance.
fn generate() -> PrivateKey {
    loop {
        // All but one of 2^128 numbers are keys.
        if let Ok(key) = PrivateKey::new(rand::random()) {
            return key;
        }
    }
}
