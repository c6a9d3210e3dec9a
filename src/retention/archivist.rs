//! The archivist: lets months leave, and deletes what organizations let go. One process is it at a time.

use std::sync::Arc;
use std::time::Duration as Patience;

use futures::future::BoxFuture;
use time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::Error;
use super::proving::Prover;
use crate::aggregates::retention::Retention;
use crate::aggregates::segment::{Command, Order, Segment};
use crate::journal::personal::Subjects;
use crate::journal::reading::{Catalogue, Kept, MonthStanding};
use crate::journal::{Context, Journal, Leases, Metadata, Store};
use crate::notary::{Log, OutsideCopy};
use crate::primitives::{Clock, CommandId};
use crate::segments::Shelf;

/// Under which a process holds the office.
const LEASE: &str = "archivist";
/// Who an auditor reads that gave the orders.
pub(super) const NAME: &str = "system:archivist";
/// How often it is looked for what may leave.
const EVERY: Patience = Patience::from_hours(1);
/// How soon it tries again when something was in the way, such as a busy table.
const AGAIN: Patience = Patience::from_mins(1);

/// How often it is looked for orders to shred.
const SHREDS_EVERY: Patience = Patience::from_secs(5);

/// When what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How long after its end a month leaves; none: none leaves by itself.
    pub seal_after: Option<Duration>,
    /// How long its rows are kept in the database after that.
    pub keep_detached: Duration,
}

/// What a pass has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// Segments that were written.
    pub written: usize,
    /// Segments of which the ledger was told.
    pub sealed: usize,
    /// Months that are read from their segments from here on.
    pub detached: Vec<String>,
    /// Months whose rows were dropped.
    pub dropped: Vec<String>,
    /// Segments that were deleted by order.
    pub deleted: Vec<String>,
    /// Subjects whose keys were destroyed by order, by their handles.
    pub shredded: Vec<String>,
    /// Months that are old enough and may not leave, with what is in the way.
    pub waiting: Vec<(String, MonthStanding)>,
    /// Whether nothing could be proved: nothing of the ledger is signed yet.
    pub unsigned: bool,
}

/// What is made from the ledger and kept beside it, and must not go on showing what was deleted.
pub trait Views: Send + Sync {
    /// Makes all of it anew from the ledger as it is now, and drops what was there before. An error says what stood in the
    /// way; it is tried again at the next pass.
    fn renew(&self) -> BoxFuture<'_, Result<(), String>>;
}

/// Lets months leave, and deletes by order. Cheap to clone.
#[derive(Clone)]
pub struct Archivist {
    pub(super) catalogue: Catalogue,
    pub(super) subjects: Option<Subjects>,
    pub(super) segments: Store<Segment>,
    pub(super) retentions: Store<Retention>,
    pub(super) shelf: Shelf,
    pub(super) log: Log,
    pub(super) copy: OutsideCopy,
    pub(super) pace: Pace,
    pub(super) views: Arc<dyn Views>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Archivist {
    /// One for this ledger and this shelf; `views` are made anew when something was deleted.
    pub fn new(
        journal: Journal,
        shelf: Shelf,
        copy: OutsideCopy,
        (pace, clock): (Pace, Arc<dyn Clock>),
        views: Arc<dyn Views>,
    ) -> Self {
        Self {
            catalogue: Catalogue::new(journal.pool().clone()),
            subjects: journal.subjects().cloned(),
            log: Log::new(journal.pool().clone()),
            segments: Store::segments(journal.clone()),
            retentions: Store::retentions(journal),
            shelf,
            copy,
            pace,
            views,
            clock,
        }
    }

    /// Works, or waits until it may, until it is told to stop.
    pub async fn run(
        self,
        standing: watch::Receiver<Option<Leases>>,
        stop: CancellationToken,
    ) -> Result<(), Error> {
        Leases::while_standing(standing, stop, |leases| self.work(leases)).await
    }

    async fn work(&self, leases: Leases) -> Result<(), Error> {
        loop {
            if leases.acquire(LEASE, "").await?.is_none() {
                // Another process tells now.
                metrics::gauge!("chainkeel_retention_months_waiting").set(0.0);
                metrics::gauge!("chainkeel_retention_failing").set(0.0);
                leases.obtain(LEASE, "").await?;
            }
            let pause = match self.pass().await {
                Ok(done) => {
                    tell(&done);
                    EVERY
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "no month leaves the database for now: {error}"
                    );
                    metrics::gauge!("chainkeel_retention_failing").set(1.0);
                    AGAIN
                }
            };
            self.shred_for(pause).await;
        }
    }

    /// Carries out orders to shred, which come at any time, until the next pass.
    async fn shred_for(&self, pause: Patience) {
        let until = Instant::now() + pause;
        while Instant::now() < until {
            sleep(SHREDS_EVERY.min(until - Instant::now())).await;
            let mut done = Done::default();
            match self.shred(&mut done).await {
                Ok(()) => tell_shredded(&done),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "personal data that was given up is not shredded for now: {error}"
                    );
                    metrics::gauge!("chainkeel_retention_failing").set(1.0);
                }
            }
        }
    }

    /// Does what there is to do. What was left undone by who died is done first. Only who holds the office may.
    pub async fn pass(&self) -> Result<Done, Error> {
        let mut done = Done::default();
        self.shelf.sweep()?;
        let kept = self.catalogue.list().await?;
        self.catch_up(&kept, &mut done).await?;
        let sealed = if let Some(prover) = Prover::open(self.log.clone(), &self.copy).await? {
            self.seal(&prover, &mut done).await
        } else {
            done.unsigned = true;
            Ok(())
        };
        // What one month has against it holds up no other, and no deletion that somebody waits for.
        let dropped = self.drop_rows(&mut done).await;
        let deleted = self.delete(&mut done).await;
        let shredded = self.shred(&mut done).await;
        sealed.and(dropped).and(deleted).and(shredded).map(|()| done)
    }

    /// Takes the office for a pass, where it is free; nothing where another process has it.
    pub async fn pass_in_office(&self, leases: &Leases) -> Result<Option<Done>, Error> {
        if leases.acquire(LEASE, "").await?.is_none() {
            return Ok(None);
        }
        let done = self.pass().await;
        leases.release(LEASE, "").await?;
        done.map(Some)
    }

    /// Gives a segment an order, in the name of its organization.
    pub(super) async fn order(&self, kept: &Kept, order: Order) -> Result<(), Error> {
        let metadata = Metadata::new(Self::owner(kept)?, NAME, CommandId::generate());
        let command = Command { by: NAME.to_owned(), at: self.clock.now(), order };
        let context = Context::new(metadata);
        self.segments.execute(&kept.segment_id, command, context).await?;
        Ok(())
    }
}

fn tell(done: &Done) {
    for month in &done.detached {
        tracing::info!(month = %month, "the month {month} has left the ledger's table, and is read from its segments");
    }
    for month in &done.dropped {
        tracing::info!(month = %month, "the rows of the month {month} were dropped: it is in its segments alone");
    }
    for segment in &done.deleted {
        tracing::info!(segment = %segment, "the segment {segment} was deleted by order of its organization");
    }
    tell_shredded(done);
    let waiting = u32::try_from(done.waiting.len()).unwrap_or(u32::MAX);
    metrics::gauge!("chainkeel_retention_months_waiting").set(f64::from(waiting));
    metrics::gauge!("chainkeel_retention_failing").set(0.0);
}

fn tell_shredded(done: &Done) {
    for subject in &done.shredded {
        tracing::info!(subject = %subject, "the key of the subject {subject} was destroyed by order of its organization");
    }
}
