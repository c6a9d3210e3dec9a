//! Follows the ledger for a reaction: from a durable checkpoint, at least once, in one process at a
//! time. `docs/decisions/0010-reactions-follow-the-ledger.md` says why like this.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::reaction::{Reaction, Trouble};
use crate::journal::{Arrear, Error, Fate, Journal, Leases, Reactions, Recorded, Tail};

/// The kind under which the leases of reactions are kept.
const LEASE: &str = "reaction";
/// Streams whose events are carried out side by side.
const SIDE_BY_SIDE: usize = 32;
/// How long carrying out one event may take. Orders for runs of other processes wait for an answer
/// of five seconds.
const TIME_LIMIT: Duration = Duration::from_secs(15);
/// How often a process that does not follow asks whether it should.
const CANDIDACY: Duration = Duration::from_secs(1);
/// How often the checkpoint moves while no event is of interest.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// How many events that were set aside are tried again side by side.
const DUE_AT_ONCE: i64 = 256;

/// How a follower deals with what it cannot carry out.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The pauses before the tries that hold up the ledger's other streams: few and short.
    pub at_once: [Duration; 3],
    /// The pause before an event that was set aside is tried again; it doubles each time.
    pub first_pause: Duration,
    /// The longest such pause.
    pub longest_pause: Duration,
    /// After so many tries of an event that was set aside it is parked, where it is itself at fault.
    pub tries: i32,
    /// How often is looked for what is due.
    pub look: Duration,
    /// How many events may be set aside. With more, something else is wrong, and the reaction waits.
    pub arrears: i64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            at_once: [Duration::ZERO, Duration::from_millis(20), Duration::from_millis(100)],
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_mins(1),
            tries: 8,
            look: Duration::from_millis(500),
            arrears: 10_000,
        }
    }
}

/// What follows the ledger for one reaction.
#[derive(Clone)]
pub struct Follower {
    /// What is to be done about events.
    pub reaction: Arc<dyn Reaction>,
    /// The ledger.
    pub journal: Journal,
    /// Its end.
    pub tail: Tail,
    /// Under which leases this process acts, while it does.
    pub standing: watch::Receiver<Option<Leases>>,
    /// How it deals with what it cannot carry out.
    pub patience: Patience,
}

/// One stream's type and id.
type Key = (String, String);

/// A follower in office.
struct Following<'a> {
    follower: &'a Follower,
    leases: Leases,
    reactions: Reactions,
    /// The checkpoint as it is stored.
    saved: i64,
    saved_at: Instant,
    /// Up to here everything was carried out or set aside.
    done: i64,
    /// Streams of which an event waits: what follows in them waits, too.
    held: HashSet<Key>,
}

impl Follower {
    /// Follows, or waits until it may, until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let mut standing = self.standing.clone();
        loop {
            let leases = standing.borrow_and_update().clone();
            let following = async {
                match leases {
                    Some(leases) => self.follow(leases).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                changed = standing.changed() => if changed.is_err() {
                    // Without a member there is nothing to follow for, and the stop ends this.
                    stop.cancelled().await;
                },
                ended = following => return ended,
            }
        }
    }

    async fn follow(&self, leases: Leases) -> Result<(), Error> {
        let name = self.reaction.name();
        while leases.acquire(LEASE, name).await?.is_none() {
            sleep(CANDIDACY).await;
        }
        let reactions = Reactions::new(self.journal.pool().clone());
        let saved = reactions.position(name).await?;
        let held = reactions.held_streams(name).await?.into_iter().collect();
        tracing::debug!(reaction = name, position = saved, "{name} follows from position {saved}");
        let (done, saved_at) = (saved, Instant::now());
        let mut following =
            Following { follower: self, leases, reactions, saved, saved_at, done, held };
        let mut subscription = self.tail.subscribe(saved);
        let mut look = tokio::time::interval(self.patience.look);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                batch = subscription.next() => following.take(&batch?).await?,
                _ = look.tick() => {
                    following.try_again().await?;
                    following.save().await?;
                }
            }
        }
    }
}

