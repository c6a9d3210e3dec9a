//! Follows the ledger for traces: each run that has ended becomes spans, and goes to the collector.
//!
//! Nothing waits for this. Where the collector is away the ledger waits for it, since it forgets nothing: for as
//! long as a run that ended is news.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::following::LEASE;
use crate::journal::{Error, Journal, Leases, Reactions, Recorded, StreamId, Tail};
use crate::primitives::{Clock, RunId};
use crate::spans::{Lost, Span, TraceId, lost};
use crate::traces::{CHECKPOINT, Post, Tale, Undelivered};

/// A run that ended longer ago is not told any more: collectors take what is new.
const NEWS: time::Duration = time::Duration::hours(1);
/// How many spans are sent at a time at least, where there are as many.
const BATCH: usize = 512;
/// How many events of a run are read at a time.
const PAGE: i64 = 1_000;
/// How long a batch waits for more.
const GATHERING: Duration = Duration::from_millis(500);
/// How often the checkpoint is moved at most.
const SAVE_EVERY: Duration = Duration::from_millis(250);
/// The first pause before a batch is sent again, and the longest: it doubles.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// What tells a collector of runs that have ended. Of all processes that have one, one works at a time.
#[derive(Clone)]
pub struct Tracer {
    /// The ledger.
    pub journal: Journal,
    /// Its end.
    pub tail: Tail,
    /// Under which leases this process acts, while it does.
    pub standing: watch::Receiver<Option<Leases>>,
    /// The way to the collector.
    pub post: Post,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Spans that wait to be sent together.
#[derive(Default)]
struct Batch {
    spans: Vec<Span>,
    /// When the first of their runs ended.
    ended: Option<OffsetDateTime>,
    /// Since when they wait.
    since: Option<Instant>,
}

impl Tracer {
    /// Follows, or waits until it may, until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let standing = self.standing.clone();
        Leases::while_standing(standing, stop, |leases| self.follow(leases)).await
    }

    async fn follow(&self, leases: Leases) -> Result<(), Error> {
        leases.obtain(LEASE, CHECKPOINT).await?;
        let reactions = Reactions::new(self.journal.pool().clone());
        let mut saved = reactions.position(CHECKPOINT).await?;
        let mut subscription = self.tail.subscribe(self.news(saved).await?);
        let (mut batch, mut saved_at) = (Batch::default(), Instant::now());
        loop {
            if let Ok(read) = timeout(GATHERING, subscription.next()).await {
                for event in read?.iter().filter(|event| self.is_told(event)) {
                    self.tell(event, &mut batch).await?;
                }
            }
            if batch.since.is_some_and(|since| since.elapsed() >= GATHERING) {
                self.deliver(&mut batch).await;
            }
            let position = subscription.position();
            if batch.since.is_none() && position != saved && saved_at.elapsed() >= SAVE_EVERY {
                self.save(&reactions, &mut saved, position).await?;
                saved_at = Instant::now();
            }
        }
    }

    async fn save(
        &self,
        reactions: &Reactions,
        saved: &mut i64,
        position: i64,
    ) -> Result<(), Error> {
        if !reactions.advance(CHECKPOINT, *saved, position).await? {
            return Err(Error::LeaseLost("the traces of runs"));
        }
        *saved = position;
        #[expect(clippy::cast_precision_loss, reason = "a gauge; positions stay far below 2^52")]
        metrics::gauge!("chainkeel_reaction_position", "reaction" => CHECKPOINT)
            .set(position as f64);
        Ok(())
    }

    /// Behind which position there is news, at the earliest where was stopped: after weeks without a collector the
    /// ledger is not walked through for what nobody takes.
    async fn news(&self, saved: i64) -> Result<i64, Error> {
        let (mut old, mut new) = (saved, self.journal.head().await?);
        if self.is_news_behind(saved).await? {
            return Ok(saved);
        }
        while new - old > 1 {
            let middle = i64::midpoint(old, new);
            if self.is_news_behind(middle).await? {
                new = middle;
            } else {
                old = middle;
            }
        }
        Ok(new)
    }

    /// Whether the event behind a position is news. What is not there any more is none.
    async fn is_news_behind(&self, position: i64) -> Result<bool, Error> {
        let since = self.clock.now() - NEWS;
        match self.journal.read_after(position, 1).await {
            Ok(events) => Ok(events.first().is_none_or(|event| event.recorded_at >= since)),
            Err(Error::Damaged(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether a run that is kept has ended by this event.
    fn is_told(&self, event: &Recorded) -> bool {
        let is_end = matches!(event.event_type.as_str(), "succeeded" | "failed" | "cancelled");
        if event.aggregate_type != "run" || !is_end {
            return false;
        }
        let run = event.aggregate_id.parse::<RunId>().ok();
        let is_kept = run.is_some_and(|run| self.post.sampler().keeps(TraceId::of(run)));
        is_kept && event.recorded_at >= self.clock.now() - NEWS
    }

    /// Adds the spans of a run that has ended by this event.
    async fn tell(&self, end: &Recorded, batch: &mut Batch) -> Result<(), Error> {
        let Ok(run) = end.aggregate_id.parse::<RunId>() else { return Ok(()) };
        let (stream, mut tale, mut after) = (StreamId::run(run), Tale::of(run), 0);
        while after < end.sequence {
            let page = self.journal.read_stream(&stream, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for event in &page {
                if let Err(error) = tale.read(event) {
                    let cause = &error as &dyn std::error::Error;
                    tracing::warn!(run.id = %run, error = cause, "run {run} cannot be told as a trace");
                    return Ok(());
                }
            }
        }
        batch.spans.extend(tale.end());
        batch.ended = batch.ended.or(Some(end.recorded_at));
        batch.since = batch.since.or_else(|| Some(Instant::now()));
        if batch.spans.len() >= BATCH {
            self.deliver(batch).await;
        }
        Ok(())
    }

    /// Sends a batch, again and again while it is news.
    async fn deliver(&self, batch: &mut Batch) {
        let Batch { spans, ended, since: _ } = std::mem::take(batch);
        let (mut pause, longest) = PAUSES;
        // Traces of thousands of executions go in parts.
        for part in spans.chunks(BATCH) {
            let reason = loop {
                let rest = match self.post.send(part).await {
                    Ok(()) => break None,
                    Err(Undelivered::Never(_)) => break Some(Lost::Refused),
                    Err(Undelivered::Later { rest, .. }) => rest.unwrap_or_default(),
                };
                if ended.is_none_or(|ended| ended < self.clock.now() - NEWS) {
                    break Some(Lost::Unreachable);
                }
                sleep(pause.max(rest)).await;
                pause = (pause * 2).min(longest);
            };
            if let Some(reason) = reason {
                lost(reason, part.len() as u64);
            }
        }
    }
}
