//! The life of a lane: step by step, for as long as something is to be sent in it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::funds::look;
use super::hindrance::Hindrance;
use super::room::LaneRoom;
use super::watching;
use crate::aggregates::wallet_lane::{Command, Event, Lane, Order, Stage, Step, Wanted};
use crate::chains::{ChainReader, Header, Heads, Market};
use crate::journal::slot_of;
use crate::primitives::{IntentId, RunId};
use crate::projections::transactions::OpenLane;
use crate::spans::Scope;

/// How often a chain is looked at while something of the lane stands in no final block.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The same while nothing of it is on its way: whoever approves may have another process write it down.
const WAIT_FOR: Duration = Duration::from_secs(1);
/// The longest pause after something went wrong; it doubles from the look on.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// Who acts here.
const NAME: &str = "wallet-lane";

/// One lane while it lives.
pub(super) struct LaneLife {
    pub(super) room: LaneRoom,
    pub(super) place: OpenLane,
    wake: Arc<Notify>,
    /// When each transaction was sent the last time.
    pub(super) sent: HashMap<IntentId, Instant>,
    /// Since when each transaction waits for a block, or for its block to be final, where this process saw it.
    pub(super) waits: HashMap<IntentId, OffsetDateTime>,
    told: HashMap<IntentId, String>,
    /// As far as the run was read that gets money for the lane.
    pub(super) read: Option<(RunId, i64)>,
    /// Whether the wallet may have something else than when it was looked at the last time.
    has_spent: bool,
}

/// What a round knows of the chain, asked once for all.
pub(super) struct Round {
    pub(super) nodes: Arc<dyn ChainReader>,
    market: Option<Market>,
    count: Option<u64>,
    heads: Option<Heads>,
    head: Option<Header>,
}

impl Round {
    /// A round that knows nothing yet.
    pub(super) const fn new(nodes: Arc<dyn ChainReader>) -> Self {
        Self { nodes, market: None, count: None, heads: None, head: None }
    }

    /// What being taken into a block costs now.
    pub(super) async fn market(&mut self) -> Result<Market, Hindrance> {
        if let Some(market) = self.market {
            return Ok(market);
        }
        let market = self.nodes.market().await?;
        self.market = Some(market);
        Ok(market)
    }

    /// How many transactions of the lane's address stand in blocks.
    pub(super) async fn count(&mut self, wanted: &Wanted) -> Result<u64, Hindrance> {
        if let Some(count) = self.count {
            return Ok(count);
        }
        let head = self.head().await?;
        let count = self.nodes.nonce(wanted.intent.address, &head).await?;
        let count = count.ok_or(Hindrance::Moving)?;
        self.count = Some(count);
        Ok(count)
    }

    /// The newest block that most endpoints have.
    pub(super) async fn head(&mut self) -> Result<Header, Hindrance> {
        if let Some(head) = &self.head {
            return Ok(head.clone());
        }
        let latest = self.heads().await?.latest;
        let head = self.nodes.header(latest).await?.ok_or(Hindrance::Moving)?;
        self.head = Some(head.clone());
        Ok(head)
    }

    /// How far the chain has come.
    pub(super) async fn heads(&mut self) -> Result<Heads, Hindrance> {
        if let Some(heads) = self.heads {
            return Ok(heads);
        }
        let heads = self.nodes.heads().await?;
        self.heads = Some(heads);
        Ok(heads)
    }
}

impl LaneLife {
    pub(super) fn new(room: LaneRoom, place: OpenLane, wake: Arc<Notify>) -> Self {
        let (sent, waits, told) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { room, place, wake, sent, waits, told, read: None, has_spent: true }
    }

