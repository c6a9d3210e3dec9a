//! The house while it is open.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, Arbiter};
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::parts::Parts;
use super::rooms::{Furnished, Rooms};
use super::{Plan, api};
use crate::access::AdminKey;
use crate::actors::{
    CountResidents, Drained, Ownership, Refusals, RunDesk, RunRegistry, StreamHub, Supervisor,
};
use crate::chains::NotOpened;
use crate::config::Role;
use crate::connectors::InvalidClients;
use crate::egress;
use crate::gateway;
use crate::journal::{self, Journal, Tail};
use crate::notary;
use crate::relay;
use crate::retention;
use crate::secrets::{self, Vault};
use crate::signing::{InvalidConfig, Signers};
use crate::telemetry;
use crate::traces;
use crate::triggers::TriggerIndex;
use crate::triggers::price::InvalidFeed;

/// How long runs may take to end what they are doing when the process stops.
const DRAIN: Duration = Duration::from_secs(10);

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
    /// The registrations with providers.
    #[error("reading the registrations with providers")]
    Clients(#[from] InvalidClients),
    /// Where the keys of wallets are.
    #[error("reading where the keys of wallets are")]
    Signing(#[from] InvalidConfig),
    /// How the ledger is signed.
    #[error("reading how the ledger is signed")]
    Proofs(#[from] notary::InvalidConfig),
    /// Where the ledger is relayed to.
    #[error("reading where the ledger is relayed to")]
    Relay(#[from] relay::InvalidConfig),
    /// How a gateway is set up.
    #[error("reading how the gateway is set up")]
    Gateway(#[from] gateway::InvalidConfig),
    /// The source of prices.
    #[error("reading where prices come from")]
    Prices(#[from] InvalidFeed),
    /// What leaves the database.
    #[error("reading what leaves the database")]
    Retention(#[from] retention::InvalidConfig),
    /// Where traces go.
    #[error("reading where traces go")]
    Traces(#[from] traces::InvalidConfig),
    /// The endpoints of chains.
    #[error("opening the endpoints of chains")]
    Chains(#[from] NotOpened),
    /// The socket.
    #[error("listening for requests")]
    Listen(#[source] io::Error),
    /// The metrics.
    #[error("starting the metrics")]
    Telemetry(#[from] telemetry::Error),
    /// The socket of a signer.
    #[error("answering behind the signer's socket")]
    Socket(#[source] io::Error),
    /// The signals by which a process is told to stop.
    #[error("waiting for signals")]
    Signals(#[source] io::Error),
    /// A part of the house could not be started.
    #[error("starting {0}")]
    Part(&'static str),
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
    /// Who signs for wallets.
    pub signers: Signers,
    registries: Vec<Addr<RunRegistry>>,
    arbiters: Vec<Arbiter>,
    supervisor: Addr<Supervisor>,
    hub: StreamHub,
    refusals: Refusals,
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
        let (stopping, stop) = (CancellationToken::new(), CancellationToken::new());
        let Furnished { rooms, lanes, reader, arbiters, registries } =
            Rooms::furnish(&plan, metrics).await?;
        let supervisor = Supervisor::new(stop.clone()).start();
        let parts = Parts { plan: &plan, supervisor: &supervisor, rooms: &rooms };
        parts.start(lanes, reader).await?;
        let (mut address, mut server) = (None, None);
        if plan.has(Role::Api) {
            let at = door.local_addr().map_err(Error::Listen)?;
            server = Some(api::open(&rooms, &plan, (door, at), admin_key, stopping.clone())?);
            address = Some(at);
        }
        Ok(Self {
            address,
            journal: rooms.journal,
            tail: rooms.tail,
            desk: rooms.desk,
            index: rooms.index,
            ownership: rooms.ownership,
            pool: rooms.pool,
            vault: rooms.vault,
            signers: rooms.signers,
            registries,
            arbiters,
            supervisor,
            hub: rooms.hub,
            refusals: rooms.refusals,
            server,
            stopping,
            stop,
        })
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
        if let Err(error) = self.refusals.record_all(&self.journal).await {
            tracing::warn!("the last refusals are not in the audit log: {error}");
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
