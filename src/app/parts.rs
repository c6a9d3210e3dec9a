//! What goes on in an open house without being asked, each part under the supervisor.

use std::sync::Arc;

use actix::Addr;
use cqrs_es::Aggregate;
use tokio::sync::{Mutex, mpsc, watch};

use super::rooms::Rooms;
use super::{Error, Plan, Renewal};
use crate::actors::detector::chain_watcher::{ChainTurning, ChainWatchers};
use crate::actors::detector::{ClockTower, Poller, PriceWatch};
use crate::actors::events::{
    Courier, EventReaction, EventStarter, EventSubscriber, EventTally, HookPost, SequenceClerk,
    SequenceEnds, SequenceReaction, Standing,
};
use crate::actors::views::{ViewBuilder, ViewDoctor};
use crate::actors::wallets::{FloorClerk, LaneKeeper, SignatureReaction, WalletReaction};
use crate::actors::wallets::{PaymentReaction, SaleReaction, SignatureDesk};
use crate::actors::{
    ApprovalReaction, Exhaustion, Follower, Heir, IndexKeeper, KeyUseClerk, Kin, Membership,
    Patience, Postman, Reaction, RefusalClerk, Relay, Safety, Supervisor, TableReaction, TaskClerk,
    TaskReaction, Timers, Tracer, UsageClerk, Watch, housekeeping, offices,
};
use crate::config::Role;
use crate::hooks;
use crate::journal::pool;
use crate::journal::{
    self, ChainViews, EventFigures, Inbox, Outbox, Reactions, Runs, Store, TailReader,
};
use crate::notary::Notary;
use crate::projections::rebuild::Means;
use crate::projections::{self, HouseViews, Lookout, Views};
use crate::retention::Archivist;
use crate::secrets;

/// Connections for what the house reads across organizations: timers, tasks, takeovers.
const HOUSE_CONNECTIONS: u32 = 3;

/// Starts the parts.
pub(super) struct Parts<'a> {
    pub(super) plan: &'a Plan,
    pub(super) supervisor: &'a Addr<Supervisor>,
    pub(super) rooms: &'a Rooms,
}

