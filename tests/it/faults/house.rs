//! Three nodes with a proxy each before their PostgreSQL, and what is done to them.

use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::crash::server::Server;
use crate::support::database_proxy::DatabaseProxy;
use crate::support::faults::Faults;
use crate::support::postgres::Postgres;

/// How many nodes there are.
pub(super) const NODES: usize = 3;
/// The name of their database.
const DATABASE: &str = "faults";
/// How long a node may take to start once everything around it is well.
const START: Duration = Duration::from_mins(1);

/// One server with all roles, on a machine of its own as far as it can tell.
struct Node {
    home: TempDir,
    proxy: DatabaseProxy,
    faults: Faults,
    server: Mutex<Option<Server>>,
    /// Where it listens, while it does.
    url: Mutex<Option<String>>,
}

/// All of it.
pub(super) struct House {
    nodes: Vec<Node>,
    postgres: Mutex<Postgres>,
    /// Its database, without anything between.
    pub(super) database: String,
    /// What nodes may reach.
    egress: String,
    begun: Instant,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    KillNode,
    StopNode,
    RestartNode,
    Partition,
    CutConnections,
    LoseNotifications,
    SlowNetwork,
    SlowDisk,
    MoveClockOfNode,
    MoveClockOfDatabase,
    KillDatabase,
}

impl Deed {
    const ALL: [Self; 11] = [
        Self::KillNode,
        Self::StopNode,
        Self::RestartNode,
        Self::Partition,
        Self::CutConnections,
        Self::LoseNotifications,
        Self::SlowNetwork,
        Self::SlowDisk,
        Self::MoveClockOfNode,
        Self::MoveClockOfDatabase,
        Self::KillDatabase,
    ];
}

impl House {
    /// Nodes that listen, over a migrated database.
    pub(super) async fn start(egress: &str) -> Self {
        let postgres = Postgres::start(&[]);
        let database = postgres.database(DATABASE).await;
        let node = |_| Node {
            home: tempfile::tempdir().unwrap(),
            proxy: DatabaseProxy::before(&postgres.socket()),
            faults: Faults::none(),
            server: Mutex::new(None),
            url: Mutex::new(None),
        };
        let nodes = (0..NODES).map(node).collect();
        let house = Self {
            nodes,
            postgres: Mutex::new(postgres),
            database,
            egress: egress.to_owned(),
            begun: Instant::now(),
        };
        (0..NODES).for_each(|node| house.start_node(node));
        house
    }

    /// Where a node listened when it was last started; customers try another one when it does not answer.
    pub(super) fn url(&self, node: usize) -> Option<String> {
        self.nodes[node].url.lock().unwrap().clone()
    }

    /// The data directories of the nodes.
    pub(super) fn homes(&self) -> impl Iterator<Item = &std::path::Path> {
        self.nodes.iter().map(|node| node.home.path())
    }

    /// Does harm until the time is over, every kind as often as any other, in an order that the seed says, and
    /// then heals everything. Blocks.
    pub(super) fn suffer(&self, seed: u64, lasting: Duration) {
        let mut chance = StdRng::seed_from_u64(seed);
        let until = Instant::now() + lasting;
        let mut deeds = Vec::new();
        while Instant::now() < until {
            if deeds.is_empty() {
                deeds = Deed::ALL.to_vec();
                deeds.shuffle(&mut chance);
            }
            let deed = deeds.pop().expect("it was filled");
            self.does(deed, &mut chance);
            sleep(Duration::from_millis(chance.random_range(200..1_500)));
        }
        self.heal();
    }

