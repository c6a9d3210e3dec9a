//! The loop: reads on, keeps errands under way, and moves the checkpoint behind what is done.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, OptionFuture};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::carrier::Carrier;
use super::patience::Patience;
use super::window::{Errand, Window};
use crate::actors::reaction::{Line, Reaction};
use crate::journal::{Batch, Error, Interest, Journal, Leases, Reactions, Recorded, Tail};

/// The kind under which the leases of reactions are kept.
pub(super) const LEASE: &str = "reaction";
/// How many events may be in hand before the ledger is read on: so far one of them may fall behind
/// the others, and so much is repeated at most after a crash.
const IN_HAND: usize = 1_024;
/// The least time between two moves of the checkpoint while there is always something in hand.
const SAVE_PAUSE: Duration = Duration::from_millis(100);

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

/// A follower in office.
///
/// What it has under way may hold connections of the pool, and gives them back only while it is
/// polled: so the loop itself waits for nothing but all of it together.
struct Following {
    reaction: Arc<dyn Reaction>,
    leases: Leases,
    reactions: Reactions,
    carrier: Carrier,
    window: Window,
    under_way: FuturesUnordered<BoxFuture<'static, Result<Errand, Error>>>,
    /// What was set aside is being tried.
    again: Option<BoxFuture<'static, Result<HashSet<Line>, Error>>>,
    /// The checkpoint is being moved, to there.
    saving: Option<BoxFuture<'static, Result<i64, Error>>>,
    /// The checkpoint as it is stored.
    saved: i64,
    saved_at: Instant,
}

impl Follower {
    /// Follows, or waits until it may, until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let standing = self.standing.clone();
        Leases::while_standing(standing, stop, |leases| self.follow(leases)).await
    }

    async fn follow(&self, leases: Leases) -> Result<(), Error> {
        let name = self.reaction.name();
        leases.obtain(LEASE, name).await?;
        let reactions = Reactions::new(self.journal.pool().clone());
        let saved = reactions.position(name).await?;
        let held = reactions.held_streams(name).await?.into_iter().collect();
        tracing::debug!(reaction = name, position = saved, "{name} follows from position {saved}");
        let carrier = Carrier::new(Arc::clone(&self.reaction), self.journal.clone(), self.patience);
        let mut following = Following {
            reaction: Arc::clone(&self.reaction),
            leases,
            reactions,
            carrier,
            window: Window::behind(saved, held),
            under_way: FuturesUnordered::new(),
            again: None,
            saving: None,
            saved,
            saved_at: Instant::now(),
        };
        let reaction = Arc::clone(&self.reaction);
        let interest = Interest::new(move |kind, name| reaction.concerns(kind, name));
        let mut subscription = self.tail.subscribe_to(interest, saved);
        let mut look = tokio::time::interval(self.patience.look);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let has_room = following.window.len() < IN_HAND;
            tokio::select! {
                batch = subscription.next(), if has_room => {
                    following.take(&batch?, subscription.position())?;
                },
                Some(errand) = following.under_way.next() => following.end(errand?),
                Some(held) = OptionFuture::from(following.again.as_mut()) => {
                    following.again = None;
                    following.window.hold(held?);
                }
                Some(saved) = OptionFuture::from(following.saving.as_mut()) => following.save_on(saved?),
                _ = look.tick() => following.look(),
            }
        }
    }
}

impl Following {
    /// What was read up to a position.
    fn take(&mut self, batch: &Batch, read: i64) -> Result<(), Error> {
        if !self.leases.alive() {
            return Err(Error::LeaseLost("a reaction"));
        }
        let reaction = Arc::clone(&self.reaction);
        let wants = |event: &Recorded| {
            reaction.concerns(&event.aggregate_type, &event.event_type) && reaction.wants(event)
        };
        let line = |event: &Recorded| wants(event).then(|| reaction.line(event));
        for errand in self.window.take(batch, read, line) {
            self.begin(errand);
        }
        Ok(())
    }

    fn begin(&self, errand: Errand) {
        self.under_way.push(self.carrier.clone().carry_out(errand).boxed());
    }

    fn end(&mut self, errand: Errand) {
        if let Some(next) = self.window.end(errand) {
            self.begin(next);
        }
        if self.window.len() == 0 || self.saved_at.elapsed() >= SAVE_PAUSE {
            self.save();
        }
    }

    fn look(&mut self) {
        if self.again.is_none() {
            self.window.look_up();
            self.again = Some(self.carrier.clone().try_again().boxed());
        }
        self.save();
    }

    /// Begins to move the checkpoint, unless it is being moved or is where it should be.
    fn save(&mut self) {
        let (from, to) = (self.saved, self.window.done());
        if self.saving.is_some() || from == to {
            return;
        }
        self.saved_at = Instant::now();
        let (reactions, name) = (self.reactions.clone(), self.reaction.name());
        let saving = async move {
            if reactions.advance(name, from, to).await? {
                Ok(to)
            } else {
                Err(Error::LeaseLost("a reaction"))
            }
        };
        self.saving = Some(saving.boxed());
    }

    /// The checkpoint was moved; at rest it follows to the end at once.
    #[expect(clippy::cast_precision_loss, reason = "a gauge; positions stay far below 2^52")]
    fn save_on(&mut self, saved: i64) {
        self.saving = None;
        self.saved = saved;
        let name = self.reaction.name();
        metrics::gauge!("chainkeel_reaction_position", "reaction" => name).set(saved as f64);
        if self.window.len() == 0 && self.saved_at.elapsed() >= SAVE_PAUSE {
            self.save();
        }
    }
}
