//! One part a view of a chain: it watches while this process holds the lease and there are live
//! triggers. That nothing is found twice rests on the cursor's compare-and-swap, not on the lease.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix::Addr;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqlx::PgPool;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::backfill::Backfill;
use super::delivery::Deliveries;
use super::desk::ChainDesk;
use super::live::{Live, Obstacle};
use super::looks::Looks;
use super::retraction::Retractions;
use super::roll::{Own, Roll};
use super::source::ChainSource;
use crate::actors::detector::Gate;
use crate::actors::rhythm::Rhythm;
use crate::actors::run_desk::RunDesk;
use crate::actors::supervisor::{Supervisor, Watch};
use crate::chains::{Listed, Place, Unproven};
use crate::journal::{
    ChainView as View, ChainViews, ChainWatch, Error, Journal, Leases, OwnView, Tail as LedgerTail,
};
use crate::primitives::{Clock, OrganizationId};
use crate::triggers::evm::{CHAIN_KINDS, MAX_LINKS, Tail, chain_of};
use crate::triggers::{Key, TriggerIndex};

/// The kind under which the leases of chains are kept.
const LEASE: &str = "chain";
/// How often is looked which chains have live triggers.
const LOOK: Duration = Duration::from_millis(250);
/// How many of these looks are one at which organizations have views of their own.
const LOOKS_A_LOOK_AT_VIEWS: u32 = 2;
/// How long the trigger index is waited for at a time.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many beats pass between two clearings of what is final.
const CLEARING: u32 = 256;

/// Where chains are read.
pub trait ChainSources: fmt::Debug + Send + Sync {
    /// The chain with that id; none where the installation has no endpoints of it.
    fn open(&self, chain: u64) -> Option<Arc<dyn ChainSource>>;

    /// The chain with that id through endpoints that an organization named; none where chains are
    /// not read through endpoints.
    fn own(&self, _: u64, _: Vec<Place>) -> Option<Arc<dyn ChainSource>> {
        None
    }

    /// Of which chain a node is that an organization names.
    fn prove<'a>(&'a self, _: &'a Place) -> BoxFuture<'a, Result<u64, Unproven>> {
        let nobody = "this server reads no chains".to_owned();
        async { Err(Unproven::Silent(nobody)) }.boxed()
    }

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
    pub chains: ChainDesk,
    /// Which organizations have views of their own.
    pub views: ChainViews,
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
    /// Sees to it that each view of a chain has its part, until it is told to stop: the
    /// installation's while there are live triggers, an organization's while it names endpoints.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let mut changes: Vec<_> = CHAIN_KINDS.iter().map(|kind| self.index.changes(kind)).collect();
        let mut parts = Parts { heard: watch::Sender::default(), of: HashMap::new() };
        let mut rhythm = Rhythm::new(LOOK, stop);
        let mut looks = 0_u32;
        while rhythm.beat().await {
            let mut look = looks == 0;
            for receiver in &mut changes {
                look |= receiver.has_changed().unwrap_or_default();
                receiver.mark_unchanged();
            }
            if looks.is_multiple_of(LOOKS_A_LOOK_AT_VIEWS) {
                self.look_at_views(&mut parts).await?;
            }
            looks = looks.wrapping_add(1).max(1);
            if look {
                for chain in self.chains() {
                    let key = (chain, View::Installation);
                    if parts.of.contains_key(&key) {
                        continue;
                    }
                    let source = self.chains.installed(chain);
                    if source.is_none() {
                        tracing::warn!(
                            chain,
                            "the installation has no endpoint of chain {chain}: triggers on it do not fire, but for organizations that name their own"
                        );
                    }
                    self.begin(&mut parts, key, source.map(|source| (0, source))).await?;
                }
            }
        }
        Ok(())
    }

    /// Hears which organizations have views of their own, and opens what they named.
    async fn look_at_views(&self, parts: &mut Parts) -> Result<(), Error> {
        let own = match self.views.own().await {
            Ok(own) => own,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "which organizations have views of chains is not known now");
                return Ok(());
            }
        };
        let all: BTreeSet<_> = own.iter().map(|it| (it.chain, it.organization)).collect();
        for ((chain, view), part) in &parts.of {
            if let View::Organization(organization) = view
                && !all.contains(&(*chain, *organization))
            {
                part.send_if_modified(|opened| opened.take().is_some());
            }
        }
        parts.heard.send_if_modified(|heard| {
            let is_news = **heard != all;
            *heard = Arc::new(all);
            is_news
        });
        for OwnView { organization, chain, revision } in own {
            let key = (chain, View::Organization(organization));
            let known = parts.of.get(&key).and_then(|it| it.borrow().as_ref().map(|it| it.0));
            if known == Some(revision) {
                continue;
            }
            match self.chains.own(organization, chain).await {
                Ok(Some(source)) => self.begin(parts, key, Some((revision, source))).await?,
                // They were taken away a moment ago, or chains are not read here.
                Ok(None) => {}
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(
                        chain,
                        %organization,
                        error,
                        "the endpoints that {organization} named for chain {chain} cannot be opened now"
                    );
                }
            }
        }
        Ok(())
    }

    /// Gives a part what it reads from; its first time is its birth.
    async fn begin(
        &self,
        parts: &mut Parts,
        (chain, view): (u64, View),
        opened: Opened,
    ) -> Result<(), Error> {
        if let Some(part) = parts.of.get(&(chain, view)) {
            part.send_replace(opened);
            return Ok(());
        }
        let is_readable = opened.is_some();
        let (part, opened) = watch::channel(opened);
        parts.of.insert((chain, view), part);
        if !is_readable {
            return Ok(());
        }
        let heard = parts.heard.subscribe();
        let watcher = ChainWatcher { of: self.clone(), chain, view, opened, heard };
        // A name for each view that there ever was, for as long as the process lives.
        let name: &'static str = match view {
            View::Installation => format!("watcher of chain {chain}").leak(),
            View::Organization(id) => format!("watcher of chain {chain} for {id}").leak(),
        };
        let part = Watch::new(name, move |stop| watcher.clone().run(stop));
        self.supervisor.send(part).await.map_err(|_| Error::Closed)
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

