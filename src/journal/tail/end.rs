//! The end of the ledger, and the loop that reads it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, timeout_at};

use super::audience::{Audience, Wanted};
use super::seen::{Answer, Seen};
use super::subscription::Subscription;
use crate::journal::event::{Recorded, StreamId};
use crate::journal::wakeup::Bells;
use crate::journal::{Error, Interest, Journal};

/// Events of one reading; see also the bound in bytes of [`Journal::read_after`].
pub(super) const BATCH: i64 = 512;
/// Places of one reading, where nobody wants everything.
const SPOTS: i64 = 2048;
/// Readings that are kept for subscribers which are slower than the ledger. Whoever falls further
/// behind reads by itself.
const BACKLOG: usize = 64;
/// After this long a waiter looks into the ledger: the event may be older than what is remembered.
const LOOK: Duration = Duration::from_millis(50);
/// So long it waits where the ledger moves on meanwhile: the event's turn is more likely still to come, and thousands
/// that look cost more than they find.
const LATE_LOOK: Duration = Duration::from_millis(200);

/// Events in the global order, one after the other.
pub type Batch = Arc<[Recorded]>;

/// What the tail read at once.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    /// It begins behind this position.
    pub(super) after: i64,
    /// It ends with this one.
    pub(super) to: i64,
    /// What was read.
    pub(super) events: Batch,
    /// Which part of the events there that is.
    pub(super) of: Of,
}

/// Which events were read.
#[derive(Debug, Clone)]
pub(super) enum Of {
    /// All.
    Whole,
    /// Those that concern the listeners with these numbers.
    Chosen(Arc<[u64]>),
}

/// Tells what is recorded, as soon as it has a position. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tail {
    shared: Arc<Shared>,
    journal: Journal,
}

#[derive(Debug)]
struct Shared {
    head: watch::Sender<i64>,
    live: broadcast::Sender<Reading>,
    audience: Audience,
    seen: Mutex<Seen>,
}

/// The loop that reads; somebody must run it.
#[derive(Debug, Clone)]
pub struct TailReader {
    tail: Tail,
    bells: Bells,
    poll: Duration,
}

impl Tail {
    /// A tail that begins at the present head of the ledger, and its reader. `poll` is how long the
    /// reader waits for a bell before it looks for itself: 50 to 250 ms.
    pub async fn open(
        journal: Journal,
        bells: Bells,
        poll: Duration,
    ) -> Result<(Self, TailReader), Error> {
        let shared = Arc::new(Shared {
            head: watch::Sender::new(journal.head().await?),
            live: broadcast::Sender::new(BACKLOG),
            audience: Audience::default(),
            seen: Mutex::default(),
        });
        let tail = Self { shared, journal };
        Ok((tail.clone(), TailReader { tail, bells, poll }))
    }

    /// The last position that this process has seen.
    pub fn head(&self) -> i64 {
        *self.shared.head.borrow()
    }

    /// The last position, whenever it changes.
    pub fn watch_head(&self) -> watch::Receiver<i64> {
        self.shared.head.subscribe()
    }

    /// Everything after a position, without a gap or a duplicate, from the ledger and then live.
    pub fn subscribe(&self, after: i64) -> Subscription {
        self.join(None, after)
    }

    /// What is in this interest after a position, without a gap or a duplicate, and perhaps more. While nobody in the
    /// process wants everything, the rest is not even read.
    pub fn subscribe_to(&self, interest: Interest, after: i64) -> Subscription {
        self.join(Some(interest), after)
    }

    fn join(&self, interest: Option<Interest>, after: i64) -> Subscription {
        let Shared { audience, live, .. } = &*self.shared;
        let joined = Subscription::new(self.journal.clone(), audience, live, (interest, after));
        joined.when_behind(after < self.head())
    }

    /// Waits until an event has its position. `None`: not within `patience`.
    pub async fn wait_for(
        &self,
        stream: &StreamId,
        sequence: i64,
        patience: Duration,
    ) -> Option<i64> {
        let until = Instant::now() + patience;
        let mut there = match self.seen().ask(stream, sequence) {
            Answer::Known(position) => return Some(position),
            Answer::Later(there) => there,
        };
        let (begun, head) = (Instant::now(), self.head());
        for look in [LOOK, LATE_LOOK] {
            let look = (begun + look).min(until);
            match timeout_at(look, &mut there).await {
                Ok(told) => return told.ok(),
                Err(_elapsed) if self.head() == head => break,
                Err(_elapsed) => {}
            }
        }
        if let Ok(Some(position)) = self.journal.position_of(stream, sequence).await {
            return Some(position);
        }
        timeout_at(until, there).await.ok()?.ok()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, reading: Reading) {
        let to = reading.to;
        // Nobody may be listening.
        let _ = self.shared.live.send(reading);
        self.shared.head.send_replace(to);
    }
}

impl TailReader {
    /// Reads until the ledger cannot be read; run it again after a transient error. It goes on
    /// where it was.
    pub async fn run(&self) -> Error {
        loop {
            match self.step().await {
                Ok(0) => self.bells.sequenced.wait(self.poll).await,
                Ok(_) => {}
                Err(error) => return error,
            }
        }
    }

    /// One reading: how many places were new. Everything is read while somebody wants everything.
    pub async fn step(&self) -> Result<usize, Error> {
        let (tail, after) = (&self.tail, self.tail.head());
        match tail.shared.audience.wanted() {
            Wanted::Whole => {
                let events = tail.journal.read_after(after, BATCH).await?;
                let Some(to) = events.last().map(|last| last.position) else { return Ok(0) };
                let count = events.len();
                tail.seen().note(events.iter().map(|event| {
                    let key = (event.aggregate_type.clone(), event.aggregate_id.clone());
                    (key, event.sequence, event.position)
                }));
                tail.publish(Reading { after, to, events: events.into(), of: Of::Whole });
                Ok(count)
            }
            Wanted::Chosen(by, interests) => {
                let chosen = tail.journal.read_chosen(after, SPOTS, &interests).await?;
                let (to, count) = (chosen.to, chosen.spots.len());
                if count > 0 {
                    tail.seen().note(chosen.spots.into_iter().map(|spot| {
                        ((spot.aggregate_type, spot.aggregate_id), spot.sequence, spot.position)
                    }));
                    let events = chosen.events.into();
                    tail.publish(Reading { after, to, events, of: Of::Chosen(by) });
                }
                Ok(count)
            }
        }
    }
}
