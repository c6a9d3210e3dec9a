//! Carries errands out: hands events to the reaction, and sets aside what fails.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::patience::Patience;
use super::window::Errand;
use crate::actors::reaction::{Line, Mark, Part, Reaction, Trouble};
use crate::journal::{Arrear, Error, Fate, Journal, Reactions, Recorded};

/// Events that are carried out side by side, each of another stream. Most of the time each waits for
/// an append, which takes none of the pool's connections.
const SIDE_BY_SIDE: usize = 32;
/// How long carrying out one event, or a part of it, may take. Orders for runs of other processes wait for an answer
/// of five seconds.
const TIME_LIMIT: Duration = Duration::from_secs(15);
/// How many events that were set aside are tried again at a time.
const DUE_AT_ONCE: i64 = 256;
/// How many of them side by side: fewer, for what is new has precedence.
const DUE_SIDE_BY_SIDE: usize = 8;

/// The hands of a follower. Cheap to clone.
#[derive(Clone)]
pub(super) struct Carrier {
    reaction: Arc<dyn Reaction>,
    journal: Journal,
    reactions: Reactions,
    patience: Patience,
    hands: Arc<Semaphore>,
}

impl Carrier {
    pub(super) fn new(reaction: Arc<dyn Reaction>, journal: Journal, patience: Patience) -> Self {
        let reactions = Reactions::new(journal.pool().clone());
        let hands = Arc::new(Semaphore::new(SIDE_BY_SIDE));
        Self { reaction, journal, reactions, patience, hands }
    }

    fn name(&self) -> &'static str {
        self.reaction.name()
    }

    /// Carries out an errand and gives it back. Where an event cannot be carried out, it and those
    /// behind it are set aside, and the errand's stream is held.
    pub(super) async fn carry_out(self, mut errand: Errand) -> Result<Errand, Error> {
        // The semaphore is never closed.
        let _hand = self.hands.acquire().await.map_err(|_| Error::Closed)?;
        for place in &errand.places {
            let event = place.event();
            if errand.is_held {
                let fate = self.first_fate();
                let reason = "an earlier event of its stream waits";
                self.set_aside(event, &errand.key, fate, reason).await?;
            } else if let Err(trouble) = self.try_at_once(event).await {
                let (name, position) = (self.name(), event.position);
                tracing::warn!(
                    reaction = name,
                    position,
                    error = trouble.fault() as &dyn std::error::Error,
                    "{name} sets the event at position {position} aside: {trouble}"
                );
                let fate = match trouble {
                    Trouble::Passing(_) | Trouble::Lasting(_) => self.first_fate(),
                    Trouble::Hopeless(_) => Fate::Parked,
                };
                self.set_aside(event, &errand.key, fate, &trouble.to_string()).await?;
                errand.is_held = fate != Fate::Parked;
            }
        }
        Ok(errand)
    }

    /// Tries what is due of what was set aside, and says which streams still wait.
    pub(super) async fn try_again(self) -> Result<HashSet<Line>, Error> {
        loop {
            let due = self.reactions.due(self.name(), DUE_AT_ONCE).await?;
            let each = due.into_iter().map(|arrear| self.try_arrear(arrear).boxed());
            let each: Vec<BoxFuture<'_, Result<bool, Error>>> = each.collect();
            let settled: Vec<bool> = futures::stream::iter(each)
                .buffer_unordered(DUE_SIDE_BY_SIDE)
                .try_collect()
                .await?;
            // The next of a stream that goes on may be due, too.
            if !settled.contains(&true) {
                break;
            }
        }
        Ok(self.reactions.held_streams(self.name()).await?.into_iter().collect())
    }

    async fn try_at_once(&self, event: &Recorded) -> Result<(), Trouble> {
        let [first, pauses @ ..] = self.patience.at_once;
        sleep(first).await;
        let mut tried = self.attempt(event).await;
        for pause in pauses {
            if matches!(tried, Ok(()) | Err(Trouble::Hopeless(_))) {
                break;
            }
            sleep(pause).await;
            tried = self.attempt(event).await;
        }
        tried
    }

    /// One try, a part after the other.
    async fn attempt(&self, event: &Recorded) -> Result<(), Trouble> {
        let mut from = None;
        loop {
            match self.part(event, from).await? {
                Part::Last => return Ok(()),
                Part::UpTo(mark) => from = Some(mark),
            }
        }
    }

    /// A reaction that panics or hangs must not stop those of other events.
    async fn part(&self, event: &Recorded, from: Option<Mark>) -> Result<Part, Trouble> {
        let reacting = self.reaction.react_in_parts(event, from);
        match timeout(TIME_LIMIT, AssertUnwindSafe(reacting).catch_unwind()).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_panic)) => Err(Trouble::lasting("the reaction panicked; the log says where")),
            Err(late) => Err(Trouble::Passing(late.into())),
        }
    }

    const fn first_fate(&self) -> Fate {
        Fate::Again(self.patience.first_pause)
    }

    async fn set_aside(
        &self,
        event: &Recorded,
        line: &Line,
        fate: Fate,
        reason: &str,
    ) -> Result<(), Error> {
        if self.reactions.arrears(self.name()).await? >= self.patience.arrears {
            return Err(Error::Busy("what a reaction may set aside"));
        }
        self.reactions.set_aside(self.name(), event, line, fate, reason).await
    }

    /// Whether it was carried out, or given up.
    async fn try_arrear(&self, arrear: Arrear) -> Result<bool, Error> {
        let Arrear { position, tries, .. } = arrear;
        let page = self.journal.read_after(position - 1, 1).await?;
        let event = page.first().filter(|event| event.position == position);
        // What is not there was deleted or shredded by order: nothing follows from it any more.
        let Some(event) = event else {
            self.reactions.settle(self.name(), position).await?;
            return Ok(true);
        };
        let trouble = match self.attempt(event).await {
            Ok(()) => {
                self.reactions.settle(self.name(), position).await?;
                return Ok(true);
            }
            Err(trouble) => trouble,
        };
        let fate = match trouble {
            Trouble::Hopeless(_) => Fate::Parked,
            Trouble::Lasting(_) if tries + 1 >= self.patience.tries => Fate::Parked,
            Trouble::Lasting(_) | Trouble::Passing(_) => {
                Fate::Again(self.patience.pause_after(tries))
            }
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
}
