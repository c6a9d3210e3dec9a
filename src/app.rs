//! The composition root: the one place that knows every room and puts them together.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex, mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::access::{AdminKey, WebhookSecrets};
use crate::actions::{Actions, OWN_PROGRAM, Tools};
use crate::actors::{
    CountResidents, Drained, EventReaction, Exhaustion, Follower, Heir, Household, IndexKeeper,
    Kin, Means, Membership, Ownership, Patience, Performer, Postman, Reaction, RunDesk,
    RunRegistry, StreamHub, Supervisor, TaskClerk, TaskReaction, Timers, UsageClerk, Watch,
    housekeeping, offices,
};
use crate::catalog::Registry;
use crate::config::{Config, Role};
use crate::egress::{self, Egress};
use crate::http;
use crate::journal::pool::{self, Logins};
use crate::journal::{self, Bells, Entries, Inbox, Journal, Runs, Store, Tail, TailReader};
use crate::primitives::{Clock, SystemClock};
use crate::projections::{self, HouseViews, Positions, Views};
use crate::secrets::{self, KeySource, Vault};
use crate::telemetry;
use crate::triggers::TriggerIndex;
use crate::validation::Validators;

/// How long the tail waits for a bell before it looks for itself.
const TAIL_POLL: Duration = Duration::from_millis(100);
/// How long runs may take to end what they are doing when the process stops.
const DRAIN: Duration = Duration::from_secs(10);
/// How many effects a process performs at the same time; more wait their turn.
const EFFECTS_AT_ONCE: usize = 512;
/// Connections of the serving pool: two lanes, the sequencer, the listener, and readers.
const SERVING_CONNECTIONS: u32 = 24;
/// Connections for what the house reads across organizations: timers, tasks, takeovers.
const HOUSE_CONNECTIONS: u32 = 3;

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
    /// Our own program, which is started again to run code.
    pub program: PathBuf,
    /// How many effects are performed at once.
    pub effects_at_once: usize,
    /// Threads for runs, and as many for the API.
    pub threads: usize,
    /// How an operator tells this process from others.
    pub label: String,
    /// How fast requests may come.
    pub rate_limits: http::rates::Config,
    /// Whether the label is held by this process alone, so that whoever had it before is dead.
    pub exclusive: bool,
}

