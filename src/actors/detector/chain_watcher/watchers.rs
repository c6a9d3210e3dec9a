//! One part a chain: it watches while this process holds the chain's lease and the chain has live
//! triggers. That nothing is found twice rests on the cursor's compare-and-swap, not on the lease.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix::Addr;
use sqlx::PgPool;
use tokio::sync::{Notify, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::backfill::Backfill;
use super::delivery::Deliveries;
use super::live::{Live, Obstacle};
use super::looks::Looks;
use super::retraction::Retractions;
use super::roll::Roll;
use super::source::ChainSource;
use crate::actors::detector::Gate;
use crate::actors::rhythm::Rhythm;
use crate::actors::run_desk::RunDesk;
use crate::actors::supervisor::{Supervisor, Watch};
use crate::chains::Listed;
use crate::journal::{ChainWatch, Error, Journal, Leases, Tail as LedgerTail};
use crate::primitives::Clock;
use crate::triggers::evm::{CHAIN_KINDS, MAX_LINKS, Tail, chain_of};
use crate::triggers::{Key, TriggerIndex};

/// The kind under which the leases of chains are kept.
const LEASE: &str = "chain";
/// How often a process that does not watch asks whether it should.
const CANDIDACY: Duration = Duration::from_secs(1);
/// How often is looked which chains have live triggers.
const LOOK: Duration = Duration::from_millis(250);
/// How long the trigger index is waited for at a time.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many beats pass between two clearings of what is final.
const CLEARING: u32 = 256;

/// Where chains are read.
pub trait ChainSources: fmt::Debug + Send + Sync {
    /// The chain with that id; none where it has no endpoints.
    fn open(&self, chain: u64) -> Option<Arc<dyn ChainSource>>;

    /// All chains that are known, by their numbers.
    fn all(&self) -> Vec<Listed> {
        Vec::new()
    }
}

/// Where no chain can be read.
#[derive(Debug, Clone, Copy)]
pub struct NoChains;

impl ChainSources for NoChains {
    fn open(&self, _: u64) -> Option<Arc<dyn ChainSource>> {
        None
    }
}

/// What watches over all chains.
#[derive(Clone)]
pub struct ChainWatchers {
    /// Where what they find is kept.
    pub pool: PgPool,
    /// The ledger.
    pub journal: Journal,
    /// Its end.
    pub tail: LedgerTail,
    /// The live triggers.
    pub index: Arc<TriggerIndex>,
    /// Where chains are read.
    pub sources: Arc<dyn ChainSources>,
    /// Under which leases this process acts, while it does.
    pub standing: watch::Receiver<Option<Leases>>,
    /// Through which runs begin.
    pub gate: Gate,
    /// Where runs are cancelled.
    pub desk: RunDesk,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who cares for the parts.
    pub supervisor: Addr<Supervisor>,
}

impl ChainWatchers {
    /// Sees to it that each chain with live triggers has its part, until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let mut changes: Vec<_> = CHAIN_KINDS.iter().map(|kind| self.index.changes(kind)).collect();
        let mut watched = BTreeSet::new();
        let mut rhythm = Rhythm::new(LOOK, stop);
        let mut first = true;
        while rhythm.beat().await {
            let mut look = std::mem::take(&mut first);
            for receiver in &mut changes {
                look |= receiver.has_changed().unwrap_or_default();
                receiver.mark_unchanged();
            }
            if !look {
                continue;
            }
            for chain in self
                .chains()
                .into_iter()
                .filter(|chain| !watched.contains(chain))
                .collect::<Vec<_>>()
            {
                let Some(source) = self.sources.open(chain) else {
                    tracing::warn!(
                        chain,
                        "chain {chain} has triggers and no endpoint: its triggers do not fire"
                    );
                    watched.insert(chain);
                    continue;
                };
                let part = ChainWatcher { of: self.clone(), chain, source };
                // A name for each chain of the catalogue, for as long as the process lives.
                let name: &'static str = format!("watcher of chain {chain}").leak();
                let part = Watch::new(name, move |stop| part.clone().run(stop));
                if self.supervisor.send(part).await.is_err() {
                    return Err(Error::Closed);
                }
                watched.insert(chain);
            }
        }
        Ok(())
    }

    /// The chains that have live triggers.
    fn chains(&self) -> BTreeSet<u64> {
        let mut chains = BTreeSet::new();
        for kind in CHAIN_KINDS {
            let live = self.index.under(&Key::Kind(kind));
            chains.extend(live.iter().filter_map(|it| chain_of(&it.payload)));
        }
        chains
    }
}

