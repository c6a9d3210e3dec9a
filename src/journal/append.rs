//! Group commit: callers hand their appends to a lane; a lane records many of them at once.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::sync::{Mutex as Turn, Semaphore, mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::error::outage;
use super::event::{Append, Metadata, Outcome};
use super::flush::{self, Job, Limits};
use super::personal::{Subjects, is_sealed};
use super::reading::Sealed;
use super::wakeup::{APPENDED, Bells};
use super::{Error, blobs, slot_of};

/// A flush that takes longer has lost its connection without being told.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(20);
/// How often a flush is repeated at once when another writer was faster at the same place. Each
/// repetition sees what the other wrote; more than a few mean that something else is wrong.
const RACES: u32 = 8;
/// How much longer each pause is than the one before, while the database is away. A connection that
/// was lost alone is replaced at once.
const OUTAGE_PAUSE: Duration = Duration::from_millis(20);
/// The longest pause.
const OUTAGE_PAUSES: u32 = 10;
/// At most this often another process is told that there is something to sequence.
const NOTIFY_PAUSE: Duration = Duration::from_millis(25);
/// Metadata travels with every event: it is for names, not for data.
const METADATA_BYTES: usize = 4 * 1024;

/// The bounds of group commit.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// Lanes that record side by side; a slot is always on the same one.
    pub lanes: usize,
    /// Appends that may wait in a lane; more are [`Error::Busy`].
    pub queue: usize,
    /// Bytes of events that may wait in a lane.
    pub queue_bytes: usize,
    /// Events of one flush.
    pub flush_events: usize,
    /// Bytes of one flush.
    pub flush_bytes: usize,
    /// How long a crowded lane waits for company before it flushes.
    pub linger: Duration,
    /// How long a flush is tried again while the database is out of reach.
    pub patience: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            lanes: 2,
            queue: 4096,
            queue_bytes: 64 * 1024 * 1024,
            flush_events: 512,
            flush_bytes: 1024 * 1024,
            linger: Duration::from_millis(1),
            patience: Duration::from_secs(30),
        }
    }
}

/// The way into the ledger, and out of it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal {
    pub(super) pool: PgPool,
    pub(super) sealed: Option<Sealed>,
    pub(super) subjects: Option<Subjects>,
    lanes: Arc<[Entrance]>,
    /// Other processes record beside this one.
    is_shared: Arc<AtomicBool>,
    closing: CancellationToken,
}

#[derive(Debug)]
struct Entrance {
    queue: mpsc::Sender<Job>,
    /// What is left of the lane's bytes.
    room: Arc<Semaphore>,
    bytes: usize,
}

impl Journal {
    /// A journal and its lanes, which somebody must run.
    pub fn open(pool: PgPool, bells: &Bells, config: Config) -> (Self, Vec<Lane>) {
        let closing = CancellationToken::new();
        let told = Arc::<Mutex<Option<Instant>>>::default();
        let (entrances, lanes): (Vec<_>, Vec<_>) = (0..config.lanes.max(1))
            .map(|_| {
                let (queue, jobs) = mpsc::channel(config.queue.max(1));
                let room = Arc::new(Semaphore::new(config.queue_bytes));
                let lane = Lane {
                    jobs: Arc::new(Turn::new(jobs)),
                    pool: pool.clone(),
                    bells: bells.clone(),
                    closing: closing.clone(),
                    told: Arc::clone(&told),
                    config,
                };
                (Entrance { queue, room, bytes: config.queue_bytes }, lane)
            })
            .unzip();
        let is_shared = Arc::default();
        let entrances = entrances.into();
        (Self { pool, sealed: None, subjects: None, lanes: entrances, is_shared, closing }, lanes)
    }

