//! Follows the ledger and puts down what each endpoint is to be told. The position moves in the transaction
//! that puts down, so that nothing is lost or told twice under two ids, whenever the process dies.
//!
//! An endpoint that takes less than it is told holds up nobody: from some number on the feed passes it over,
//! and what it missed is read again from the ledger, a stretch at a time, when it has room.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use cqrs_es::Aggregate as _;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::post::HookPost;
use crate::actors::rhythm::Rhythm;
use crate::aggregates::execution_hooks::{Event, Hooks};
use crate::aggregates::run::Run;
use crate::hooks::{Happened, Letter, Put, Stretch, is_told, told};
use crate::journal::{Error, Leases, Recorded, Subscription};
use crate::primitives::{ExecutionHookId, OrganizationId};
use crate::projections::Origins;

/// How often it is looked whether endpoints that were too slow have room.
const LOOK: Duration = Duration::from_millis(100);
/// How many deliveries wait for one endpoint at most, about: beyond that the ledger keeps what it is to be
/// told.
const MAX_WAITING: i64 = 500;
/// From how few on it is read on for one that was too slow.
const ROOM: i64 = MAX_WAITING / 2;
/// Events of one reading, and how many readings a look makes for one stretch.
const PAGE: i64 = 512;
const PAGES: usize = 4;
/// How often the position is moved where nothing was put down.
const SAVE_PAUSE: Duration = Duration::from_secs(1);

/// What follows the ledger.
pub(super) struct Feeder<'a> {
    post: &'a HookPost,
    /// Rung when there is something to send.
    bell: &'a Notify,
    /// The endpoints, as they stood at the position that was read.
    known: HashMap<OrganizationId, Hooks>,
    stretches: Vec<Stretch>,
    origins: Origins,
    /// Up to here the ledger was read.
    position: i64,
    /// Up to here that is stored.
    saved: i64,
    saved_at: Instant,
    subscription: Subscription,
}

