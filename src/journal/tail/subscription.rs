//! One reader's place in the ledger.

use tokio::sync::broadcast;

use super::audience::{Audience, Seat};
use super::end::{BATCH, Batch, Of, Reading};
use crate::journal::{Error, Interest, Journal};

/// One reader's place in the ledger.
///
/// Whoever wants everything gets no batch that is empty. Whoever has an interest gets at least what is in it, in
/// order, and an empty batch where its place moved on over what is not.
#[derive(Debug)]
pub struct Subscription {
    live: broadcast::Receiver<Reading>,
    journal: Journal,
    seat: Seat,
    interest: Option<Interest>,
    /// It has an interest, and wants everything for now.
    is_wide: bool,
    position: i64,
    behind: bool,
    fell_behind: u64,
}

impl Subscription {
    pub(super) fn new(
        journal: Journal,
        audience: &Audience,
        live: &broadcast::Sender<Reading>,
        (interest, after): (Option<Interest>, i64),
    ) -> Self {
        // First the seat: what is read from here on is read for this one as well.
        let seat = audience.join(interest.clone());
        Self {
            live: live.subscribe(),
            journal,
            seat,
            interest,
            is_wide: false,
            position: after,
            behind: false,
            fell_behind: 0,
        }
    }

    /// The same, where the ledger is known to be further than the place.
    #[must_use]
    pub(super) fn when_behind(mut self, behind: bool) -> Self {
        self.behind = behind;
        self
    }

    /// The next events. Waits while there are none; can be dropped while it waits without losing
    /// any.
    pub async fn next(&mut self) -> Result<Batch, Error> {
        self.next_unless(|_| false).await
    }

    /// The same for one with an interest, who is asked before its place moves to a position over events that are not in
    /// it. Where it wants them after all, it gets everything from its place on, until [`Subscription::narrow`].
    ///
    /// Between the question and the move, nothing is waited for.
    pub async fn next_unless(
        &mut self,
        mut wants_all: impl FnMut(i64) -> bool,
    ) -> Result<Batch, Error> {
        loop {
            if self.behind
                && let Some(batch) = self.read(&mut wants_all).await?
            {
                return Ok(batch);
            }
            if self.behind {
                continue;
            }
            match self.live.recv().await {
                Ok(reading) => {
                    if let Some(batch) = self.take(reading, &mut wants_all) {
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

    /// Wants no more than what is in its interest again.
    pub fn narrow(&mut self) {
        if self.is_wide {
            self.is_wide = false;
            self.seat.want(self.interest.clone());
        }
    }

    /// Up to here everything was handed out that is wanted.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// How often the subscriber was too slow for the backlog and had to read the ledger again.
    pub fn fell_behind(&self) -> u64 {
        self.fell_behind
    }

    fn widen(&mut self) {
        self.is_wide = true;
        self.seat.want(None);
    }

    /// What it wants, where that is less than everything.
    const fn chooses(&self) -> Option<&Interest> {
        if self.is_wide { None } else { self.interest.as_ref() }
    }

    /// Reads the ledger by itself; nothing where it is no longer behind, or wants everything now.
    async fn read(
        &mut self,
        wants_all: &mut impl FnMut(i64) -> bool,
    ) -> Result<Option<Batch>, Error> {
        let Some(interest) = self.chooses().cloned() else {
            let batch = self.journal.read_after(self.position, BATCH).await?;
            // Without an event, all that was published before we subscribed has been read.
            self.behind = !batch.is_empty();
            let Some(last) = batch.last() else { return Ok(None) };
            self.position = last.position;
            return Ok(Some(batch.into()));
        };
        let chosen = self.journal.read_chosen(self.position, BATCH, &[interest]).await?;
        if chosen.to == self.position {
            self.behind = false;
            return Ok(None);
        }
        if wants_all(chosen.to) {
            self.widen();
            return Ok(None);
        }
        self.position = chosen.to;
        Ok(Some(chosen.events.into()))
    }

    /// The part of a reading that is next, if it is, and if what is wanted was read.
    fn take(&mut self, reading: Reading, wants_all: &mut impl FnMut(i64) -> bool) -> Option<Batch> {
        let Reading { after, to, events, of } = reading;
        if to <= self.position {
            return None;
        }
        if after > self.position {
            self.behind = true;
            return None;
        }
        if let Of::Chosen(by) = of {
            // Read before somebody else came, who wants more: that one reads it by itself.
            if self.chooses().is_none() || !by.contains(&self.seat.number()) {
                self.behind = true;
                return None;
            }
            if wants_all(to) {
                self.widen();
                self.behind = true;
                return None;
            }
        }
        let fresh = if after == self.position {
            events
        } else {
            events.iter().filter(|event| event.position > self.position).cloned().collect()
        };
        self.position = to;
        Some(fresh)
    }
}