    fn does(&self, deed: Deed, chance: &mut StdRng) {
        let at = chance.random_range(0..NODES);
        let node = &self.nodes[at];
        let lasting = Duration::from_millis(chance.random_range(1_000..8_000));
        eprintln!(
            "{:7.1} s: {deed:?}, node {at}, {lasting:.1?}",
            self.begun.elapsed().as_secs_f64()
        );
        // In one of three cases another node dies while it lasts.
        let other = chance.random_ratio(1, 3).then_some((at + 1) % NODES);
        let meanwhile = || {
            sleep(lasting / 2);
            if let Some(other) = other {
                self.kill_node(other);
                self.start_node(other);
            }
            sleep(lasting / 2);
        };
        match deed {
            Deed::KillNode => {
                self.kill_node(at);
                meanwhile();
                self.start_node(at);
            }
            Deed::StopNode => {
                self.signal(at, Signal::STOP);
                meanwhile();
                self.signal(at, Signal::CONT);
            }
            Deed::RestartNode => {
                self.signal(at, Signal::TERM);
                self.ends(at);
                self.start_node(at);
            }
            Deed::Partition => {
                node.proxy.turn(|weather| weather.dark = true);
                meanwhile();
                node.proxy.turn(|weather| weather.dark = false);
            }
            Deed::CutConnections => node.proxy.turn(|weather| weather.cuts += 1),
            Deed::LoseNotifications => {
                self.nodes.iter().for_each(|node| node.proxy.turn(|weather| weather.deaf = true));
                meanwhile();
                self.nodes.iter().for_each(|node| node.proxy.turn(|weather| weather.deaf = false));
            }
            Deed::SlowNetwork => {
                let late = Duration::from_millis(chance.random_range(5..60));
                node.proxy.turn(|weather| weather.late = late);
                meanwhile();
                node.proxy.turn(|weather| weather.late = Duration::ZERO);
            }
            Deed::SlowDisk => {
                let longer = Duration::from_millis(chance.random_range(20..400));
                self.postgres.lock().unwrap().faults.slow_disk(longer);
                meanwhile();
                self.postgres.lock().unwrap().faults.slow_disk(Duration::ZERO);
            }
            Deed::MoveClockOfNode => {
                // What it decides to be late is late by as much as it is ahead.
                node.faults.clock_ahead(chance.random_range(-600..30));
                meanwhile();
                node.faults.clock_ahead(0);
            }
            Deed::MoveClockOfDatabase => {
                let ahead = chance.random_range(-30..120);
                self.postgres.lock().unwrap().faults.clock_ahead(ahead);
                meanwhile();
                self.postgres.lock().unwrap().faults.clock_ahead(0);
            }
            Deed::KillDatabase => {
                let mut postgres = self.postgres.lock().unwrap();
                postgres.kill();
                sleep(lasting / 4);
                postgres.resume();
            }
        }
        self.supervise();
    }

    /// Starts those again that have ended by themselves, as what supervises a server does.
    fn supervise(&self) {
        for at in 0..NODES {
            let ended =
                self.nodes[at].server.lock().unwrap().as_mut().is_none_or(Server::has_ended);
            if ended {
                eprintln!("node {at} had ended");
                self.start_node(at);
            }
        }
    }

    fn heal(&self) {
        for (at, node) in self.nodes.iter().enumerate() {
            node.faults.clock_ahead(0);
            let calm = |weather: &mut crate::support::database_proxy::Weather| {
                (weather.dark, weather.deaf, weather.late) = (false, false, Duration::ZERO);
            };
            node.proxy.turn(calm);
            self.signal(at, Signal::CONT);
        }
        self.supervise();
    }

    fn start_node(&self, at: usize) {
        let node = &self.nodes[at];
        let mut settings = node.faults.environment().to_vec();
        settings.push(("CHAINKEEL_LOG_FILTER", "off".into()));
        let give_up = Instant::now() + START;
        loop {
            let url = node.proxy.url(DATABASE);
            if let Some(server) = Server::try_with(&url, node.home.path(), &self.egress, &settings)
            {
                *node.url.lock().unwrap() = Some(server.url.clone());
                *node.server.lock().unwrap() = Some(server);
                return;
            }
            assert!(Instant::now() < give_up, "node {at} did not start within {START:?}");
            sleep(Duration::from_millis(100));
        }
    }

    fn kill_node(&self, at: usize) {
        *self.nodes[at].url.lock().unwrap() = None;
        if let Some(mut server) = self.nodes[at].server.lock().unwrap().take() {
            server.kill();
        }
    }

    /// Waits until a node has ended by itself.
    fn ends(&self, at: usize) {
        let give_up = Instant::now() + START;
        while !self.nodes[at].server.lock().unwrap().as_mut().is_none_or(Server::has_ended) {
            assert!(Instant::now() < give_up, "node {at} did not end within {START:?}");
            sleep(Duration::from_millis(20));
        }
    }

    fn signal(&self, at: usize, signal: Signal) {
        if let Some(server) = self.nodes[at].server.lock().unwrap().as_mut()
            && !server.has_ended()
        {
            let _ = kill_process(Pid::from_raw(server.id().cast_signed()).unwrap(), signal);
        }
    }
}