impl<'a> Feeder<'a> {
    /// Goes on where the feed is.
    pub(super) async fn open(post: &'a HookPost, bell: &'a Notify) -> Result<Self, Error> {
        let position = if let Some(position) = post.office.position().await? {
            position
        } else {
            // Nobody can be told of what was before the first endpoint.
            let head = post.journal.head().await?;
            let first = post.journal.read_kind(Hooks::TYPE, 0, head, 1).await?;
            let begin = first.first().map_or(head, |first| first.position - 1);
            post.office.begin_at(begin).await?
        };
        let mut feeder = Self {
            post,
            bell,
            known: HashMap::new(),
            stretches: post.office.stretches().await?,
            origins: Origins::default(),
            position,
            saved: position,
            saved_at: Instant::now(),
            subscription: post.tail.subscribe(position),
        };
        let mut after = 0;
        loop {
            let page = post.journal.read_kind(Hooks::TYPE, after, position, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.position;
            for recorded in &page {
                feeder.learn(recorded)?;
            }
        }
        Ok(feeder)
    }

    /// Follows until it is told to stop.
    pub(super) async fn run(
        &mut self,
        leases: &Leases,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let mut rhythm = Rhythm::new(LOOK, stop.clone());
        loop {
            tokio::select! {
                goes_on = rhythm.beat() => {
                    if !goes_on {
                        return self.save(Put::default()).await;
                    }
                    if self.saved < self.position && self.saved_at.elapsed() >= SAVE_PAUSE {
                        self.save(Put::default()).await?;
                    }
                    self.catch_up().await?;
                    self.measure();
                }
                batch = self.subscription.next() => {
                    if !leases.alive() {
                        return Err(Error::LeaseLost("execution hooks"));
                    }
                    self.take(&batch?).await?;
                }
            }
        }
    }

    /// Puts down what a batch of events leads to.
    async fn take(&mut self, batch: &[Recorded]) -> Result<(), Error> {
        let before = self.position;
        let mut put = Put::default();
        for event in batch {
            match event.aggregate_type.as_ref() {
                Hooks::TYPE => self.order(event, &mut put)?,
                Run::TYPE => self.tell(event, None, &mut put.letters).await?,
                _ => {}
            }
            self.position = event.position;
        }
        self.hold_back(before, &mut put).await?;
        if put.is_empty() { Ok(()) } else { self.save(put).await }
    }

    /// Stores what was put down, and that the ledger was read so far.
    async fn save(&mut self, put: Put) -> Result<(), Error> {
        if put.is_empty() && self.saved == self.position {
            return Ok(());
        }
        let now = self.post.clock.now();
        let moves = (self.saved, self.position);
        if !self.post.office.put_down(moves, &put, now).await? {
            return Err(Error::LeaseLost("execution hooks"));
        }
        (self.saved, self.saved_at) = (self.position, Instant::now());
        let touches = !(put.begun.is_empty() && put.disabled.is_empty() && put.removed.is_empty());
        if touches {
            self.stretches = self.post.office.stretches().await?;
        }
        if !put.letters.is_empty() || !put.tests.is_empty() || !put.again.is_empty() {
            self.bell.notify_one();
        }
        Ok(())
    }

    /// Knows an endpoint as it is from here on.
    fn learn(&mut self, recorded: &Recorded) -> Result<Event, Error> {
        let event = recorded.execution_hook()?;
        self.known.entry(recorded.organization).or_default().apply(event.clone());
        Ok(event)
    }

    /// What an order to an endpoint leads to.
    fn order(&mut self, recorded: &Recorded, put: &mut Put) -> Result<(), Error> {
        let (organization, position) = (recorded.organization, recorded.position);
        match self.learn(recorded)? {
            Event::Created { .. }
            | Event::Changed { .. }
            | Event::Enabled { .. }
            | Event::SecretRegenerated { .. } => {}
            Event::Disabled { endpoint_id, .. } => put.disabled.push((endpoint_id, position)),
            Event::ReplayOrdered { endpoint_id, from, to, .. } => {
                let span = (from, to);
                metrics::counter!("chainkeel_hook_replays_total", "of" => "stretch").increment(1);
                put.begun.push(Stretch::again(endpoint_id, organization, span, position));
            }
            Event::RedeliveryOrdered { endpoint_id, delivery_id, .. } => {
                metrics::counter!("chainkeel_hook_replays_total", "of" => "delivery").increment(1);
                put.again.push((endpoint_id, delivery_id));
            }
            Event::TestOrdered { endpoint_id, delivery_id, .. } => {
                put.tests.push((organization, endpoint_id, delivery_id));
            }
            Event::Removed { endpoint_id, .. } => {
                put.letters.retain(|letter| letter.endpoint != endpoint_id);
                put.removed.push(endpoint_id);
            }
        }
        Ok(())
    }

    /// What an event tells: everybody who listens, or the one endpoint for which it is read again.
    async fn tell(
        &mut self,
        event: &Recorded,
        only: Option<ExecutionHookId>,
        letters: &mut Vec<Letter>,
    ) -> Result<(), Error> {
        let Some(hooks) = self.known.get(&event.organization) else { return Ok(()) };
        let listening = hooks
            .all
            .iter()
            .filter(|(id, it)| it.off.is_none() && only.is_none_or(|only| only == **id));
        if !is_told(&event.event_type) || listening.clone().next().is_none() {
            return Ok(());
        }
        let fact = event.fact()?.0;
        // Whoever was just shredded is told to nobody.
        let known = self.origins.of_fact(&self.post.journal, event, &fact).await?;
        let Some(workflow) = known else { return Ok(()) };
        let (happened, told) = (Happened { event, workflow }, told(&fact));
        let chosen = listening.flat_map(|(id, endpoint)| {
            let wanted = told.iter().filter(move |told| endpoint.wants(told.topic, workflow));
            wanted.map(move |told| (*id, endpoint.wish.max_retries, told))
        });
        letters.extend(chosen.map(|(endpoint, max_retries, told)| {
            let id = happened.delivery(endpoint, told);
            Letter {
                id,
                organization: event.organization,
                endpoint,
                topic: told.topic,
                position: event.position,
                node: told.node.clone(),
                workflow,
                run: event.aggregate_id.clone(),
                execution: happened.execution(told),
                sequence: event.sequence,
                max_retries,
                body: happened.body(id, told),
            }
        }));
        Ok(())
    }

    /// Leaves out what is told to endpoints for which too much waits: it is read again later.
    async fn hold_back(&self, before: i64, put: &mut Put) -> Result<(), Error> {
        if put.letters.is_empty() {
            return Ok(());
        }
        let slow: HashSet<_> = self.too_slow().collect();
        put.letters.retain(|letter| !slow.contains(&letter.endpoint));
        let told: BTreeSet<_> =
            put.letters.iter().map(|letter| (letter.endpoint, letter.organization)).collect();
        let endpoints: Vec<_> = told.iter().map(|(endpoint, _)| *endpoint).collect();
        let waiting = self.post.office.waiting(&endpoints, MAX_WAITING).await?;
        let is_full = |id: &ExecutionHookId| waiting.get(id).is_some_and(|it| *it >= MAX_WAITING);
        for (endpoint, organization) in told.into_iter().filter(|(id, _)| is_full(id)) {
            tracing::warn!(
                "execution webhook {endpoint} takes less than it is told: from position {before} on it is told late"
            );
            put.begun.push(Stretch::too_slow(endpoint, organization, before));
        }
        put.letters.retain(|letter| !is_full(&letter.endpoint));
        Ok(())
    }

    /// The endpoints that the feed passes over.
    fn too_slow(&self) -> impl Iterator<Item = ExecutionHookId> {
        let open = self.stretches.iter().filter(|it| it.until.is_none());
        open.map(|it| it.endpoint)
    }

    /// Reads on for endpoints that have room again.
    async fn catch_up(&mut self) -> Result<(), Error> {
        if self.stretches.is_empty() {
            return Ok(());
        }
        let listens = |it: &&Stretch| {
            let endpoint =
                self.known.get(&it.organization).and_then(|all| all.all.get(&it.endpoint));
            endpoint.is_some_and(|endpoint| endpoint.off.is_none())
        };
        let listening: Vec<Stretch> = self.stretches.iter().filter(listens).cloned().collect();
        if listening.is_empty() {
            return Ok(());
        }
        let endpoints: Vec<_> = listening.iter().map(|it| it.endpoint).collect();
        let waiting = self.post.office.waiting(&endpoints, ROOM).await?;
        for mut stretch in listening {
            if waiting.get(&stretch.endpoint).is_some_and(|it| *it >= ROOM) {
                continue;
            }
            let mut room = ROOM;
            for _ in 0..PAGES {
                let (is_over, put) = self.read_on(&mut stretch).await?;
                room -= put;
                if is_over || room <= 0 {
                    break;
                }
            }
        }
        self.stretches = self.post.office.stretches().await?;
        self.bell.notify_one();
        Ok(())
    }

    /// Puts down a page of a stretch: whether that was the last one, and how much it was.
    async fn read_on(&mut self, stretch: &mut Stretch) -> Result<(bool, i64), Error> {
        let end = stretch.until.unwrap_or(self.position).min(self.position);
        let page = self.post.journal.read_after(stretch.position, PAGE).await?;
        let mut letters = Vec::new();
        for event in page.iter().take_while(|event| event.position <= end) {
            if event.aggregate_type == Run::TYPE && event.organization == stretch.organization {
                self.tell(event, Some(stretch.endpoint), &mut letters).await?;
            }
        }
        let last = page.last().map_or(end, |last| last.position.min(end));
        let is_over = last >= end;
        let now = self.post.clock.now();
        self.post.office.put_down_late(stretch, (last, is_over), &letters, now).await?;
        stretch.position = last;
        Ok((is_over, i64::try_from(letters.len()).unwrap_or(i64::MAX)))
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge; positions stay far below 2^52")]
    fn measure(&self) {
        let lag = self.post.tail.head().saturating_sub(self.position).max(0);
        metrics::gauge!("chainkeel_hook_feed_lag").set(lag as f64);
        metrics::gauge!("chainkeel_hook_endpoints_behind").set(self.too_slow().count() as f64);
    }
}