    /// Lives until nothing is left to do, the slot is lost, or it is told to stop.
    pub(super) async fn live(mut self, stop: CancellationToken) {
        let id = self.place.stream().aggregate_id;
        let mut pause = LOOK_EVERY;
        loop {
            let ended = tokio::select! {
                () = stop.cancelled() => return,
                ended = self.go_through(&id) => ended,
            };
            match ended {
                Ok(Rest::Done) | Err(Hindrance::Moved) => return,
                Ok(Rest::Until(Next::Look)) => pause = LOOK_EVERY,
                Ok(Rest::Until(Next::Answer)) => pause = WAIT_FOR,
                Ok(Rest::Until(Next::Try)) => pause = (pause * 2).min(LONGEST_PAUSE),
                Err(hindrance) => {
                    self.tell(None, &hindrance);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Reads the lane, and does what is due in it until nothing moves any more.
    async fn go_through(&mut self, id: &str) -> Result<Rest, Hindrance> {
        let mut lane = self.room.lanes.read(id, Lane::unfinished).await?;
        loop {
            if lane.open.is_empty() && lane.funding.under_way.is_none() {
                self.look().await;
                return Ok(Rest::Done);
            }
            if self.room.ownership.fence(slot_of(id)).is_none() {
                return Err(Hindrance::Moved);
            }
            let nodes = self.room.nodes(self.place.organization, self.place.chain).await?;
            let mut round = Round::new(nodes);
            let (mut has_moved, mut is_well) = (self.tend(&mut lane).await?, true);
            let all: Vec<_> = lane.open.values().map(|wanted| wanted.intent.intent_id).collect();
            for intent in all {
                match self.step(&mut lane, &mut round, intent).await {
                    Ok(true) => {
                        has_moved = true;
                        self.told.remove(&intent);
                    }
                    Ok(false) => {}
                    Err(Hindrance::Moved) => return Err(Hindrance::Moved),
                    Err(hindrance) => {
                        is_well = false;
                        self.tell(Some(intent), &hindrance);
                        lane = self.room.lanes.read(id, Lane::unfinished).await?;
                    }
                }
            }
            self.has_spent |= has_moved;
            if !has_moved {
                self.look().await;
                let waits = |it: &Wanted| matches!(it.stage, Stage::Asked | Stage::Lacking);
                let is_quiet = lane.open.values().all(waits);
                return Ok(Rest::Until(match (is_well, is_quiet) {
                    (false, _) => Next::Try,
                    (true, true) => Next::Answer,
                    (true, false) => Next::Look,
                }));
            }
            lane = self.room.lanes.read(id, Lane::unfinished).await?;
        }
    }

    /// Does what is due for an intent; says whether anything came of it.
    async fn step(
        &mut self,
        lane: &mut Lane,
        round: &mut Round,
        intent: IntentId,
    ) -> Result<bool, Hindrance> {
        let mut has_moved = false;
        // As far as it goes at once: until it was sent, nothing has to be waited for.
        while let Some(wanted) = lane.find(intent).cloned() {
            let Some(order) = self.due(lane, round, &wanted).await? else { break };
            let waits = watching::waits(&order);
            if self.record(lane, order).await?.is_empty() {
                break;
            }
            self.note(&wanted, waits);
            has_moved = true;
        }
        if lane.find(intent).is_none() {
            self.sent.remove(&intent);
            self.waits.remove(&intent);
        }
        Ok(has_moved)
    }

    /// What is due for an intent; what is asked for it is in the trace of its run. Of the looks at the chain
    /// while a block is waited for there are hundreds: in the trace the wait is one span, when it is over.
    async fn due(
        &mut self,
        lane: &mut Lane,
        round: &mut Round,
        wanted: &Wanted,
    ) -> Result<Option<Order>, Hindrance> {
        let scope = self.room.scope(&wanted.intent.origin);
        match wanted.step() {
            Step::Judge => Scope::around(scope, self.judge(round, wanted)).await,
            Step::Ask => Ok(self.ask(wanted)),
            Step::Simulate => Scope::around(scope, self.simulate(lane, round, wanted)).await,
            Step::Fund => self.fund(lane, round, wanted).await,
            Step::Number => Scope::around(scope, self.number(lane, round, wanted)).await,
            Step::Sign => Scope::around(scope, self.sign(round, wanted)).await,
            Step::Broadcast => Scope::around(scope, self.send(round, wanted)).await,
            Step::Watch => self.watch(round, wanted).await,
            Step::Confirm => self.confirm(round, wanted).await,
        }
    }

    /// Looks at what the wallet has, where something was done since the last look; whether it is below its floor
    /// holds nothing up.
    async fn look(&mut self) {
        if !std::mem::take(&mut self.has_spent) {
            return;
        }
        if let Err(hindrance) = look(&self.room, self.floor()).await {
            self.tell(None, &hindrance);
        }
    }

    /// Writes down what an order leads to, as long as the lane is this process's.
    pub(super) async fn record(
        &self,
        lane: &mut Lane,
        order: Order,
    ) -> Result<Vec<Event>, Hindrance> {
        let at = self.room.clock.now();
        let id = self.place.stream().aggregate_id;
        let (by, context) = self.room.as_owner(self.place.organization, NAME, &id)?;
        let command = Command { by, at, order };
        let lanes = &self.room.lanes;
        let done = lanes.execute_and_look(&id, command, context, Lane::unfinished).await?;
        let (events, now) = done;
        *lane = now;
        Ok(events)
    }

    /// Says once what is in the way.
    pub(super) fn tell(&mut self, intent: Option<IntentId>, hindrance: &Hindrance) {
        let words = hindrance.in_words();
        let key = intent.unwrap_or_else(|| IntentId::from_uuid(uuid::Uuid::nil()));
        if self.told.get(&key) == Some(&words) {
            return;
        }
        let OpenLane { organization, wallet, chain } = self.place;
        let what = intent.map_or_else(|| "the lane".to_owned(), |it| format!("transaction {it}"));
        tracing::warn!(
            organization.id = %organization, wallet.id = %wallet, chain,
            "{what} of wallet {wallet} waits on chain {chain} and is tried again: {words}"
        );
        self.told.insert(key, words);
    }
}

/// How a look at a lane ended.
enum Rest {
    /// Nothing is left to do.
    Done,
    /// Until the next look.
    Until(Next),
}

/// For what is waited.
enum Next {
    /// Another look at the chain.
    Look,
    /// Somebody's approval, or money: nothing of the lane is on its way.
    Answer,
    /// Another try of what went wrong.
    Try,
}
