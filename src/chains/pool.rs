//! The endpoints of one chain: who is asked, how often, and what is thought of the answers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alloy_primitives::B256;
use futures::future::BoxFuture;
use serde::Serialize;

use super::catalogue::Chain;
use super::config::{Origin, Source};
use super::error::Error;
use super::fault::Fault;
use super::health::{Health, State, StateName};
use super::known::Known;
use super::rpc::{Asked, Rpc};
use super::stretch::Stretch;
use crate::egress::Egress;
use crate::primitives::Clock;

/// How often a call waits for its turn before it goes elsewhere.
const MAX_WAITS: usize = 50;

/// How the host of an organization's endpoint is called in metrics and traces.
const OF_AN_ORGANIZATION: &str = "an organization's";

/// All endpoints of a chain. It is asked through [`super::ChainReader`].
pub(super) struct Pool {
    pub(super) chain: Chain,
    pub(super) nodes: Vec<Arc<Node>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) known: Mutex<Known>,
    turn: AtomicUsize,
    /// Whose endpoints these are.
    origin: Origin,
}

/// One endpoint.
pub(super) struct Node {
    pub(super) rpc: Arc<Rpc>,
    index: usize,
    host: Arc<str>,
    health: Mutex<Health>,
    stretch: Mutex<Stretch>,
}

/// What is thought of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Its host.
    pub host: String,
    /// What it is.
    pub state: StateName,
    /// The highest block that it said it has.
    pub head: Option<u64>,
}

impl Standing {
    /// An endpoint that was not asked yet.
    pub fn unasked(host: &str) -> Self {
        Self { host: host.to_owned(), state: StateName::Checking, head: None }
    }
}

impl Node {
    pub(super) fn index(&self) -> usize {
        self.index
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stretch(&self) -> MutexGuard<'_, Stretch> {
        self.stretch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    pub(super) fn new(source: &Source, egress: &Egress, clock: Arc<dyn Clock>) -> Self {
        let now = clock.now();
        let asked = |place: &super::place::Place| Asked {
            chain: source.chain.id,
            host: match source.origin {
                Origin::Organization => OF_AN_ORGANIZATION.into(),
                Origin::Public | Origin::Configured => place.shared_host(),
            },
        };
        let node = |(index, place): (usize, &super::place::Place)| {
            Arc::new(Node {
                rpc: Arc::new(Rpc::new(egress.clone(), place.clone(), asked(place))),
                index,
                host: place.shared_host(),
                health: Mutex::new(Health::new(now)),
                stretch: Mutex::default(),
            })
        };
        Self {
            chain: source.chain.clone(),
            nodes: source.places.iter().enumerate().map(node).collect(),
            clock,
            known: Mutex::default(),
            turn: AtomicUsize::new(0),
            origin: source.origin,
        }
    }

    /// What is thought of each endpoint now.
    pub(super) fn standings_now(&self) -> Vec<Standing> {
        let now = self.clock.now();
        let standing = |node: &Arc<Node>| {
            let mut health = node.health();
            let state = health.state(now).name();
            Standing { host: node.host().to_owned(), state, head: health.head() }
        };
        self.nodes.iter().map(standing).collect()
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The endpoints that may be asked, best first: those that keep up, by turns; those that are
    /// not known yet; those that are behind.
    pub(super) fn askable(&self, preferred: Option<usize>) -> Vec<Arc<Node>> {
        let now = self.clock.now();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = self.nodes.len().max(1);
        let mut ranked: Vec<(u8, usize, &Arc<Node>)> = self
            .nodes
            .iter()
            .filter_map(|node| {
                let rank = match node.health().state(now) {
                    State::Alive if preferred == Some(node.index) => 0,
                    State::Alive => 1,
                    State::Checking => 2,
                    State::Lagging => 3,
                    State::RateLimited(_) | State::Broken(_) | State::WrongChain(_) => return None,
                };
                Some((rank, (node.index + turn) % count, node))
            })
            .collect();
        ranked.sort_by_key(|(rank, turn, _)| (*rank, *turn));
        ranked.into_iter().map(|(_, _, node)| node.clone()).collect()
    }

    /// Makes one call to an endpoint when it may be made, and learns from the answer. All that is
    /// wrong with an answer is found within the call, so that it counts against who gave it.
    pub(super) async fn heard<T>(
        &self,
        node: &Node,
        call: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        self.turn_of(node).await?;
        let told = call.await;
        match &told {
            Ok(_) => node.health().answered(),
            Err(fault) => self.failed(node, fault),
        }
        let (chain, host) = (self.chain.slug.clone(), self.host_in_metrics(node));
        metrics::counter!(
            "chainkeel_chain_requests_total", "chain" => chain, "host" => host
        )
        .increment(1);
        told
    }

    /// Holds a fault against an endpoint.
    pub(super) fn failed(&self, node: &Node, fault: &Fault) {
        let now = self.clock.now();
        let mut health = node.health();
        let before = health.state(now);
        health.failed(fault, now);
        let after = health.state(now);
        drop(health);
        let (chain, host) = (self.chain.slug.as_str(), node.host());
        if before != after && matches!(after, State::Broken(_)) {
            tracing::warn!(chain, host, %fault, "{host} failed too often: chain {chain} is read from others");
        }
        metrics::counter!(
            "chainkeel_chain_errors_total",
            "chain" => chain.to_owned(), "host" => self.host_in_metrics(node), "kind" => fault.kind()
        )
        .increment(1);
    }

    /// Gauges and hosts of many organizations would be many, and are nobody else's business.
    pub(super) fn is_of_an_organization(&self) -> bool {
        self.origin == Origin::Organization
    }

    pub(super) fn host_in_metrics(&self, node: &Node) -> String {
        if self.is_of_an_organization() {
            OF_AN_ORGANIZATION.to_owned()
        } else {
            node.host().to_owned()
        }
    }

    async fn turn_of(&self, node: &Node) -> Result<(), Fault> {
        for _ in 0..MAX_WAITS {
            let taken = node.health().take(self.clock.now());
            match taken {
                Ok(()) => return Ok(()),
                Err(wait) => tokio::time::sleep(wait).await,
            }
        }
        Err(Fault::Busy(None))
    }

    /// Makes sure that an endpoint is of this chain before anything that it says counts.
    pub(super) async fn prove(&self, node: &Node) -> Result<(), Fault> {
        if node.health().state(self.clock.now()) != State::Checking {
            return Ok(());
        }
        let id = self.heard(node, node.rpc.chain_id()).await?;
        if id != self.chain.id.0 {
            return Err(self.wrong(node, &format!("it is of chain {id}")));
        }
        if let Some(genesis) = self.chain.genesis {
            // A node that has thrown its first blocks away cannot show them.
            let first = self.heard(node, self.header_call(node, 0)).await;
            if let Ok(Some(first)) = first
                && first.hash != genesis
            {
                return Err(self.wrong(node, "its first block is another one"));
            }
        }
        node.health().is_right();
        Ok(())
    }

    fn wrong(&self, node: &Node, problem: &str) -> Fault {
        node.health().is_wrong(self.clock.now());
        let (chain, host) = (self.chain.slug.as_str(), node.host());
        tracing::error!(chain, host, problem, "{host} is no endpoint of chain {chain}: {problem}");
        Fault::Invented(problem.to_owned())
    }

    /// Asks one endpoint after the other until one has what is wanted. `None` says that all that
    /// could be asked lack it, and that none failed.
    pub(super) async fn first<'a, T>(
        &'a self,
        preferred: Option<usize>,
        subject: &str,
        call: impl Fn(Arc<Node>) -> BoxFuture<'a, Result<Option<T>, Fault>>,
    ) -> Result<Option<T>, Error> {
        let mut heard = Hearing::default();
        for node in self.askable(preferred) {
            let told = match self.prove(&node).await {
                Ok(()) => call(node.clone()).await,
                Err(fault) => Err(fault),
            };
            match told {
                Ok(Some(found)) => return Ok(Some(found)),
                Ok(None) => heard.lacks(),
                Err(fault) => heard.note(self, &node, fault)?,
            }
        }
        heard.end(self, subject).map(|()| None)
    }

    /// Which endpoint showed a block last.
    pub(super) fn shown_by(&self, block: B256) -> Option<usize> {
        self.known().header(block).map(|(node, _)| node)
    }
}

/// What endpoints said that did not have what was wanted.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    is_absent: bool,
    is_too_much: bool,
    is_pruned: bool,
    problems: Vec<String>,
}

