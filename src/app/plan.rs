//! What a process must know to open the house.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;

use super::Error;
use crate::actions::OWN_PROGRAM;
use crate::actors::detector::chain_watcher::{ChainSources, NoChains};
use crate::assistant;
use crate::catalog::Source;
use crate::chains::{self, Chains};
use crate::config::{Config, Role};
use crate::connectors::Clients;
use crate::egress;
use crate::http;
use crate::journal::pool::{self, Logins};
use crate::notary::{self, OutsideCopy};
use crate::primitives::{Clock, Secret, SystemClock};
use crate::projections;
use crate::proof::Origin;
use crate::relay;
use crate::retention;
use crate::secrets::KeySource;
use crate::segments::Shelf;
use crate::signing;
use crate::traces;
use crate::triggers::price::{Feed, Quotes};

/// How many effects a process performs at the same time; more wait their turn.
const EFFECTS_AT_ONCE: usize = 512;

/// How long passes between two looks at what idle wallets have.
const FLOORS_EVERY: Duration = Duration::from_mins(1);

/// What a process needs to know to open the house.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The database, already migrated, by the login of its owner.
    pub database: PgConnectOptions,
    /// By which logins everything but the owner's work is done.
    pub logins: Logins,
    /// Where the outside reaches the API, when that is another address.
    pub public_url: Option<String>,
    /// What this process does.
    pub roles: Vec<Role>,
    /// Which private addresses may be reached.
    pub egress: egress::Config,
    /// What the data keys of secrets are wrapped by.
    pub keys: Arc<dyn KeySource>,
    /// As whom this installation is registered with providers.
    pub clients: Clients,
    /// Where the keys of wallets are.
    pub signing: signing::Config,
    /// How the ledger is signed; `None`: it is not.
    pub proofs: Option<Proofs>,
    /// Where history is that has left the database, and when it leaves.
    pub retained: Option<Retained>,
    /// Where chains are read.
    pub chains: Arc<dyn ChainSources>,
    /// The sources that are asked, and whose streams are listened to.
    pub sources: Vec<&'static Source>,
    /// Where prices come from; without it triggers on prices do not fire.
    pub prices: Option<Feed>,
    /// By whose word policies know what coins and tokens are worth; without it limits in US dollars refuse.
    pub quotes: Option<Quotes>,
    /// Our own program, which is started again to run code.
    pub program: PathBuf,
    /// How many effects are performed at once.
    pub effects_at_once: usize,
    /// How long passes between two looks at what idle wallets have.
    pub floors_every: Duration,
    /// Where traces of runs go.
    pub traces: traces::Config,
    /// How views are looked after.
    pub projections: projections::Config,
    /// Where the ledger is relayed to; `None`: nowhere.
    pub relay: Option<relay::Target>,
    /// Threads for runs, and as many for the API.
    pub threads: usize,
    /// How an operator tells this process from others.
    pub label: String,
    /// How long the assistant waits for a model, if it asks any.
    pub assistant: assistant::Config,
    /// How fast requests may come.
    pub rate_limits: http::rates::Config,
    /// Whether the label is held by this process alone, so that whoever had it before is dead.
    pub exclusive: bool,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// How the ledger is signed.
#[derive(Debug, Clone)]
pub struct Proofs {
    /// The copy outside of the database.
    pub copy: OutsideCopy,
    /// How often.
    pub interval: Duration,
    /// What the ledger is called, where that is chosen.
    pub origin: Option<Origin>,
}

impl Proofs {
    /// What a configuration says, for this data directory.
    fn of(config: &notary::Config, data_dir: &Path) -> Result<Self, Error> {
        Ok(Self {
            copy: OutsideCopy::new(config.place(data_dir)),
            interval: config.interval()?,
            origin: config.origin()?,
        })
    }
}

/// Where history is that has left the database, and when it leaves.
#[derive(Debug, Clone)]
pub struct Retained {
    /// The segments that this process sees.
    pub shelf: Shelf,
    /// When what is done.
    pub pace: retention::Pace,
}

impl Retained {
    /// What a configuration says, for this data directory.
    fn of(config: &retention::Config, data_dir: &Path) -> Result<Self, Error> {
        Ok(Self { shelf: Shelf::new(config.place(data_dir)), pace: config.pace(None)? })
    }
}

impl Plan {
    /// The plan that a configuration stands for. `database` is the configured one.
    pub fn of(
        config: &Config,
        database: PgConnectOptions,
        logins: Logins,
        exclusive: bool,
    ) -> Result<Self, Error> {
        let chains = Chains::new(&config.chains, &config.egress, Arc::new(SystemClock))?;
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Self {
            database,
            logins,
            public_url: config
                .public_url
                .as_ref()
                .map(|url| url.as_str().trim_end_matches('/').to_owned()),
            roles: config.roles.clone(),
            egress: config.egress.clone(),
            keys: config.secrets.source(&config.data_dir)?,
            clients: config.connectors.clients()?,
            signing: config.signing.clone(),
            proofs: Some(Proofs::of(&config.proof, &config.data_dir)?),
            retained: Some(Retained::of(&config.retention, &config.data_dir)?),
            chains: Arc::new(chains),
            sources: Source::all().collect(),
            prices: config.prices.feed()?,
            quotes: config.prices.quotes()?,
            program: PathBuf::from(OWN_PROGRAM),
            effects_at_once: EFFECTS_AT_ONCE,
            floors_every: FLOORS_EVERY,
            traces: config.traces.clone(),
            projections: config.projections.clone(),
            relay: config.relay.target()?,
            threads,
            label: config.data_dir.display().to_string(),
            assistant: config.assistant.clone(),
            rate_limits: config.rate_limits.clone(),
            exclusive,
            clock: Arc::new(SystemClock),
        })
    }

    pub(super) fn public_url_at(&self, address: SocketAddr) -> Arc<str> {
        self.public_url.clone().unwrap_or_else(|| format!("http://{address}")).into()
    }

    pub(super) fn login(&self, role: pool::Role) -> PgConnectOptions {
        self.logins.of(&self.database, role)
    }

    pub(super) fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// Where chains are read at these endpoints, written as `chains.endpoints` is.
pub fn chains_at(endpoints: &str) -> Result<Arc<dyn ChainSources>, Error> {
    let config = chains::Config { endpoints: Some(Secret::new(endpoints)) };
    let outside = egress::Config::default();
    Ok(Arc::new(Chains::new(&config, &outside, Arc::new(SystemClock))?))
}

/// Where no chain is read.
pub fn no_chains() -> Arc<dyn ChainSources> {
    Arc::new(NoChains)
}