    /// Records the events, and answers when they are durable or refused.
    ///
    /// After an error the outcome is unknown unless [`Error::Busy`] or [`Error::Unacceptable`] says
    /// that nothing was tried: drop the state and load it again.
    pub async fn append(&self, append: Append) -> Result<Outcome, Error> {
        if self.closing.is_cancelled() {
            return Err(Error::Closed);
        }
        let Append { stream, expected, mut events, mut metadata, fence, subject, side } = append;
        let lane = &self.lanes[self.lane_of(&stream.aggregate_id, fence.map(|fence| fence.slot))];
        if events.is_empty() || expected < 0 {
            return Err(Error::Unacceptable("it needs an event and a place"));
        }
        if events.iter().any(|event| is_sealed(&event.payload)) {
            return Err(Error::Unacceptable("an event's payload looks like a sealed one"));
        }
        if let Some(subject) = subject {
            // From where an order came says something of a person, too.
            metadata.address = None;
            let place = (&stream, expected);
            // Apart: who has no such data carries none of its weight.
            Box::pin(self.seal(metadata.organization, &subject, place, &mut events)).await?;
        }
        let text = acceptable(&metadata)?;
        blobs::put_large(&self.pool, &mut events).await?;
        let bytes = events.iter().map(|event| event.payload.len() + text.len()).sum::<usize>();

        // A single append larger than the queue may enter when the queue is empty.
        let share = u32::try_from(bytes.min(lane.bytes)).unwrap_or(u32::MAX);
        let share = Arc::clone(&lane.room)
            .try_acquire_many_owned(share)
            .map_err(|_| Error::Busy("the lane's memory"))?;
        let (reply, outcome) = oneshot::channel();
        let job = Job {
            stream,
            expected,
            events,
            organization: metadata.organization,
            command: metadata.command.to_string(),
            metadata: text,
            fence,
            side,
            bytes,
            reply,
            _share: share,
        };
        lane.queue.try_send(job).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Error::Busy("the lane's queue"),
            mpsc::error::TrySendError::Closed(_) => Error::Closed,
        })?;
        outcome.await.map_err(|_| Error::Closed)?
    }

    /// Refuses new appends; the lanes record what waits and end.
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Appends that wait in all lanes now.
    pub fn queued(&self) -> usize {
        self.lanes.iter().map(|lane| lane.queue.max_capacity() - lane.queue.capacity()).sum()
    }

    /// Says whether other processes record beside this one. Then one lane takes all: their lanes keep the database
    /// busy while it waits for the disk, and what three processes record in six lanes makes three times as many commits.
    ///
    /// An append may overtake another of its stream that was handed over before this changed: it is a conflict then.
    pub fn share(&self, is_shared: bool) {
        self.is_shared.store(is_shared, Ordering::Relaxed);
    }

    fn lane_of(&self, aggregate_id: &str, slot: Option<i16>) -> usize {
        if self.is_shared.load(Ordering::Relaxed) {
            return 0;
        }
        let slot = slot.unwrap_or_else(|| slot_of(aggregate_id));
        usize::try_from(slot).unwrap_or_default() % self.lanes.len()
    }
}

fn acceptable(metadata: &Metadata) -> Result<String, Error> {
    let text = serde_json::to_string(metadata).map_err(|source| Error::Encode(source.into()))?;
    // PostgreSQL cannot take `->>` of a map in which any string holds a NUL.
    if text.contains("\\u0000") {
        return Err(Error::Unacceptable("its metadata holds a NUL character"));
    }
    if text.len() > METADATA_BYTES {
        return Err(Error::Unacceptable("its metadata is over 4 KiB"));
    }
    Ok(text)
}

/// One of the loops that record. Hosted and, should it end by a panic, run again by its owner.
#[derive(Debug, Clone)]
pub struct Lane {
    jobs: Arc<Turn<mpsc::Receiver<Job>>>,
    pool: PgPool,
    bells: Bells,
    closing: CancellationToken,
    /// When a sequencer elsewhere may be told again, for all lanes.
    told: Arc<Mutex<Option<Instant>>>,
    config: Config,
}

impl Lane {
    /// Records until the journal is closed and the queue empty.
    ///
    /// If the future is dropped or panics, those whose appends were in flight get
    /// [`Error::Closed`]; those still in the queue are served by the next run.
    pub async fn run(&self) {
        let mut jobs = self.jobs.lock().await;
        let mut waiting = VecDeque::new();
        let mut connection = None;
        let mut crowded = false;
        let mut news = News::of(Arc::clone(&self.told));
        loop {
            if waiting.is_empty() {
                let next = tokio::select! {
                    next = jobs.recv() => next,
                    () = news.may_be_told(), if news.is_owed => {
                        self.tell_others(&mut connection, &mut news).await;
                        continue;
                    }
                    () = self.closing.cancelled(), if !jobs.is_closed() => {
                        jobs.close();
                        continue;
                    }
                };
                let Some(job) = next else { return };
                waiting.push_back(job);
            }
            self.gather(&mut jobs, &mut waiting, crowded).await;
            let limits =
                Limits { events: self.config.flush_events, bytes: self.config.flush_bytes };
            let batch = flush::fill(&mut waiting, limits);
            crowded = batch.len() > 1;
            self.record(&mut connection, batch).await;
            self.bells.appended.ring();
            self.tell_others(&mut connection, &mut news).await;
        }
    }

    /// Takes what is in the queue; under load it waits a moment for more, since one commit serves all.
    async fn gather(
        &self,
        jobs: &mut mpsc::Receiver<Job>,
        waiting: &mut VecDeque<Job>,
        crowded: bool,
    ) {
        let full = |waiting: &VecDeque<Job>| {
            waiting.len() >= self.config.flush_events
                || waiting.iter().map(|job| job.bytes).sum::<usize>() >= self.config.flush_bytes
        };
        while waiting.len() < self.config.flush_events
            && let Ok(job) = jobs.try_recv()
        {
            waiting.push_back(job);
        }
        if !crowded || self.config.linger.is_zero() {
            return;
        }
        let until = Instant::now() + self.config.linger;
        while !full(waiting)
            && let Ok(Some(job)) = timeout_at(until, jobs.recv()).await
        {
            waiting.push_back(job);
        }
    }