impl Plan {
    /// The plan that a configuration stands for. `database` is the configured one.
    pub fn of(
        config: &Config,
        database: PgConnectOptions,
        logins: Logins,
        exclusive: bool,
    ) -> Result<Self, secrets::Error> {
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
            program: PathBuf::from(OWN_PROGRAM),
            effects_at_once: EFFECTS_AT_ONCE,
            threads,
            label: config.data_dir.display().to_string(),
            rate_limits: config.rate_limits.clone(),
            exclusive,
        })
    }

    fn public_url_at(&self, address: SocketAddr) -> Arc<str> {
        self.public_url.clone().unwrap_or_else(|| format!("http://{address}")).into()
    }

    fn login(&self, role: pool::Role) -> PgConnectOptions {
        self.logins.of(&self.database, role)
    }

    fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// Why the house could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger.
    #[error("opening the ledger")]
    Journal(#[from] journal::Error),
    /// The outbound door.
    #[error("opening the outbound door")]
    Egress(#[source] Box<egress::Error>),
    /// The keys for secrets.
    #[error("reading the keys for secrets")]
    Secrets(#[from] secrets::Error),
    /// The socket.
    #[error("listening for requests")]
    Listen(#[source] io::Error),
    /// The metrics.
    #[error("starting the metrics")]
    Telemetry(#[from] telemetry::Error),
    /// The signals by which a process is told to stop.
    #[error("waiting for signals")]
    Signals(#[source] io::Error),
    /// A part of the house could not be started.
    #[error("starting {0}")]
    Part(&'static str),
}

/// Serves until the process is told to stop, and drains what is under way.
///
/// `exclusive`: no other process serves from this data directory, so that whoever did is dead.
pub async fn serve(
    config: Config,
    database: PgConnectOptions,
    logins: Logins,
    exclusive: bool,
    key: AdminKey,
    door: TcpListener,
) -> Result<(), Error> {
    let metrics = telemetry::measure()?;
    let plan = Plan::of(&config, database, logins, exclusive)?;
    let house = House::open(plan, door, key, metrics).await?;
    told_to_stop().await.map_err(Error::Signals)?;
    tracing::info!("stopping: what is under way comes to its end first");
    house.close().await;
    Ok(())
}

/// Resolves at Ctrl-C or `kill`.
async fn told_to_stop() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// An open house. Its parts are public for those who measure and test it.
pub struct House {
    /// Where the API listens; `None` without that role.
    pub address: Option<SocketAddr>,
    /// The ledger.
    pub journal: Journal,
    /// Its end.
    pub tail: Tail,
    /// The door to runs.
    pub desk: RunDesk,
    /// The live triggers.
    pub index: Arc<TriggerIndex>,
    /// The slots of this process.
    pub ownership: Arc<Ownership>,
    /// The pool with the rights of what serves.
    pub pool: PgPool,
    /// The secrets of all organizations.
    pub vault: Vault,
    registries: Vec<Addr<RunRegistry>>,
    arbiters: Vec<Arbiter>,
    supervisor: Addr<Supervisor>,
    hub: StreamHub,
    server: Option<actix_web::dev::ServerHandle>,
    /// Nothing new is taken any more.
    stopping: CancellationToken,
    /// Every part ends.
    stop: CancellationToken,
}

impl House {
    /// Opens the house. Must be called on an actix system, which has to go on while it is open.
    ///
    /// `door` is where the API listens; it is not used without that role.
    pub async fn open(
        plan: Plan,
        door: TcpListener,
        admin_key: AdminKey,
        metrics: PrometheusHandle,
    ) -> Result<Self, Error> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (stopping, stop) = (CancellationToken::new(), CancellationToken::new());
        let serving = pool::serving(&plan.login(pool::Role::App), SERVING_CONNECTIONS);
        let vault = Vault::new(serving.clone(), Arc::clone(&plan.keys));
        let secrets = WebhookSecrets::new(journal::webhook_key(&serving, rand::random()).await?);
        if plan.exclusive {
            journal::Leases::bury(&serving, &plan.label).await?;
        }
        let bells = Bells::default();
        let (journal, lanes) = Journal::open(serving.clone(), &bells, journal::Config::default());
        let (tail, reader) = Tail::open(journal.clone(), bells.clone(), TAIL_POLL).await?;
        let (ownership, index) = (Arc::<Ownership>::default(), Arc::<TriggerIndex>::default());
        let egress = Egress::new(&plan.egress).map_err(|error| Error::Egress(Box::new(error)))?;
        let positions = Positions::new(serving.clone());
        let performer = performer(&plan, &egress, &journal, &positions, &clock);
        let house = Arc::new(Household {
            journal: journal.clone(),
            ownership: Arc::clone(&ownership),
            clock: Arc::clone(&clock),
        });
        let (arbiters, registries) = registries(&plan, &house, &performer);
        let desk = RunDesk::new(Means {
            registries: registries.clone(),
            ownership: Arc::clone(&ownership),
            index: Arc::clone(&index),
            journal: journal.clone(),
            inbox: Inbox::new(serving.clone()),
            tail: tail.clone(),
            clock: Arc::clone(&clock),
        });
        let hub = StreamHub::default();
        let supervisor = Supervisor::new(stop.clone()).start();
        let parts = Parts {
            plan: &plan,
            supervisor: &supervisor,
            pool: &serving,
            bells: &bells,
            vault: &vault,
            journal: &journal,
            tail: &tail,
            desk: &desk,
            hub: &hub,
            positions: &positions,
            clock: &clock,
            ownership: &ownership,
            index: &index,
            metrics: &metrics,
        };
        parts.start(lanes, reader).await?;
        let mut opened = Self {
            address: None,
            journal: journal.clone(),
            tail: tail.clone(),
            desk: desk.clone(),
            index: Arc::clone(&index),
            ownership,
            pool: serving.clone(),
            vault,
            registries,
            arbiters,
            supervisor,
            hub: hub.clone(),
            server: None,
            stopping: stopping.clone(),
            stop,
        };
        if plan.has(Role::Api) {
            let address = door.local_addr().map_err(Error::Listen)?;
            let api = http::api::Api {
                journal: journal.clone(),
                tail,
                workflows: Store::workflows(journal.clone()),
                tasks: Store::tasks(journal.clone()),
                events: Store::events(journal.clone()),
                accounts: Store::accounts(journal.clone()),
                schemas: Store::schemas(journal),
                validators: Validators::new(plan.program.clone()),
                desk,
                hub,
                views: Views::new(serving),
                positions,
                index,
                catalog: Registry::builtin(),
                admin_key,
                webhook_secrets: secrets,
                public_url: plan.public_url_at(address),
                metrics,
                clock,
                stopping,
                in_flight: http::idempotency::InFlight::default(),
                playing: http::playing::Playing::default(),
                rates: http::rates::Rates::new(&plan.rate_limits),
            };
            opened.server = Some(answer(door, api, plan.threads)?);
            opened.address = Some(address);
        }
        Ok(opened)
    }

    /// The API's address as a URL.
    pub fn url(&self) -> Option<String> {
        self.address.map(|address| format!("http://{address}"))
    }

    /// How many runs are in memory.
    pub async fn residents(&self) -> usize {
        let mut count = 0;
        for registry in &self.registries {
            count += registry.send(CountResidents).await.unwrap_or_default();
        }
        count
    }

    /// Closes the house in order: nothing new is taken, streams end, requests and effects come to
    /// their end, what is queued is recorded, and the slots are given back.
    pub async fn close(self) {
        self.stopping.cancel();
        self.hub.close();
        if let Some(server) = &self.server {
            server.stop(true).await;
        }
        let give_up = tokio::time::Instant::now() + DRAIN;
        while self.residents().await > 0 && tokio::time::Instant::now() < give_up {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.journal.close();
        self.stop.cancel();
        if tokio::time::timeout(DRAIN, self.supervisor.send(Drained)).await.is_err() {
            tracing::warn!("some parts did not end within {} s", DRAIN.as_secs());
        }
        for arbiter in self.arbiters {
            arbiter.stop();
        }
    }
}

/// Performs effects with all the actions there are.
fn performer(
    plan: &Plan,
    egress: &Egress,
    journal: &Journal,
    positions: &Positions,
    clock: &Arc<dyn Clock>,
) -> Performer {
    let actions = Actions::builtin(Tools {
        egress,
        program: plan.program.clone(),
        entries: Entries::new(journal.clone()),
        keys: projections::storage::Storage::new(
            Views::new(journal.pool().clone()),
            positions.clone(),
        ),
        clock: Arc::clone(clock),
    });
    Performer::new(Arc::new(actions), plan.effects_at_once)
}

/// Answers requests from here on.
fn answer(
    door: TcpListener,
    api: http::api::Api,
    threads: usize,
) -> Result<actix_web::dev::ServerHandle, Error> {
    let server = http::server::serve(door, api, threads).map_err(Error::Listen)?;
    let handle = server.handle();
    Arbiter::current().spawn(async move {
        if let Err(error) = server.await {
            tracing::error!("the HTTP server ended: {error}");
        }
    });
    Ok(handle)
}

/// One registry a thread, each with its share of the slots; none in a process that does not work.
fn registries(
    plan: &Plan,
    house: &Arc<Household>,
    performer: &Performer,
) -> (Vec<Arbiter>, Vec<Addr<RunRegistry>>) {
    let threads = if plan.has(Role::Worker) { plan.threads.max(1) } else { 0 };
    (0..threads)
        .map(|_| {
            let arbiter = Arbiter::new();
            let (house, performer) = (Arc::clone(house), performer.clone());
            let registry = RunRegistry::start_in_arbiter(&arbiter.handle(), move |_| {
                RunRegistry::new(house, performer)
            });
            (arbiter, registry)
        })
        .unzip()
}

/// What the parts are made of.
struct Parts<'a> {
    plan: &'a Plan,
    supervisor: &'a Addr<Supervisor>,
    pool: &'a PgPool,
    bells: &'a Bells,
    vault: &'a Vault,
    journal: &'a Journal,
    tail: &'a Tail,
    desk: &'a RunDesk,
    hub: &'a StreamHub,
    positions: &'a Positions,
    clock: &'a Arc<dyn Clock>,
    ownership: &'a Arc<Ownership>,
    index: &'a Arc<TriggerIndex>,
    metrics: &'a PrometheusHandle,
}

impl Parts<'_> {
    async fn start(&self, lanes: Vec<journal::Lane>, reader: TailReader) -> Result<(), Error> {
        for (lane, name) in lanes.into_iter().zip(["lane 1", "lane 2", "lane 3", "lane 4"]) {
            self.watch(offices::lane(name, lane)).await?;
        }
        let (gained, slots) = mpsc::unbounded_channel();
        let (standing, stand) = watch::channel(None);
        let runs = if self.plan.has(Role::Worker) { Runs::Wanted } else { Runs::Unwanted };
        let membership = Membership {
            pool: self.pool.clone(),
            label: self.plan.label.clone(),
            runs,
            ownership: Arc::clone(self.ownership),
            standing,
            gained,
        };
        self.watch(Watch::new("membership", move |stop| membership.clone().run(stop))).await?;
        let standing = stand.clone();
        self.watch(offices::sequencer(self.pool.clone(), stand, self.bells.clone())).await?;
        self.watch(offices::tail(reader)).await?;
        self.watch(offices::listener(self.pool.clone(), self.bells.clone())).await?;
        let keeper = IndexKeeper {
            journal: self.journal.clone(),
            tail: self.tail.clone(),
            index: Arc::clone(self.index),
        };
        self.watch(Watch::new("trigger index", move |stop| keeper.clone().run(stop))).await?;
        if self.plan.has(Role::Api) {
            let (hub, tail) = (self.hub.clone(), self.tail.clone());
            self.watch(Watch::new("stream hub", move |stop| hub.clone().run(tail.clone(), stop)))
                .await?;
        }
        if self.plan.has(Role::Projector) {
            for projection in projections::all() {
                let database = self.plan.login(pool::Role::Projector);
                let tail = self.tail.clone();
                let positions = self.positions.clone();
                self.watch(offices::projector(*projection, database, tail, positions)).await?;
            }
        }
        if self.plan.has(Role::Worker) {
            self.start_worker(slots).await?;
            self.start_reactions(&standing).await?;
        }
        self.watch(offices::metrics(
            self.metrics.clone(),
            self.journal.clone(),
            self.tail.clone(),
            Arc::clone(self.ownership),
        ))
        .await?;
        let owner = pool::owner(&self.plan.database, 1);
        let clock = Arc::clone(self.clock);
        self.watch(housekeeping::part(self.journal.clone(), self.pool.clone(), owner, clock)).await
    }

    async fn start_worker(&self, slots: mpsc::UnboundedReceiver<Vec<i16>>) -> Result<(), Error> {
        let across = pool::house(&self.plan.login(pool::Role::House), HOUSE_CONNECTIONS);
        let across = HouseViews::new(across);
        let timers = Timers {
            views: across.clone(),
            ownership: Arc::clone(self.ownership),
            desk: self.desk.clone(),
            clock: Arc::clone(self.clock),
        };
        // The view of the same matter is a part, too, and parts are known by their names.
        self.watch(Watch::new("due timers", move |stop| timers.clone().run(stop))).await?;
        let (ownership, clock) = (Arc::clone(self.ownership), Arc::clone(self.clock));
        let clerk = TaskClerk::new(self.journal.clone(), across.clone(), ownership, clock);
        self.watch(Watch::new("task clerk", move |stop| clerk.clone().run(stop))).await?;
        let (ownership, clock) = (Arc::clone(self.ownership), Arc::clone(self.clock));
        let clerk = UsageClerk::new(self.journal.clone(), across.clone(), ownership, clock);
        self.watch(Watch::new("usage clerk", move |stop| clerk.clone().run(stop))).await?;
        let postman = Postman {
            inbox: Inbox::new(self.pool.clone()),
            bells: self.bells.clone(),
            ownership: Arc::clone(self.ownership),
            desk: self.desk.clone(),
        };
        self.watch(Watch::new("postman", move |stop| postman.clone().run(stop))).await?;
        let vault = self.vault.clone();
        let keeper = Watch::new("secrets", move |stop| secrets::keep(vault.clone(), stop));
        self.watch(keeper).await?;
        let heir = Arc::new(Heir {
            gained: Mutex::new(slots),
            views: across,
            positions: self.positions.clone(),
            tail: self.tail.clone(),
            desk: self.desk.clone(),
        });
        let heir = Watch::new("heir", move |stop| {
            let heir = Arc::clone(&heir);
            async move { heir.run(stop).await }
        });
        self.watch(heir).await
    }

    /// What the house does because something stands on the ledger: a line a reaction.
    async fn start_reactions(
        &self,
        standing: &watch::Receiver<Option<journal::Leases>>,
    ) -> Result<(), Error> {
        let reactions: Vec<Arc<dyn Reaction>> = vec![
            Arc::new(TaskReaction::new(self.journal.clone(), self.desk.clone())),
            Arc::new(Kin::new(self.journal.clone(), self.desk.clone())),
            Arc::new(EventReaction::new(
                self.desk.clone(),
                Views::new(self.pool.clone()),
                self.positions.clone(),
            )),
            Arc::new(Exhaustion::new(self.journal.clone(), Arc::clone(self.index))),
        ];
        for reaction in reactions {
            let name = reaction.name();
            let follower = Follower {
                reaction,
                journal: self.journal.clone(),
                tail: self.tail.clone(),
                standing: standing.clone(),
                patience: Patience::default(),
            };
            self.watch(Watch::new(name, move |stop| follower.clone().run(stop))).await?;
        }
        Ok(())
    }

    async fn watch(&self, part: Watch) -> Result<(), Error> {
        let name = part.name();
        self.supervisor.send(part).await.map_err(|_| Error::Part(name))
    }
}
