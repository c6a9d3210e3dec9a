//! All chains of an installation: each is opened when somebody reads it first.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::catalogue::Chain;
use super::config::{Config, InvalidEndpoints, Origin, Source, door};
use super::health::StateName;
use super::place::Place;
use super::pool::{Pool, Standing};
use super::reader::ChainReader;
use crate::egress::{self, Egress};
use crate::primitives::{ChainId, Clock};

/// Why the chains cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// The endpoints cannot be read.
    #[error(transparent)]
    Endpoints(#[from] InvalidEndpoints),
    /// The way out cannot be set up.
    #[error("setting up the way to endpoints of chains: {0}")]
    Egress(#[source] Box<egress::Error>),
}

/// The chains. Nothing else asks their nodes.
pub struct Chains {
    sources: BTreeMap<ChainId, Source>,
    pools: Mutex<BTreeMap<ChainId, Arc<Pool>>>,
    egress: Egress,
    clock: Arc<dyn Clock>,
}

/// A chain, and whom it is read from.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The chain.
    pub chain: Chain,
    /// Who named the endpoints.
    pub origin: Origin,
    /// The endpoints, and what this process thinks of them; `Checking` where it asked none yet.
    pub endpoints: Vec<Standing>,
}

impl fmt::Debug for Chains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chains").field("sources", &self.sources).finish_non_exhaustive()
    }
}

impl Chains {
    /// The chains of the catalogue and of a configuration. What workflows may reach, endpoints may
    /// be at, too.
    pub fn new(
        config: &Config,
        workflows: &egress::Config,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, NotOpened> {
        let sources = config.sources()?;
        let egress = Egress::new(&door(workflows, &sources))
            .map_err(|error| NotOpened::Egress(Box::new(error)))?;
        Ok(Self { sources, pools: Mutex::default(), egress, clock })
    }

    /// Reads a chain; `None` where nobody knows it. The same reader each time: what it has learnt of
    /// its endpoints is kept.
    pub fn reader(&self, id: ChainId) -> Option<Arc<dyn ChainReader>> {
        let source = self.sources.get(&id)?;
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || Arc::new(Pool::new(source, &self.egress, self.clock.clone()));
        let pool: Arc<Pool> = pools.entry(id).or_insert_with(open).clone();
        Some(pool)
    }

    /// What is known of a chain.
    pub fn chain(&self, id: ChainId) -> Option<&Chain> {
        self.sources.get(&id).map(|source| &source.chain)
    }

    /// All chains, by their numbers.
    pub fn all(&self) -> Vec<Listed> {
        let pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let unasked = |place: &Place| Standing {
            host: place.host().to_owned(),
            state: StateName::Checking,
            head: None,
        };
        let listed = |(id, source): (&ChainId, &Source)| Listed {
            chain: source.chain.clone(),
            origin: source.origin,
            endpoints: match pools.get(id) {
                Some(pool) => pool.standings(),
                None => source.places.iter().map(unasked).collect(),
            },
        };
        self.sources.iter().map(listed).collect()
    }
}
