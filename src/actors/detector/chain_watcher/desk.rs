//! Whom a chain is read from, for an organization: its own endpoints, where it named some, or the
//! installation's.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::Value;

use super::source::ChainSource;
use super::watchers::ChainSources;
use crate::aggregates::chain_endpoints::{ChainEndpoints, Named};
use crate::chains::{ChainReader, NoReader, Place, Readers, Standing};
use crate::journal::{self, Store};
use crate::primitives::{ChainId, CommandId, OrganizationId};
use crate::secrets::{self, Hold, SecretName, Vault};

/// How many lists of endpoints are kept open; beyond it all are opened anew.
const MAX_OPEN: usize = 1_024;

/// Why the endpoints of an organization cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Unopened {
    /// The ledger.
    #[error("reading which endpoints an organization named")]
    Journal(#[from] journal::Error),
    /// What is sealed.
    #[error("opening the endpoints of an organization")]
    Secrets(#[from] secrets::Error),
    /// What was sealed is no list of endpoints.
    #[error("the sealed endpoints of an organization cannot be read")]
    Damaged,
}

/// An open list of endpoints, by the name of what was sealed.
type Open = (String, Arc<dyn ChainSource>);

/// Opens endpoints. Cheap to clone.
#[derive(Clone)]
pub struct ChainDesk {
    sources: Arc<dyn ChainSources>,
    store: Store<ChainEndpoints>,
    vault: Vault,
    open: Arc<Mutex<BTreeMap<(OrganizationId, u64), Open>>>,
}

impl fmt::Debug for ChainDesk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainDesk").field("sources", &self.sources).finish_non_exhaustive()
    }
}

impl ChainDesk {
    /// A desk before these sources.
    pub fn new(sources: Arc<dyn ChainSources>, store: Store<ChainEndpoints>, vault: Vault) -> Self {
        Self { sources, store, vault, open: Arc::default() }
    }

    /// Where chains are read.
    pub fn sources(&self) -> &dyn ChainSources {
        &*self.sources
    }

    /// What organizations named, as the ledger has it.
    pub const fn store(&self) -> &Store<ChainEndpoints> {
        &self.store
    }

    /// A chain as the installation reads it.
    pub fn installed(&self, chain: u64) -> Option<Arc<dyn ChainSource>> {
        self.sources.open(chain)
    }

    /// A chain as it is read for an organization; none where neither it nor the installation has
    /// endpoints of it.
    pub async fn open(
        &self,
        organization: OrganizationId,
        chain: u64,
    ) -> Result<Option<Arc<dyn ChainSource>>, Unopened> {
        match self.named(organization, chain).await? {
            Some(named) => self.opened(organization, chain, named).await,
            None => Ok(self.installed(chain)),
        }
    }

    /// A chain through the endpoints that an organization named; none where it named none.
    pub async fn own(
        &self,
        organization: OrganizationId,
        chain: u64,
    ) -> Result<Option<Arc<dyn ChainSource>>, Unopened> {
        match self.named(organization, chain).await? {
            Some(named) => self.opened(organization, chain, named).await,
            None => Ok(None),
        }
    }

    /// The endpoints that an organization named, in the clear: for those who show them masked.
    pub async fn places(
        &self,
        organization: OrganizationId,
        chain: u64,
    ) -> Result<Vec<Place>, Unopened> {
        match self.named(organization, chain).await? {
            Some(named) => self.unsealed(organization, chain, named).await.map(|(_, it)| it),
            None => Ok(Vec::new()),
        }
    }