/// What watches one chain.
#[derive(Clone)]
struct ChainWatcher {
    of: ChainWatchers,
    chain: u64,
    source: Arc<dyn ChainSource>,
}

impl ChainWatcher {
    /// Watches, or waits until it may, until it is told to stop.
    async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let mut standing = self.of.standing.clone();
        let key = self.chain.to_string();
        loop {
            let leases = standing.borrow_and_update().clone();
            let watching = async {
                match leases.clone() {
                    Some(leases) => self.watch(leases, &key).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => {
                    if let Some(leases) = leases {
                        leases.release(LEASE, &key).await?;
                    }
                    return Ok(());
                }
                changed = standing.changed() => if changed.is_err() {
                    // Without a member there is nothing to watch for, and the stop ends this.
                    stop.cancelled().await;
                },
                ended = watching => return ended,
            }
        }
    }

    async fn watch(&self, leases: Leases, key: &str) -> Result<(), Error> {
        // Who is not in the index yet would be taken for somebody who is not there.
        let head = self.of.tail.head();
        while !self.of.index.wait_for(head, PATIENCE).await {}
        while leases.acquire(LEASE, key).await?.is_none() {
            sleep(CANDIDACY).await;
        }
        let watch = ChainWatch::new(self.of.pool.clone(), self.chain);
        let (lookout, seen) = watch::channel(None);
        let backfill = Backfill {
            chain: self.chain,
            source: Arc::clone(&self.source),
            watch: watch.clone(),
            leases: leases.clone(),
            lookout: seen,
        };
        let live = Live {
            chain: self.chain,
            source: Arc::clone(&self.source),
            watch,
            leases,
            roll: Roll::new(Arc::clone(&self.of.index), self.chain),
            lookout,
            tail: Tail::default(),
            safe: 0,
            heard: None,
            resting: false,
        };
        let bell = Notify::new();
        tokio::select! {
            ended = async { tokio::try_join!(self.follow(live, &bell), backfill.run()) } => ended.map(drop),
            () = self.source.listen(&bell) => Ok(()),
        }
    }

    async fn follow(&self, mut live: Live, bell: &Notify) -> Result<(), Error> {
        let deliveries =
            Deliveries { chain: self.chain, watch: live.watch.clone(), gate: self.of.gate.clone() };
        let retractions = Retractions {
            chain: self.chain,
            watch: live.watch.clone(),
            journal: self.of.journal.clone(),
            desk: self.of.desk.clone(),
            clock: Arc::clone(&self.of.clock),
        };
        let period = self.source.poll();
        let mut looks = Looks::new(Rhythm::new(period, CancellationToken::new()), period, bell);
        let (mut beats, mut blind) = (0_u32, false);
        while looks.next().await {
            beats = beats.wrapping_add(1);
            if live.roll.is_wanted() {
                blind = self.look(&mut live, blind).await?;
            } else {
                live.rest().await?;
            }
            // What was found is delivered also while the chain cannot be read.
            deliveries.round(&live.roll).await?;
            retractions.round().await?;
            if beats.is_multiple_of(CLEARING) {
                let settled = live.tail.finalized().saturating_sub(MAX_LINKS as u64);
                live.watch.forget_before(super::reading::signed(settled)).await?;
            }
        }
        Ok(())
    }

    /// One look; says whether the chain could not be read.
    async fn look(&self, live: &mut Live, blind: bool) -> Result<bool, Error> {
        let chain = self.chain;
        match live.beat().await {
            Ok(_) => {
                if blind {
                    tracing::info!(chain, "chain {chain} can be read again");
                }
                Ok(false)
            }
            Err(Obstacle::Unread(unread)) => {
                metrics::counter!("chainkeel_chain_unread_total", "chain" => chain.to_string())
                    .increment(1);
                if !blind {
                    let error = &unread as &dyn std::error::Error;
                    tracing::warn!(
                        chain,
                        error,
                        "chain {chain} cannot be read now; nothing of it is passed by"
                    );
                }
                Ok(true)
            }
            Err(Obstacle::Journal(error)) => Err(error),
        }
    }
}