/// What a part reads from, and which of an organization's lists of endpoints that is.
type Opened = Option<(i64, Arc<dyn ChainSource>)>;

/// The parts that there are.
struct Parts {
    /// Which organizations have views of their own.
    heard: watch::Sender<Arc<BTreeSet<(u64, OrganizationId)>>>,
    of: HashMap<(u64, View), watch::Sender<Opened>>,
}

/// What watches one view of a chain.
#[derive(Clone)]
struct ChainWatcher {
    of: ChainWatchers,
    chain: u64,
    view: View,
    opened: watch::Receiver<Opened>,
    heard: Own,
}

impl ChainWatcher {
    /// Watches, or waits until it may, until it is told to stop.
    async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let mut standing = self.of.standing.clone();
        let key = match self.view {
            View::Installation => self.chain.to_string(),
            View::Organization(id) => format!("{}/{id}", self.chain),
        };
        let mut others = self.opened.clone();
        loop {
            let leases = standing.borrow_and_update().clone();
            let opened = others.borrow_and_update().clone();
            if let (Some(leases), None) = (&leases, &opened) {
                leases.release(LEASE, &key).await?;
            }
            let watching = async {
                match (leases.clone(), opened) {
                    (Some(leases), Some((_, source))) => self.watch(leases, &key, source).await,
                    (None, _) | (_, None) => std::future::pending().await,
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
                changed = others.changed() => if changed.is_err() {
                    // Nobody opens anything any more: the house is closing.
                    stop.cancelled().await;
                },
                ended = watching => return ended,
            }
        }
    }

    async fn watch(
        &self,
        leases: Leases,
        key: &str,
        source: Arc<dyn ChainSource>,
    ) -> Result<(), Error> {
        // Who is not in the index yet would be taken for somebody who is not there.
        let head = self.of.tail.head();
        while !self.of.index.wait_for(head, PATIENCE).await {}
        leases.obtain(LEASE, key).await?;
        let watch = ChainWatch::new(self.of.pool.clone(), self.chain, self.view);
        let (lookout, seen) = watch::channel(None);
        let announcing = Arc::clone(&source);
        let backfill = Backfill {
            chain: self.chain,
            view: self.view,
            source: Arc::clone(&source),
            watch: watch.clone(),
            leases: leases.clone(),
            lookout: seen,
        };
        let live = Live {
            chain: self.chain,
            view: self.view,
            source,
            watch,
            leases,
            roll: Roll::new(Arc::clone(&self.of.index), self.chain, self.view, self.heard.clone()),
            lookout,
            tail: Tail::default(),
            safe: 0,
            heard: None,
            resting: false,
        };
        let bell = Notify::new();
        tokio::select! {
            ended = async { tokio::try_join!(self.follow(live, &bell), backfill.run()) } => ended.map(drop),
            () = announcing.listen(&bell) => Ok(()),
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
        let period = live.source.poll();
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
                metrics::counter!("chainkeel_chain_unread_total", "chain" => chain.to_string(), "view" => self.view.kind())
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
