//! A house, a node and a contract on it, and a workflow that watches the contract.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use alloy_primitives::{Address, B256};
use chainkeel::actors::detector::chain_watcher::{ChainSource, ChainSources, Endpoints};
use chainkeel::chains::{Chains, Config, Listed, Place, Unproven};
use chainkeel::egress;
use chainkeel::primitives::{ChainId, Clock, Secret};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::chain_watcher::{CHAIN, transfers};
use crate::support::anvil::{Anvil, Order, Sent};
use crate::support::fault_proxy::FaultProxy;
use crate::support::socket_proxy::SocketProxy;
use crate::support::{Beside, TestApp, app};

/// How much faster than other clocks the one runs by which endpoints are judged: half a minute of
/// patience is a second and a half.
const HASTE: u32 = 20;

/// A house and a node.
pub(super) struct Stage {
    pub(super) app: TestApp,
    pub(super) node: Anvil,
    pub(super) contract: Address,
}

/// The clock of those who judge endpoints.
#[derive(Debug)]
struct Hasty(Instant);

impl Clock for Hasty {
    fn now(&self) -> OffsetDateTime {
        let passed = i64::try_from((self.0.elapsed() * HASTE).as_micros()).unwrap();
        OffsetDateTime::UNIX_EPOCH
            + time::Duration::days(20_000)
            + time::Duration::microseconds(passed)
    }
}

/// Chains that are looked at so often.
pub(super) struct Watched(Chains, Duration);

/// All the time.
const ALWAYS: Duration = Duration::from_millis(20);

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watched")
    }
}

impl ChainSources for Watched {
    fn open(&self, chain: u64) -> Option<Arc<dyn ChainSource>> {
        let reader = self.0.reader(ChainId(chain))?;
        Some(Arc::new(Endpoints::new(chain, reader, self.1)))
    }

    fn own(&self, chain: u64, places: Vec<Place>) -> Option<Arc<dyn ChainSource>> {
        let reader = self.0.own(ChainId(chain), places);
        Some(Arc::new(Endpoints::new(chain, reader, self.1)))
    }

    fn prove<'a>(&'a self, place: &'a Place) -> BoxFuture<'a, Result<u64, Unproven>> {
        self.0.prove(place).boxed()
    }

    fn all(&self) -> Vec<Listed> {
        self.0.all()
    }
}

impl Watched {
    /// The chain of the tests behind these doors, and what organizations name where this is open to
    /// them.
    pub(super) fn behind(doors: &[&FaultProxy], workflows: &egress::Config) -> Self {
        let urls = doors.iter().map(|door| format!("{CHAIN}=http://{}/key", door.address));
        let endpoints = urls.collect::<Vec<_>>().join(",");
        Self::at(&endpoints, workflows, ALWAYS)
    }

    /// The same, for endpoints as they are configured, looked at so often.
    fn at(endpoints: &str, workflows: &egress::Config, each: Duration) -> Self {
        let config = Config { endpoints: Some(Secret::new(endpoints)) };
        let clock = Arc::new(Hasty(Instant::now()));
        Self(Chains::new(&config, workflows, clock).unwrap(), each)
    }
}

impl Stage {
    /// A house where a workflow watches the transfers of the contract with these settings.
    pub(super) async fn of(settings: Value) -> Self {
        let stage = Self::empty().await;
        stage.watches(settings).await;
        stage
    }

    /// A house where nobody watches anything yet.
    pub(super) async fn empty() -> Self {
        let (app, node) = futures::join!(app(), Anvil::start());
        let contract = node.deployed().await;
        node.mine(3).await;
        Self { app, node, contract }
    }

    /// One more workflow; its id.
    pub(super) async fn watches(&self, mut settings: Value) -> String {
        settings["contractAddress"] = json!(self.contract.to_checksum(None));
        self.app.published(&transfers(&settings)).await
    }