impl Following<'_> {
    fn name(&self) -> &'static str {
        self.follower.reaction.name()
    }

    fn patience(&self) -> &Patience {
        &self.follower.patience
    }

    /// Carries out a batch and moves the checkpoint behind it.
    async fn take(&mut self, batch: &[Recorded]) -> Result<(), Error> {
        let Some(last) = batch.last().map(|event| event.position) else { return Ok(()) };
        if !self.leases.alive() {
            return Err(Error::LeaseLost("a reaction"));
        }
        let mut streams: HashMap<(&str, &str), Vec<&Recorded>> = HashMap::new();
        for event in batch.iter().filter(|event| self.follower.reaction.wants(event)) {
            let key = (&*event.aggregate_type, event.aggregate_id.as_str());
            streams.entry(key).or_default().push(event);
        }
        let wanted = !streams.is_empty();
        let each = streams.into_values().map(|events| self.carry_out(events).boxed());
        let each: Vec<BoxFuture<'_, Result<Option<Key>, Error>>> = each.collect();
        let newly_held: Vec<Option<Key>> =
            futures::stream::iter(each).buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
        self.held.extend(newly_held.into_iter().flatten());
        self.done = last;
        if wanted || self.saved_at.elapsed() >= SAVE_EVERY { self.save().await } else { Ok(()) }
    }

    /// Carries out consecutive events of one stream. Where one cannot be, it and those behind it are
    /// set aside; then the stream's key is returned.
    async fn carry_out(&self, events: Vec<&Recorded>) -> Result<Option<Key>, Error> {
        let Some(first) = events.first() else { return Ok(None) };
        let key = (first.aggregate_type.to_string(), first.aggregate_id.clone());
        let mut held = self.held.contains(&key);
        for event in events {
            if held {
                self.set_aside(event, "an earlier event of its stream waits").await?;
            } else if let Err(trouble) = self.try_at_once(event).await {
                let position = event.position;
                tracing::warn!(
                    reaction = self.name(),
                    position,
                    error = trouble.fault() as &dyn std::error::Error,
                    "{} sets the event at position {position} aside and tries it again: {trouble}",
                    self.name()
                );
                self.set_aside(event, &trouble.to_string()).await?;
                held = true;
            }
        }
        Ok(held.then_some(key))
    }

    async fn try_at_once(&self, event: &Recorded) -> Result<(), Trouble> {
        let [first, pauses @ ..] = self.patience().at_once;
        sleep(first).await;
        let mut tried = self.attempt(event).await;
        for pause in pauses {
            if tried.is_ok() {
                break;
            }
            sleep(pause).await;
            tried = self.attempt(event).await;
        }
        tried
    }

    /// One try. A reaction that panics or hangs must not stop those of other events.
    async fn attempt(&self, event: &Recorded) -> Result<(), Trouble> {
        let reacting = AssertUnwindSafe(self.follower.reaction.react(event)).catch_unwind();
        match timeout(TIME_LIMIT, reacting).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_panic)) => Err(Trouble::lasting("the reaction panicked; the log says where")),
            Err(late) => Err(Trouble::Passing(late.into())),
        }
    }

    async fn set_aside(&self, event: &Recorded, reason: &str) -> Result<(), Error> {
        if self.reactions.arrears(self.name()).await? >= self.patience().arrears {
            return Err(Error::Busy("what a reaction may set aside"));
        }
        let fate = Fate::Again(self.patience().first_pause);
        self.reactions.set_aside(self.name(), event, fate, reason).await
    }

    /// Tries what is due of what was set aside, stream by stream.
    async fn try_again(&mut self) -> Result<(), Error> {
        let mut tried = false;
        loop {
            let due = self.reactions.due(self.name(), DUE_AT_ONCE).await?;
            if due.is_empty() {
                break;
            }
            tried = true;
            let each = due.into_iter().map(|arrear| self.try_arrear(arrear).boxed());
            let each: Vec<BoxFuture<'_, Result<bool, Error>>> = each.collect();
            let settled: Vec<bool> =
                futures::stream::iter(each).buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
            if !settled.contains(&true) {
                break;
            }
        }
        if tried || !self.held.is_empty() {
            self.held = self.reactions.held_streams(self.name()).await?.into_iter().collect();
        }
        Ok(())
    }

    /// Whether it was carried out, or given up.
    async fn try_arrear(&self, arrear: Arrear) -> Result<bool, Error> {
        let Arrear { position, tries, .. } = arrear;
        let page = self.follower.journal.read_after(position - 1, 1).await?;
        let event = page.first().filter(|event| event.position == position);
        let event =
            event.ok_or_else(|| Error::Damaged(format!("position {position} is not there")))?;
        let trouble = match self.attempt(event).await {
            Ok(()) => {
                self.reactions.settle(self.name(), position).await?;
                return Ok(true);
            }
            Err(trouble) => trouble,
        };
        let fate = match trouble {
            Trouble::Lasting(_) if tries + 1 >= self.patience().tries => Fate::Parked,
            Trouble::Lasting(_) | Trouble::Passing(_) => Fate::Again(self.pause_after(tries)),
        };
        self.reactions.failed_again(self.name(), position, fate, &trouble.to_string()).await?;
        if fate == Fate::Parked {
            let name = self.name();
            metrics::counter!("chainkeel_reaction_parked_total", "reaction" => name).increment(1);
            tracing::error!(
                reaction = name,
                position,
                error = trouble.fault() as &dyn std::error::Error,
                "{name} gives the event at position {position} up: {trouble}; `chainkeel doctor` shows it"
            );
        }
        Ok(fate == Fate::Parked)
    }

    fn pause_after(&self, tries: i32) -> Duration {
        let doublings = u32::try_from(tries + 1).unwrap_or_default().min(16);
        let Patience { first_pause, longest_pause, .. } = *self.patience();
        first_pause.saturating_mul(2_u32.pow(doublings)).min(longest_pause)
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge; positions stay far below 2^52")]
    async fn save(&mut self) -> Result<(), Error> {
        self.saved_at = Instant::now();
        if self.done == self.saved {
            return Ok(());
        }
        if !self.reactions.advance(self.name(), self.saved, self.done).await? {
            return Err(Error::LeaseLost("a reaction"));
        }
        self.saved = self.done;
        metrics::gauge!("chainkeel_reaction_position", "reaction" => self.name())
            .set(self.saved as f64);
        Ok(())
    }
}
