//! The keys that sign tokens. Which there are stands on the ledger, so that all processes agree;
//! the private halves are in the vault.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ring::rand::SystemRandom;
use serde::Serialize;

use super::Rejected;
use super::rejected::rejected;
use crate::access::token::{ACCESS_LIFE, LEEWAY, PublicKey, SigningKey};
use crate::aggregates::token_keys::{Command, Event, Key, NewKey, Order, Retire, TokenKeys};
use crate::journal::{self, Executed, Metadata, Store, StreamId};
use crate::primitives::{Clock, CommandId, OrganizationId};
use crate::secrets::{SecretName, Vault};

/// The record in the vault.
const RECORD: &str = "token_keys";
/// Who makes the first key.
const HOUSE: &str = "system:token-ring";

/// A public key as JWKS (RFC 7517) shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jwk {
    /// What it is called.
    pub kid: String,
    /// Its coordinates.
    #[serde(flatten)]
    pub public: PublicKey,
}

/// The keys of the installation. Cheap to clone.
#[derive(Clone)]
pub struct TokenRing {
    /// What is known of them.
    pub store: Store<TokenKeys>,
    vault: Vault,
    clock: Arc<dyn Clock>,
    /// The private half that was used last.
    held: Arc<Mutex<Option<Arc<SigningKey>>>>,
}

impl fmt::Debug for TokenRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRing").finish_non_exhaustive()
    }
}

impl TokenRing {
    /// The keys of this ledger and this vault.
    pub fn new(store: Store<TokenKeys>, vault: Vault, clock: Arc<dyn Clock>) -> Self {
        Self { store, vault, clock, held: Arc::default() }
    }

    /// Signs claims with the key of the moment; makes the first one where there is none.
    pub(super) async fn sign(&self, claims: &impl Serialize) -> Result<String, Rejected> {
        let key = match self.load().await?.signing() {
            Some(key) => key.kid.clone(),
            None => self.begin().await?,
        };
        Ok(self.private(key).await?.sign(claims))
    }

    /// The keys that are believed now, for whoever verifies tokens elsewhere.
    pub async fn public(&self) -> Result<Vec<Jwk>, Rejected> {
        let now = self.clock.now();
        let believed = |key: &Key| key.is_believed(now);
        let keys = self.load().await?.keys.into_iter().filter(believed);
        Ok(keys.map(|Key { kid, x, y, .. }| Jwk { kid, public: PublicKey { x, y } }).collect())
    }

    /// All keys that are remembered, the newest last.
    pub async fn load(&self) -> Result<TokenKeys, Rejected> {
        Ok(self.store.load(&StreamId::token_keys().aggregate_id).await?.aggregate)
    }

    /// Makes a key that signs from now on; gives the last sequence of their stream.
    pub async fn rotate(
        &self,
        retirement: Retirement,
        by: String,
        context: journal::Context,
    ) -> Result<i64, Rejected> {
        let key = self.generate().await?;
        let retire = match retirement {
            Retirement::Gentle => Retire::After(ACCESS_LIFE + LEEWAY),
            Retirement::AtOnce => Retire::Now,
        };
        Ok(self.order(Order::Rotate { key, retire }, by, context).await?.last)
    }

    /// The first key, or that of another process which was faster.
    async fn begin(&self) -> Result<String, Rejected> {
        let key = self.generate().await?;
        let metadata = Metadata::new(OrganizationId::DEFAULT, HOUSE, CommandId::generate());
        let context = journal::Context::new(metadata);
        let order = Order::Begin(key.clone());
        let executed = self.order(order, HOUSE.to_owned(), context).await?;
        if executed.events.is_empty() {
            self.forget(&key.kid).await?;
        }
        let signing = executed.aggregate.signing().map(|key| key.kid.clone());
        signing.ok_or(Rejected::Damaged("a key that signs"))
    }

    async fn order(
        &self,
        order: Order,
        by: String,
        context: journal::Context,
    ) -> Result<Executed<TokenKeys>, Rejected> {
        let command = Command { by, at: self.clock.now(), order };
        let id = StreamId::token_keys().aggregate_id;
        let executed = self.store.execute(&id, command, context).await;
        let executed = executed.map_err(rejected(Rejected::TokenKeys))?;
        for event in &executed.events {
            match event {
                Event::Added { .. } => {}
                // It signs nothing any more, in no process: each asks before it signs.
                Event::Retired { kid, .. } => self.forget(kid).await?,
            }
        }
        Ok(executed)
    }

    /// A key whose private half is sealed.
    async fn generate(&self) -> Result<NewKey, Rejected> {
        let made = SigningKey::generate(&SystemRandom::new());
        let (private, public) = made.ok_or(Rejected::Machine("making a key"))?;
        let kid = public.kid();
        self.vault.seal(OrganizationId::DEFAULT, &name(&kid), &private).await?;
        let PublicKey { x, y } = public;
        Ok(NewKey { kid, x, y })
    }

    async fn private(&self, kid: String) -> Result<Arc<SigningKey>, Rejected> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(held) = held.filter(|held| held.kid() == kid) {
            return Ok(held);
        }
        let sealed = self.vault.open(OrganizationId::DEFAULT, &name(&kid)).await?;
        let key = SigningKey::kept(kid, &sealed);
        let key = Arc::new(key.ok_or(Rejected::Damaged("a key that signs"))?);
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&key));
        Ok(key)
    }

    async fn forget(&self, kid: &str) -> Result<(), Rejected> {
        Ok(self.vault.forget(OrganizationId::DEFAULT, &name(kid)).await?)
    }
}

/// What becomes of the keys before, when there is a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retirement {
    /// They are believed until their last token is over: nobody notices.
    Gentle,
    /// They are not believed any more: whoever has a token refreshes it.
    AtOnce,
}

fn name(kid: &str) -> SecretName {
    SecretName::new(RECORD, kid)
}