impl Parts<'_> {
    pub(super) async fn start(
        &self,
        lanes: Vec<journal::Lane>,
        reader: TailReader,
    ) -> Result<(), Error> {
        for (lane, name) in lanes.into_iter().zip(["lane 1", "lane 2", "lane 3", "lane 4"]) {
            self.watch(offices::lane(name, lane)).await?;
        }
        let (gained, slots) = mpsc::unbounded_channel();
        let (standing, stand) = watch::channel(None);
        let runs = if self.plan.has(Role::Worker) { Runs::Wanted } else { Runs::Unwanted };
        let membership = Membership {
            pool: self.rooms.pool.clone(),
            journal: self.rooms.journal.clone(),
            label: self.plan.label.clone(),
            runs,
            ownership: Arc::clone(&self.rooms.ownership),
            standing,
            bells: self.rooms.bells.clone(),
            gained,
        };
        self.watch(Watch::new("membership", move |stop| membership.clone().run(stop))).await?;
        let standing = stand.clone();
        self.watch(offices::sequencer(self.rooms.pool.clone(), stand, self.rooms.bells.clone()))
            .await?;
        self.watch(offices::tail(reader)).await?;
        self.watch(offices::listener(self.rooms.pool.clone(), self.rooms.bells.clone())).await?;
        let keeper = IndexKeeper {
            journal: self.rooms.journal.clone(),
            tail: self.rooms.tail.clone(),
            index: Arc::clone(&self.rooms.index),
            views: Views::new(self.rooms.pool.clone()),
            across: HouseViews::new(pool::house(&self.plan.login(pool::Role::House), 1)),
            positions: self.rooms.positions.clone(),
        };
        self.watch(Watch::new("trigger index", move |stop| keeper.clone().run(stop))).await?;
        if self.plan.has(Role::Api) {
            let (hub, tail) = (self.rooms.hub.clone(), self.rooms.tail.clone());
            let journal = self.rooms.journal.clone();
            self.watch(Watch::new("stream hub", move |stop| {
                hub.clone().run(journal.clone(), tail.clone(), stop)
            }))
            .await?;
            let (uses, journal) = (self.rooms.key_uses.clone(), self.rooms.journal.clone());
            let clerk = KeyUseClerk::new(uses, journal, Arc::clone(&self.rooms.clock));
            self.watch(Watch::new("key use clerk", move |stop| clerk.clone().run(stop))).await?;
            let clerk = RefusalClerk {
                refusals: self.rooms.refusals.clone(),
                journal: self.rooms.journal.clone(),
                clock: Arc::clone(&self.rooms.clock),
            };
            self.watch(Watch::new("refusal clerk", move |stop| clerk.clone().run(stop))).await?;
        }
        if self.plan.has(Role::Detector) {
            self.start_detectors(&standing).await?;
        }
        if self.plan.has(Role::Projector) {
            Box::pin(self.start_views()).await?;
        }
        if self.plan.has(Role::Worker) {
            self.start_worker(slots).await?;
            self.start_reactions(&standing).await?;
            self.start_hooks(&standing).await?;
            self.start_notary(&standing).await?;
            Box::pin(self.start_archivist(&standing)).await?;
        }
        self.start_tracing(&standing).await?;
        if self.plan.has(Role::Relay) {
            self.start_relay(&standing).await?;
        }
        self.watch(offices::metrics(
            self.rooms.metrics.clone(),
            self.rooms.journal.clone(),
            self.rooms.tail.clone(),
            Arc::clone(&self.rooms.ownership),
        ))
        .await?;
        let owner = pool::owner(&self.plan.database, 1);
        let clock = Arc::clone(&self.rooms.clock);
        self.watch(housekeeping::part(
            self.rooms.journal.clone(),
            self.rooms.pool.clone(),
            owner,
            clock,
        ))
        .await
    }

    /// Who keeps the views up, builds them anew, and looks whether they are right.
    async fn start_views(&self) -> Result<(), Error> {
        let lookout = Lookout::new(self.plan.login(pool::Role::Projector));
        for projection in projections::all() {
            let (lookout, tail) = (lookout.clone(), self.rooms.tail.clone());
            let positions = self.rooms.positions.clone();
            self.watch(offices::projector(*projection, lookout, tail, positions)).await?;
        }
        let means = Means {
            database: self.plan.login(pool::Role::Projector),
            journal: self.rooms.journal.clone(),
        };
        let builder = ViewBuilder {
            means: means.clone(),
            effort: self.plan.projections.effort(),
            clock: Arc::clone(&self.rooms.clock),
        };
        self.watch(Watch::new("view builder", move |stop| builder.clone().run(stop))).await?;
        let doctor = ViewDoctor {
            means,
            every: self.plan.projections.interval(),
            mend: self.plan.projections.mend,
            rebuild: self.plan.projections.rebuild,
            effort: self.plan.projections.effort(),
            clock: Arc::clone(&self.rooms.clock),
        };
        self.watch(Watch::new("view doctor", move |stop| doctor.clone().run(stop))).await
    }

    async fn start_worker(&self, slots: mpsc::UnboundedReceiver<Vec<i16>>) -> Result<(), Error> {
        let across = pool::house(&self.plan.login(pool::Role::House), HOUSE_CONNECTIONS);
        let across = HouseViews::new(across);
        let timers = Timers {
            views: across.clone(),
            ownership: Arc::clone(&self.rooms.ownership),
            desk: self.rooms.desk.clone(),
            clock: Arc::clone(&self.rooms.clock),
        };
        // The view of the same matter is a part, too, and parts are known by their names.
        self.watch(Watch::new("due timers", move |stop| timers.clone().run(stop))).await?;
        let (ownership, clock) = (Arc::clone(&self.rooms.ownership), Arc::clone(&self.rooms.clock));
        let clerk = TaskClerk::new(self.rooms.journal.clone(), across.clone(), ownership, clock);
        self.watch(Watch::new("task clerk", move |stop| clerk.clone().run(stop))).await?;
        let (ownership, clock) = (Arc::clone(&self.rooms.ownership), Arc::clone(&self.rooms.clock));
        let clerk = UsageClerk::new(self.rooms.journal.clone(), across.clone(), ownership, clock);
        self.watch(Watch::new("usage clerk", move |stop| clerk.clone().run(stop))).await?;
        let clerk = SequenceClerk {
            views: across.clone(),
            ownership: Arc::clone(&self.rooms.ownership),
            journal: self.rooms.journal.clone(),
            instances: Store::sequence_instances(self.rooms.journal.clone()),
            clock: Arc::clone(&self.rooms.clock),
        };
        self.watch(Watch::new("sequence clerk", move |stop| clerk.clone().run(stop))).await?;
        let keeper = LaneKeeper { room: self.rooms.lanes.clone(), views: across.clone() };
        self.watch(Watch::new("wallet lanes", move |stop| keeper.clone().run(stop))).await?;
        let clerk = FloorClerk {
            room: self.rooms.lanes.clone(),
            views: across.clone(),
            every: self.plan.floors_every,
        };
        self.watch(Watch::new("wallet balances", move |stop| clerk.clone().run(stop))).await?;
        let postman = Postman {
            inbox: Inbox::new(self.rooms.pool.clone()),
            bells: self.rooms.bells.clone(),
            ownership: Arc::clone(&self.rooms.ownership),
            desk: self.rooms.desk.clone(),
        };
        self.watch(Watch::new("postman", move |stop| postman.clone().run(stop))).await?;
        let vault = self.rooms.vault.clone();
        let keeper = Watch::new("secrets", move |stop| secrets::keep(vault.clone(), stop));
        self.watch(keeper).await?;
        let heir = Arc::new(Heir {
            gained: Mutex::new(slots),
            views: across,
            positions: self.rooms.positions.clone(),
            tail: self.rooms.tail.clone(),
            desk: self.rooms.desk.clone(),
        });
        let heir = Watch::new("heir", move |stop| {
            let heir = Arc::clone(&heir);
            async move { heir.run(stop).await }
        });
        self.watch(heir).await
    }

    /// What signs the ledger.
    async fn start_notary(
        &self,
        standing: &watch::Receiver<Option<journal::Leases>>,
    ) -> Result<(), Error> {
        let Some(proofs) = self.plan.proofs.clone() else { return Ok(()) };
        let notary = Notary {
            journal: self.rooms.journal.clone(),
            signers: self.rooms.signers.clone(),
            copy: proofs.copy,
            interval: proofs.interval,
            origin: proofs.origin,
            standing: standing.clone(),
        };
        self.watch(Watch::new("notary", move |stop| notary.clone().run(stop))).await
    }

    /// What lets months of runs leave the database, and deletes what organizations let go.
    async fn start_archivist(
        &self,
        standing: &watch::Receiver<Option<journal::Leases>>,
    ) -> Result<(), Error> {
        let plan = &self.plan;
        let Some((proofs, kept)) = plan.proofs.clone().zip(plan.retained.clone()) else {
            return Ok(());
        };
        let archivist = Archivist::new(
            self.rooms.journal.clone(),
            kept.shelf,
            proofs.copy,
            (kept.pace, Arc::clone(&self.rooms.clock)),
            Arc::new(Renewal(Means {
                database: self.plan.login(pool::Role::Projector),
                journal: self.rooms.journal.clone(),
            })),
        );
        let standing = standing.clone();
        self.watch(Watch::new("archivist", move |stop| {
            archivist.clone().run(standing.clone(), stop)
        }))
        .await
    }

    /// What tells a collector of what is done for runs, and of runs that have ended.
    async fn start_tracing(
        &self,
        standing: &watch::Receiver<Option<journal::Leases>>,
    ) -> Result<(), Error> {
        let Some(tracing) = self.rooms.tracing.clone() else { return Ok(()) };
        let collecting = tracing.clone();
        let part = Watch::new("collected traces", move |stop| collecting.clone().collect(stop));
        self.watch(part).await?;
        if !self.plan.has(Role::Worker) {
            return Ok(());
        }
        let tracer = Tracer {
            journal: self.rooms.journal.clone(),
            tail: self.rooms.tail.clone(),
            standing: standing.clone(),
            post: tracing.post,
            clock: Arc::clone(&self.rooms.clock),
        };
        self.watch(Watch::new("traces of runs", move |stop| tracer.clone().run(stop))).await
    }

    /// What publishes the ledger to readers elsewhere.
    async fn start_relay(
        &self,
        standing: &watch::Receiver<Option<journal::Leases>>,
    ) -> Result<(), Error> {
        let Some(target) = self.plan.relay.clone() else { return Ok(()) };
        let relay = Relay {
            journal: self.rooms.journal.clone(),
            tail: self.rooms.tail.clone(),
            index: Arc::clone(&self.rooms.index),
            ledger: self.rooms.ledger.clone(),
            target,
            standing: standing.clone(),
        };
        self.watch(Watch::new("relay", move |stop| relay.clone().run(stop))).await
    }

    /// What tells others of runs.
    async fn start_hooks(
        &self,
        standing: &watch::Receiver<Option<journal::Leases>>,
    ) -> Result<(), Error> {
        let known = Arc::new(Standing::hooks());
        self.stand("standing execution hooks", &known).await?;
        let post = HookPost {
            journal: self.rooms.journal.clone(),
            tail: self.rooms.tail.clone(),
            office: hooks::Office::new(self.rooms.pool.clone()),
            hooks: Store::execution_hooks(self.rooms.journal.clone()),
            known,
            vault: self.rooms.vault.clone(),
            egress: self.rooms.egress.clone(),
            clock: Arc::clone(&self.rooms.clock),
            standing: standing.clone(),
        };
        self.watch(Watch::new("execution hooks", move |stop| post.clone().run(stop))).await
    }

    /// What looks for triggers to fire.
    async fn start_detectors(
        &self,
        standing: &watch::Receiver<Option<journal::Leases>>,
    ) -> Result<(), Error> {
        let watchers = ChainWatchers {
            pool: self.rooms.pool.clone(),
            journal: self.rooms.journal.clone(),
            tail: self.rooms.tail.clone(),
            index: Arc::clone(&self.rooms.index),
            chains: self.rooms.chains.clone(),
            views: ChainViews::new(self.rooms.pool.clone()),
            standing: standing.clone(),
            gate: self.rooms.gate.clone(),
            desk: self.rooms.desk.clone(),
            clock: Arc::clone(&self.rooms.clock),
            supervisor: self.supervisor.clone(),
        };
        self.watch(Watch::new("chain watchers", move |stop| watchers.clone().run(stop))).await?;
        let tower = ClockTower {
            index: Arc::clone(&self.rooms.index),
            gate: self.rooms.gate.clone(),
            desk: self.rooms.desk.clone(),
            journal: self.rooms.journal.clone(),
            standing: standing.clone(),
            clock: Arc::clone(&self.rooms.clock),
        };
        self.watch(Watch::new("clock tower", move |stop| tower.clone().run(stop))).await?;
        let poller = Poller {
            sources: self.plan.sources.clone(),
            journal: self.rooms.journal.clone(),
            index: Arc::clone(&self.rooms.index),
            gate: self.rooms.gate.clone(),
            connectors: self.rooms.connectors.clone(),
            egress: self.rooms.egress.clone(),
            cursors: self.rooms.cursors.clone(),
            clock: Arc::clone(&self.rooms.clock),
            standing: standing.clone(),
        };
        self.watch(Watch::new("source poller", move |stop| poller.clone().run(stop))).await?;
        let Some(feed) = self.plan.prices.clone() else { return Ok(()) };
        let prices = PriceWatch {
            feed,
            egress: self.rooms.egress.clone(),
            index: Arc::clone(&self.rooms.index),
            gate: self.rooms.gate.clone(),
            journal: self.rooms.journal.clone(),
            standing: standing.clone(),
            clock: Arc::clone(&self.rooms.clock),
        };
        self.watch(Watch::new("price watch", move |stop| prices.clone().run(stop))).await
    }

    /// What the house does because something stands on the ledger: a line a reaction.
    async fn start_reactions(
        &self,
        standing: &watch::Receiver<Option<journal::Leases>>,
    ) -> Result<(), Error> {
        let (tally, figures) = (EventTally::default(), EventFigures::new(self.rooms.pool.clone()));
        let kept = tally.clone();
        let keep = move |stop| kept.clone().keep(figures.clone(), stop);
        self.watch(Watch::new("event tally", keep)).await?;
        let subscribed = Arc::new(Standing::subscriptions());
        self.stand("standing subscriptions", &subscribed).await?;
        let sequences = Arc::new(Standing::sequences());
        self.stand("standing sequences", &sequences).await?;
        let (subscriptions, outbox) = (
            Store::event_subscriptions(self.rooms.journal.clone()),
            Outbox::new(self.rooms.pool.clone()),
        );
        let courier = Courier {
            outbox: outbox.clone(),
            reactions: Reactions::new(self.rooms.pool.clone()),
            journal: self.rooms.journal.clone(),
            subscriptions: subscriptions.clone(),
            standing: Arc::clone(&subscribed),
            vault: self.rooms.vault.clone(),
            egress: self.rooms.egress.clone(),
            clock: Arc::clone(&self.rooms.clock),
        };
        self.watch(Watch::new("event courier", move |stop| courier.clone().run(stop))).await?;
        let reactions: Vec<Arc<dyn Reaction>> = vec![
            Arc::new(EventSubscriber::new(subscriptions, subscribed, outbox)),
            Arc::new(SequenceReaction::new(
                sequences,
                Store::sequence_instances(self.rooms.journal.clone()),
                Views::new(self.rooms.pool.clone()),
            )),
            Arc::new(SequenceEnds::new(self.rooms.journal.clone())),
            Arc::new(TaskReaction::new(self.rooms.journal.clone(), self.rooms.desk.clone())),
            Arc::new(ApprovalReaction::new(self.rooms.journal.clone())),
            Arc::new(WalletReaction::new(
                self.rooms.journal.clone(),
                self.rooms.lanes.clone(),
                self.rooms.desk.clone(),
            )),
            Arc::new(SignatureReaction::new(
                self.rooms.journal.clone(),
                self.rooms.lanes.clone(),
                self.rooms.desk.clone(),
            )),
            Arc::new(SaleReaction::new(
                self.rooms.cashier.clone(),
                (self.rooms.gate.clone(), self.rooms.desk.clone()),
                Arc::clone(&self.rooms.index),
            )),
            Arc::new(PaymentReaction::new(SignatureDesk::new(self.rooms.lanes.clone()))),
            Arc::new(ChainTurning::new(ChainViews::new(self.rooms.pool.clone()))),
            Arc::new(TableReaction::new(self.rooms.data.clone())),
            Arc::new(Kin::new(self.rooms.journal.clone(), self.rooms.desk.clone())),
            Arc::new(EventReaction::new(
                self.rooms.desk.clone(),
                Views::new(self.rooms.pool.clone()),
                self.rooms.positions.clone(),
                (tally, Arc::clone(&self.rooms.clock)),
            )),
            Arc::new(EventStarter::new(
                (self.rooms.gate.clone(), self.rooms.desk.clone()),
                Arc::clone(&self.rooms.index),
                Views::new(self.rooms.pool.clone()),
                self.rooms.positions.clone(),
            )),
            Arc::new(Exhaustion::new(self.rooms.journal.clone(), Arc::clone(&self.rooms.index))),
            Arc::new(Safety::new(
                self.rooms.journal.clone(),
                Views::new(self.rooms.pool.clone()),
                self.rooms.positions.clone(),
                Arc::clone(&self.rooms.clock),
            )),
        ];
        for reaction in reactions {
            let name = reaction.name();
            let follower = Follower {
                reaction,
                journal: self.rooms.journal.clone(),
                tail: self.rooms.tail.clone(),
                standing: standing.clone(),
                patience: Patience::default(),
            };
            self.watch(Watch::new(name, move |stop| follower.clone().run(stop))).await?;
        }
        Ok(())
    }

    /// Keeps in memory what events are held against.
    async fn stand<A>(&self, name: &'static str, standing: &Arc<Standing<A>>) -> Result<(), Error>
    where
        A: Aggregate + Clone + Send + Sync + 'static,
        A::Event: Send + Sync,
    {
        let (journal, tail) = (self.rooms.journal.clone(), self.rooms.tail.clone());
        let standing = Arc::clone(standing);
        let keep = move |stop| {
            let (standing, journal, tail) = (Arc::clone(&standing), journal.clone(), tail.clone());
            async move { standing.keep(journal, tail, stop).await }
        };
        self.watch(Watch::new(name, keep)).await
    }

    async fn watch(&self, part: Watch) -> Result<(), Error> {
        let name = part.name();
        self.supervisor.send(part).await.map_err(|_| Error::Part(name))
    }
}