    /// An honest way to the node.
    pub(super) fn door(&self) -> FaultProxy {
        FaultProxy::before(&self.node)
    }

    /// A process that watches through these doors; it ends when it is dropped.
    pub(super) fn detector(&self, doors: &[&FaultProxy]) -> Beside {
        self.app.beside(Arc::new(Watched::behind(doors, &egress::Config::default())))
    }

    /// A process that looks so often through a door, and hears of blocks over a stream.
    pub(super) fn hearing(
        &self,
        door: &FaultProxy,
        stream: &SocketProxy,
        each: Duration,
    ) -> Beside {
        let (door, stream) = (door.address, stream.address);
        let endpoints = format!("{CHAIN}=http://{door}/key|ws://{stream}/key");
        self.app.beside(Arc::new(Watched::at(&endpoints, &egress::Config::default(), each)))
    }

    /// The same, once it follows the chain.
    pub(super) async fn following(&self, doors: &[&FaultProxy]) -> Beside {
        let detector = self.detector(doors);
        self.app.until_enrolled(1).await;
        self.until_followed().await;
        detector
    }

    /// A transaction with so many logs, which is in no block yet.
    pub(super) async fn sent(&self, logs: u64) -> Sent {
        self.node.sent(self.contract, Order::of(logs)).await
    }

    /// A block with a log in it.
    pub(super) async fn block_with_a_log(&self) {
        let sent = self.sent(1).await;
        self.node.block(&[&sent]).await;
    }

    /// Waits until the chain is followed to its head as it is now.
    pub(super) async fn until_followed(&self) {
        let (_, hash) = self.node.head().await;
        let at = "select count(*) from chain_cursors where hash = $1";
        self.app.eventually(|| self.app.count_of(at, &hash), |count| *count == 1).await;
    }

    /// Waits until all that there is of the contract's logs has started its runs, and those of
    /// transactions that are gone; then holds the ledger to the chain: one run for each of them, and
    /// no other.
    pub(super) async fn ledger_holds(&self, gone: &[&Sent]) {
        let there = self.node.logs(self.contract).await;
        let gone = gone.iter().flat_map(|sent| (0..sent.logs).map(|ordinal| (sent.hash, ordinal)));
        let logs: BTreeSet<(B256, u64)> = there.into_iter().chain(gone).collect();
        self.app.until_runs(i64::try_from(logs.len()).unwrap()).await;
        let mut started = BTreeSet::new();
        for run in self.runs(logs.len()).await {
            let body = self.app.body_of(&run).await;
            let hash: B256 = serde_json::from_value(body["transactionHash"].clone()).unwrap();
            let log = (hash, body["logOrdinal"].as_u64().unwrap());
            assert!(started.insert(log), "{log:?} started two runs");
        }
        assert_eq!(started, logs, "what started runs is what is on the chain");
        let waiting = "select count(*) from chain_matches where state = 'waiting'";
        self.app.eventually(|| self.app.count(waiting), |count| *count == 0).await;
        let skipped = "select count(*) from chain_matches where state = 'skipped'";
        assert_eq!(self.app.count(skipped).await, 0, "nothing was passed over");
    }

    /// All runs, of which there are so many.
    pub(super) async fn runs(&self, count: usize) -> Vec<String> {
        let items = |page: &Value| page["items"].as_array().unwrap().clone();
        let all = || self.app.client.data("/v1/runs?limit=100");
        let page = self.app.eventually(all, |page| items(page).len() == count).await;
        items(&page).iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect()
    }

    /// How many blocks are still to be read that were passed by.
    pub(super) async fn gaps(&self) -> i64 {
        self.app.count("select count(*) from chain_gaps").await
    }

    /// Waits until something was asked so many times more.
    pub(super) async fn until_asked(&self, door: &FaultProxy, method: &str, times: u64) {
        let before = door.asked(method);
        let asked = || async { door.asked(method) };
        self.app.eventually(asked, |asked| *asked >= before + times).await;
    }
}
