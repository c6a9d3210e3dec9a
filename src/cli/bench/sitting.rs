//! A house with what measurements need of it: a client, a peer, and eyes for runs that finish.

use std::net::TcpListener;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::postgres::PgConnectOptions;

use super::drive::Finishes;
use super::ledger;
use super::peer::Peer;
use crate::access::AdminKey;
use crate::actions::OWN_PROGRAM;
use crate::app::{House, Plan, chains_at};
use crate::cli::client::{Client, Error, Server};
use crate::config::Role;
use crate::egress;
use crate::journal::migrate;
use crate::journal::pool::{self, Logins};
use crate::primitives::{Clock, SystemClock};
use crate::projections;
use crate::projections::builds::State;
use crate::secrets::NoKey;
use crate::signing;

/// What is open during a sitting.
pub(super) struct Sitting {
    /// The house.
    pub(super) house: House,
    /// Who asks it.
    pub(super) client: Client,
    /// Sees its runs finish.
    pub(super) finishes: Finishes,
    /// The key that it shows.
    pub(super) key: String,
    plan: Plan,
    metrics: PrometheusHandle,
    /// Connections as the owner of its database.
    pub(super) owner: sqlx::PgPool,
    pub(super) database: PgConnectOptions,
    echo: Peer,
    pub(super) echo_url: String,
    watching: tokio::task::AbortHandle,
}

impl Sitting {
    pub(super) async fn open(
        database: PgConnectOptions,
        metrics: PrometheusHandle,
        change: impl FnOnce(&mut Plan),
    ) -> Result<Self, Error> {
        let owner = pool::owner(&database, 4);
        migrate::run(&owner, SystemClock.now())
            .await
            .map_err(|error| failed("migrating", &error))?;
        let echo = Peer::echo().map_err(|error| failed("starting a peer", &error))?;
        let opening = format!("127.0.0.1/32:{}", echo.address.port());
        let allow = opening.parse().map(|opening| vec![opening]);
        let allow = allow.map_err(|error| failed("opening the door to the peer", &error))?;
        let (key, admin_key) = AdminKey::generate(rand::random());
        let mut plan = Plan {
            database: database.clone(),
            logins: Logins::OneForAll,
            public_url: None,
            roles: Role::ALL.to_vec(),
            egress: egress::Config { allow },
            keys: Arc::new(NoKey),
            clients: crate::connectors::Clients::default(),
            signing: signing::Config::default(),
            proofs: None,
            retained: None,
            chains: crate::app::no_chains(),
            sources: Vec::new(),
            prices: None,
            quotes: None,
            program: OWN_PROGRAM.into(),
            effects_at_once: 512,
            floors_every: std::time::Duration::from_mins(1),
            traces: crate::traces::Config::default(),
            projections: projections::Config::default(),
            relay: None,
            threads: 2,
            label: "bench".to_owned(),
            assistant: crate::assistant::Config::default(),
            rate_limits: crate::http::rates::Config::default(),
            exclusive: true,
            clock: Arc::new(SystemClock),
        };
        change(&mut plan);
        let door = TcpListener::bind("127.0.0.1:0").map_err(|error| failed("listening", &error))?;
        let house = House::open(plan.clone(), door, admin_key, metrics.clone()).await;
        let house = house.map_err(|error| failed("opening the house", &error))?;
        let url = house.url().unwrap_or_default();
        let server = Server { url, api_key: None, organization: None, json: true };
        let client = Client::new(&server, Some(&key))?;
        let executes = plan.roles.contains(&Role::Worker);
        while executes
            && house.ownership.slots().len() < usize::try_from(crate::journal::SLOTS).unwrap_or(0)
        {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let finishes = Finishes::default();
        let watching = finishes.clone().spawn(house.tail.clone());
        let echo_url = format!("http://{}/", echo.address);
        Ok(Self {
            house,
            client,
            finishes,
            key,
            plan,
            metrics,
            owner,
            database,
            echo,
            echo_url,
            watching,
        })
    }

    /// A process beside the house that watches the development chain at this node.
    pub(super) async fn detector(&self, node: &str) -> Result<House, Error> {
        let chains = chains_at(&format!("31337={node}"));
        let chains = chains.map_err(|error| failed("the node", &error))?;
        let plan = Plan {
            chains,
            roles: vec![Role::Detector],
            label: "a detector of bench".to_owned(),
            exclusive: false,
            ..self.plan.clone()
        };
        let door = TcpListener::bind("127.0.0.1:0").map_err(|error| failed("listening", &error))?;
        let (_, key) = AdminKey::generate(rand::random());
        House::open(plan, door, key, self.metrics.clone())
            .await
            .map_err(|error| failed("opening a detector", &error))
    }

    /// How many events the slowest view is behind the ledger now.
    pub(super) async fn views_behind(&self) -> Result<i64, Error> {
        let builds = projections::builds::list(&self.house.pool).await;
        let builds = builds.map_err(|error| Error::Outcome(error.to_string()))?;
        let live = builds.iter().filter(|build| build.state == State::Live);
        let slowest = live.map(|build| build.position).min().unwrap_or_default();
        Ok(self.house.tail.head() - slowest)
    }

    pub(super) async fn rebuild(&self, name: &'static str) -> Result<ledger::Measured, Error> {
        ledger::rebuild_view(&self.database, &self.house, name).await
    }

    pub(super) async fn close(self) {
        self.watching.abort();
        self.house.close().await;
        self.echo.stop().await;
        self.owner.close().await;
    }
}

/// A database of a private server that holds nothing yet.
pub(super) async fn fresh_database(
    server: &PgConnectOptions,
    name: &str,
) -> Result<PgConnectOptions, Error> {
    let create = format!("create database {name}");
    let made = sqlx::raw_sql(&create).execute(&pool::owner(server, 1)).await;
    made.map_err(|error| failed("making a database", &error))?;
    Ok(server.clone().database(name))
}

/// What went wrong, and why.
pub(super) fn failed(what: &str, error: &dyn std::error::Error) -> Error {
    Error::Outcome(format!("{what}: {}", crate::cli::Failure::of(error)))
}

/// Tells a person who waits what is being measured.
pub(super) struct Steps(ProgressBar);

impl Steps {
    pub(super) fn new(json: bool) -> Self {
        let bar = if json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} measuring {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Self(bar)
    }

    /// Now it is this.
    pub(super) fn show(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    /// Something that stays beside the figures.
    pub(super) fn tell(&self, what: &str) {
        self.0.println(what);
    }

    pub(super) fn done(&self) {
        self.0.finish_and_clear();
    }
}
