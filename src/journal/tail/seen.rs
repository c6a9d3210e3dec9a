//! Which events have come lately, and who waits for one.

use std::borrow::Cow;
use std::collections::HashMap;

use tokio::sync::oneshot;

use crate::journal::event::StreamId;

/// Streams whose last position is remembered, twice: for those who ask a moment too late.
const REMEMBERED: usize = 4096;

/// A stream: its aggregate's type and id.
pub(super) type Key = (Cow<'static, str>, String);

/// Who waits for which event, and what came last.
#[derive(Debug, Default)]
pub(super) struct Seen {
    waiting: HashMap<Key, Vec<(i64, oneshot::Sender<i64>)>>,
    /// Sequence and position of the last event of a stream; two generations, so that forgetting
    /// costs nothing.
    young: HashMap<Key, (i64, i64)>,
    old: HashMap<Key, (i64, i64)>,
}

/// What is known of an event's position.
pub(super) enum Answer {
    /// It is this.
    Known(i64),
    /// It will be told.
    Later(oneshot::Receiver<i64>),
}

impl Seen {
    /// Where an event is, now or when it comes.
    pub(super) fn ask(&mut self, stream: &StreamId, sequence: i64) -> Answer {
        let key = (Cow::Borrowed(stream.aggregate_type), stream.aggregate_id.clone());
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

    /// Events that have come: their streams, their sequences and positions.
    pub(super) fn note(&mut self, news: impl Iterator<Item = (Key, i64, i64)>) {
        for (key, sequence, position) in news {
            if let Some(waiting) = self.waiting.get_mut(&key) {
                for (_, waiter) in waiting.extract_if(.., |(wanted, _)| *wanted == sequence) {
                    // It may have lost its patience.
                    let _ = waiter.send(position);
                }
                waiting.retain(|(_, waiter)| !waiter.is_closed());
                if waiting.is_empty() {
                    self.waiting.remove(&key);
                }
            }
            self.young.insert(key, (sequence, position));
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