impl Hearing {
    /// One does not have it.
    pub(super) fn lacks(&mut self) {
        self.is_absent = true;
    }

    /// One failed. What all would say ends the hearing.
    pub(super) fn note(&mut self, pool: &Pool, node: &Node, fault: Fault) -> Result<(), Error> {
        match fault {
            Fault::Missing => self.is_absent = true,
            Fault::Refused(refusal) => {
                return Err(Error::Refused { chain: pool.chain.id, problem: refusal.words });
            }
            Fault::Pruned => self.is_pruned = true,
            Fault::TooMuch(_) => self.is_too_much = true,
            fault @ (Fault::Silent(_)
            | Fault::Busy(_)
            | Fault::Unserved
            | Fault::Ill(_)
            | Fault::Invented(_)) => self.problems.push(format!("{}: {fault}", node.host())),
        }
        Ok(())
    }

    /// What follows when nobody is left to ask: it is absent, or nobody knows.
    pub(super) fn end(self, pool: &Pool, subject: &str) -> Result<(), Error> {
        let chain = pool.chain.id;
        if self.is_too_much {
            return Err(Error::TooLarge { chain, block: subject.to_owned() });
        }
        if self.is_pruned {
            return Err(Error::Pruned { chain, block: subject.to_owned() });
        }
        if self.is_absent && self.problems.is_empty() {
            return Ok(());
        }
        let problem = if self.problems.is_empty() {
            let told = pool.standings_now().into_iter();
            let told = told.map(|standing| format!("{} is {:?}", standing.host, standing.state));
            told.collect::<Vec<_>>().join(", ")
        } else {
            self.problems.join("; ")
        };
        Err(Error::Unreachable { chain, problem })
    }
}