    /// What this process thinks of an organization's endpoints, where it has opened them.
    pub fn standings(
        &self,
        organization: OrganizationId,
        chain: u64,
        named: &Named,
    ) -> Vec<Standing> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let it = open.get(&(organization, chain)).filter(|(sealed, _)| *sealed == named.sealed);
        match it {
            Some((_, source)) => source.standings(),
            None => named.hosts.iter().map(|it| Standing::unasked(it)).collect(),
        }
    }

    /// Waits until nobody else names endpoints of this chain, and keeps others waiting until what is
    /// given is dropped.
    pub async fn hold(
        &self,
        organization: OrganizationId,
        chain: u64,
    ) -> Result<Hold, secrets::Error> {
        self.vault.hold(organization, &record(chain)).await
    }

    /// Seals a list of endpoints for a command. An event that names it must follow, and then
    /// [`ChainDesk::forget_older`].
    pub async fn seal(
        &self,
        organization: OrganizationId,
        chain: u64,
        command: CommandId,
        urls: &[String],
    ) -> Result<String, secrets::Error> {
        let name = SecretName::new(record(chain), format!("urls {command}"));
        let text = zeroize::Zeroizing::new(Value::from(urls).to_string());
        self.vault.seal(organization, &name, text.as_bytes()).await?;
        Ok(name.field().to_owned())
    }

    /// Forgets what was sealed for a chain but for what is named now.
    pub async fn forget_older(
        &self,
        organization: OrganizationId,
        chain: u64,
    ) -> Result<(), Unopened> {
        let kept: Vec<_> =
            self.named(organization, chain).await?.map(|it| it.sealed).into_iter().collect();
        self.vault.forget_others(organization, &record(chain), &kept).await?;
        Ok(())
    }

    async fn named(
        &self,
        organization: OrganizationId,
        chain: u64,
    ) -> Result<Option<Named>, Unopened> {
        let mut all = self.store.load(&organization.to_string()).await?.aggregate;
        Ok(all.chains.remove(&chain))
    }

    async fn opened(
        &self,
        organization: OrganizationId,
        chain: u64,
        named: Named,
    ) -> Result<Option<Arc<dyn ChainSource>>, Unopened> {
        let key = (organization, chain);
        let is_it = |(sealed, _): &&Open| *sealed == named.sealed;
        let open = || self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let known = open().get(&key).filter(is_it).map(|(_, source)| Arc::clone(source));
        if known.is_some() {
            return Ok(known);
        }
        let (sealed, places) = self.unsealed(organization, chain, named).await?;
        let Some(source) = self.sources.own(chain, places) else { return Ok(None) };
        let mut open = open();
        if open.len() >= MAX_OPEN {
            open.clear();
        }
        open.insert(key, (sealed, Arc::clone(&source)));
        Ok(Some(source))
    }

    /// What was sealed, under its name.
    async fn unsealed(
        &self,
        organization: OrganizationId,
        chain: u64,
        named: Named,
    ) -> Result<(String, Vec<Place>), Unopened> {
        let mut sealed = named.sealed;
        let mut found = self.vault.open(organization, &name(chain, &sealed)).await;
        if matches!(found, Err(secrets::Error::Missing(_))) {
            // Somebody has replaced them between the two readings: what is there now counts.
            let now = self.named(organization, chain).await?;
            sealed = now.map_or(sealed, |it| it.sealed);
            found = self.vault.open(organization, &name(chain, &sealed)).await;
        }
        let urls: Vec<String> = serde_json::from_slice(&found?).map_err(|_| Unopened::Damaged)?;
        let places = urls.iter().map(|url| Place::read(url).map_err(|_| Unopened::Damaged));
        Ok((sealed, places.collect::<Result<_, _>>()?))
    }
}

impl Readers for ChainDesk {
    fn reader(
        &self,
        organization: OrganizationId,
        chain: ChainId,
    ) -> BoxFuture<'_, Result<Option<Arc<dyn ChainReader>>, NoReader>> {
        async move {
            let opened = self.open(organization, chain.0).await;
            let opened = opened.map_err(|error| NoReader { chain, source: error.into() })?;
            Ok(opened.and_then(|source| source.reader()))
        }
        .boxed()
    }
}

/// Under which record the endpoints of a chain are sealed.
fn record(chain: u64) -> String {
    format!("endpoints of chain {chain}")
}

fn name(chain: u64, field: &str) -> SecretName {
    SecretName::new(record(chain), field)
}