    /// Records a batch and answers everybody in it. When the database refuses the whole for a reason
    /// that is not an outage, each append is tried alone, so that only the guilty one fails.
    async fn record(&self, connection: &mut Option<PoolConnection<Postgres>>, batch: Vec<Job>) {
        match self.persist(connection, &batch).await {
            Ok(outcomes) => {
                for (job, outcome) in batch.into_iter().zip(outcomes) {
                    // A caller that has gone does not need the answer.
                    let _ = job.reply.send(Ok(outcome));
                }
            }
            Err(Error::Database { .. }) if batch.len() > 1 => {
                for job in batch {
                    let alone = std::slice::from_ref(&job);
                    let outcome = self.persist(connection, alone).await;
                    let outcome = outcome.map(|mut all| all.pop().unwrap_or(Outcome::Conflict));
                    let _ = job.reply.send(outcome);
                }
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a flush failed: {error}"
                );
                for job in batch {
                    let _ = job.reply.send(Err(error.clone()));
                }
            }
        }
    }

    /// One flush to its end: through lost connections, where the outcome of the attempt is unknown
    /// and its repetition answers `Duplicate`, and through races with other writers.
    async fn persist(
        &self,
        connection: &mut Option<PoolConnection<Postgres>>,
        batch: &[Job],
    ) -> Result<Vec<Outcome>, Error> {
        const DOING: &str = "recording events";
        let give_up = Instant::now() + self.config.patience;
        let (mut races, mut outages) = (0, 0);
        loop {
            let failure = match self.attempt(connection, batch).await {
                Ok(outcomes) => return Ok(outcomes),
                Err(failure) => failure,
            };
            let race = failure
                .as_database_error()
                .is_some_and(sqlx::error::DatabaseError::is_unique_violation);
            if race && races < RACES {
                races += 1;
            } else if outage(&failure) {
                if let Some(lost) = connection.take() {
                    // Its state is unknown: never back into the pool.
                    drop(lost.detach());
                }
                if Instant::now() >= give_up {
                    return Err(Error::Unreachable { doing: DOING, source: failure.into() });
                }
                tracing::warn!("recording again after a lost connection: {failure}");
                sleep(OUTAGE_PAUSE * outages).await;
                outages = (outages + 1).min(OUTAGE_PAUSES);
            } else {
                return Err(Error::Database { doing: DOING, source: failure.into() });
            }
        }
    }

    async fn attempt(
        &self,
        connection: &mut Option<PoolConnection<Postgres>>,
        batch: &[Job],
    ) -> Result<Vec<Outcome>, sqlx::Error> {
        let connection = match connection {
            Some(connection) => connection,
            None => connection.insert(self.pool.acquire().await?),
        };
        timeout(FLUSH_TIMEOUT, flush::record(connection, batch))
            .await
            .unwrap_or_else(|late| Err(sqlx::Error::Io(late.into())))
    }

    /// Wakes a sequencer elsewhere, after the answers are out: NOTIFY inside the append would make
    /// all appends of the cluster wait for each other.
    async fn tell_others(
        &self,
        connection: &mut Option<PoolConnection<Postgres>>,
        news: &mut News,
    ) {
        let is_here = self.bells.sequencer_is_here();
        let now = Instant::now();
        news.is_owed = !is_here && !news.may_tell(now);
        if is_here || news.is_owed {
            return;
        }
        if let Some(connection) = connection {
            // The sequencer polls: a lost notification costs a quarter of a second. Nobody waits for the disk, either.
            let _ = sqlx::query!(
                "select set_config('synchronous_commit', 'off', true), pg_notify($1, '')",
                APPENDED
            )
            .fetch_one(&mut **connection)
            .await;
        }
    }
}

/// What a lane has told a sequencer elsewhere.
#[derive(Debug)]
struct News {
    /// Before this, no lane of the process tells anything again.
    not_before: Arc<Mutex<Option<Instant>>>,
    /// Something was recorded since it was told, too soon to be told at once.
    is_owed: bool,
}

impl News {
    const fn of(lanes: Arc<Mutex<Option<Instant>>>) -> Self {
        Self { not_before: lanes, is_owed: false }
    }

    fn not_before(&self) -> MutexGuard<'_, Option<Instant>> {
        self.not_before.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether something may be told now; then it counts as told.
    fn may_tell(&self, now: Instant) -> bool {
        let mut not_before = self.not_before();
        if not_before.is_some_and(|then| now < then) {
            return false;
        }
        *not_before = Some(now + NOTIFY_PAUSE);
        true
    }

    /// Waits until something may be told.
    async fn may_be_told(&self) {
        let then = *self.not_before();
        if let Some(then) = then {
            sleep_until(then).await;
        }
    }
}
