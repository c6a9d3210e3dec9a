//! All chains of an installation: each is opened when somebody reads it first.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::catalogue::Chain;
use super::config::{Config, InvalidEndpoints, Origin, Source, door};
use super::fault::Fault;
use super::place::Place;
use super::pool::{Pool, Standing};
use super::reader::ChainReader;
use super::rpc::{Asked, Rpc};
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
    /// The way to what organizations name: that of their workflows.
    outside: Egress,
    clock: Arc<dyn Clock>,
}

/// Why it is not known of which chain a node is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// It was not reached. The text names the host at most.
    #[error("{0}")]
    Silent(String),
    /// What came back is not what a node answers.
    #[error("what is there does not answer as a node does: it may want another key, or be none")]
    NoNode,
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
        let way = |config: &egress::Config| {
            Egress::new(config).map_err(|error| NotOpened::Egress(Box::new(error)))
        };
        let (egress, outside) = (way(&door(workflows, &sources))?, way(workflows)?);
        Ok(Self { sources, pools: Mutex::default(), egress, outside, clock })
    }

    /// Reads a chain through endpoints that an organization named, whatever the installation knows
    /// of it. Each call gives a reader that has learnt nothing yet.
    pub fn own(&self, id: ChainId, places: Vec<Place>) -> Arc<dyn ChainReader> {
        let chain = self.known(id);
        let source = Source { chain, origin: Origin::Organization, places };
        Arc::new(Pool::new(&source, &self.outside, self.clock.clone()))
    }

    /// What is known of a chain, or assumed of one that nobody knows.
    pub fn known(&self, id: ChainId) -> Chain {
        self.chain(id).cloned().unwrap_or_else(|| Chain::unknown(id))
    }

    /// Asks a node that an organization names of which chain it is.
    pub async fn prove(&self, place: &Place) -> Result<u64, Unproven> {
        // Of which one it is, is the question; nobody traces it.
        let asked = Asked { chain: ChainId(0), host: place.shared_host() };
        let rpc = Arc::new(Rpc::new(self.outside.clone(), place.clone(), asked));
        match rpc.chain_id().await {
            Ok(id) => Ok(id),
            Err(Fault::Silent(problem)) => Err(Unproven::Silent(problem)),
            Err(Fault::Busy(_)) => Err(Unproven::Silent("it is asked too often now".to_owned())),
            // The words of a node may hold the key.
            Err(
                Fault::TooMuch(_)
                | Fault::Refused(_)
                | Fault::Missing
                | Fault::Pruned
                | Fault::Unserved
                | Fault::Ill(_)
                | Fault::Invented(_),
            ) => Err(Unproven::NoNode),
        }
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
        let unasked = |place: &Place| Standing::unasked(place.host());
        let listed = |(id, source): (&ChainId, &Source)| Listed {
            chain: source.chain.clone(),
            origin: source.origin,
            endpoints: match pools.get(id) {
                Some(pool) => pool.standings_now(),
                None => source.places.iter().map(unasked).collect(),
            },
        };
        self.sources.iter().map(listed).collect()
    }
}
