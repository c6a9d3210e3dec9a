//! The end of the ledger, as it grows: one reader a process, and everybody in it who wants to know.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, oneshot, watch};
use tokio::time::{Instant, timeout_at};

use super::event::{Recorded, StreamId};
use super::wakeup::Bells;
use super::{Error, Journal};

/// Events of one reading; see also the bound in bytes of [`Journal::read_after`].
const BATCH: i64 = 512;
/// Readings that are kept for subscribers which are slower than the ledger. Whoever falls further
/// behind reads by itself.
const BACKLOG: usize = 64;
/// Streams whose last position is remembered, twice: for those who ask a moment too late.
const REMEMBERED: usize = 4096;
/// After this long a waiter looks into the ledger: the event may be older than what is remembered.
const LOOK: Duration = Duration::from_millis(50);

/// Consecutive events in the global order; never empty.
pub type Batch = Arc<[Recorded]>;

/// Tells what is recorded, as soon as it has a position. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tail {
    shared: Arc<Shared>,
    journal: Journal,
}

#[derive(Debug)]
struct Shared {
    head: watch::Sender<i64>,
    live: broadcast::Sender<Batch>,
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
        let live = self.shared.live.subscribe();
        Subscription {
            behind: after < self.head(),
            live,
            journal: self.journal.clone(),
            position: after,
            fell_behind: 0,
        }
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
        let look = (Instant::now() + LOOK).min(until);
        if let Ok(Ok(position)) = timeout_at(look, &mut there).await {
            return Some(position);
        }
        if let Ok(Some(position)) = self.journal.position_of(stream, sequence).await {
            return Some(position);
        }
        timeout_at(until, there).await.ok()?.ok()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, batch: Batch) {
        let Some(last) = batch.last().map(|event| event.position) else { return };
        self.seen().note(&batch);
        // Nobody may be listening.
        let _ = self.shared.live.send(batch);
        self.shared.head.send_replace(last);
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

    /// One reading: how many events were new.
    pub async fn step(&self) -> Result<usize, Error> {
        let batch = self.tail.journal.read_after(self.tail.head(), BATCH).await?;
        let count = batch.len();
        self.tail.publish(batch.into());
        Ok(count)
    }
}

/// One reader's place in the ledger.
#[derive(Debug)]
pub struct Subscription {
    live: broadcast::Receiver<Batch>,
    journal: Journal,
    position: i64,
    behind: bool,
    fell_behind: u64,
}

impl Subscription {
    /// The next events. Waits while there are none; can be dropped while it waits without losing
    /// any.
    pub async fn next(&mut self) -> Result<Batch, Error> {
        loop {
            if self.behind {
                let batch = self.journal.read_after(self.position, BATCH).await?;
                if let Some(last) = batch.last() {
                    self.position = last.position;
                    return Ok(batch.into());
                }
                // All that was published before we subscribed has been read.
                self.behind = false;
            }
            match self.live.recv().await {
                Ok(batch) => {
                    if let Some(batch) = self.take(batch) {
                        return Ok(batch);
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    self.fell_behind += 1;
                    self.behind = true;
                }
                Err(broadcast::error::RecvError::Closed) => return Err(Error::Closed),
            }
        }
    }

    /// The position of the last event that was handed out.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// How often the subscriber was too slow for the backlog and had to read the ledger again.
    pub fn fell_behind(&self) -> u64 {
        self.fell_behind
    }

    /// The part of a published batch that is next, if it is.
    fn take(&mut self, batch: Batch) -> Option<Batch> {
        let (first, last) = (batch.first()?.position, batch.last()?.position);
        if last <= self.position {
            return None;
        }
        if first > self.position + 1 {
            self.behind = true;
            return None;
        }
        let fresh = if first == self.position + 1 {
            batch
        } else {
            batch.iter().filter(|event| event.position > self.position).cloned().collect()
        };
        self.position = last;
        Some(fresh)
    }
}

type Key = (String, String);

/// Who waits for which event, and what came last.
#[derive(Debug, Default)]
struct Seen {
    waiting: HashMap<Key, Vec<(i64, oneshot::Sender<i64>)>>,
    /// Sequence and position of the last event of a stream; two generations, so that forgetting
    /// costs nothing.
    young: HashMap<Key, (i64, i64)>,
    old: HashMap<Key, (i64, i64)>,
}

enum Answer {
    Known(i64),
    Later(oneshot::Receiver<i64>),
}

impl Seen {
    fn ask(&mut self, stream: &StreamId, sequence: i64) -> Answer {
        let key = (stream.aggregate_type.to_owned(), stream.aggregate_id.clone());
        let last = self.young.get(&key).or_else(|| self.old.get(&key));
        // Only an event's own position is an answer; for an earlier one the ledger is asked.
        if let Some(&(_, position)) = last.filter(|(last, _)| *last == sequence) {
            return Answer::Known(position);
        }
        let (tell, told) = oneshot::channel();
        let waiting = self.waiting.entry(key).or_default();
        waiting.retain(|(_, waiter)| !waiter.is_closed());
        waiting.push((sequence, tell));
        Answer::Later(told)
    }

    fn note(&mut self, batch: &[Recorded]) {
        for event in batch {
            let key = (event.aggregate_type.to_string(), event.aggregate_id.clone());
            if let Some(waiting) = self.waiting.get_mut(&key) {
                for (_, waiter) in waiting.extract_if(.., |(wanted, _)| *wanted == event.sequence) {
                    // It may have lost its patience.
                    let _ = waiter.send(event.position);
                }
                waiting.retain(|(_, waiter)| !waiter.is_closed());
                if waiting.is_empty() {
                    self.waiting.remove(&key);
                }
            }
            self.young.insert(key, (event.sequence, event.position));
        }
        if self.young.len() > REMEMBERED {
            self.old = std::mem::take(&mut self.young);
            self.waiting.retain(|_, waiting| {
                waiting.retain(|(_, waiter)| !waiter.is_closed());
                !waiting.is_empty()
            });
        }
    }
}
