//! Publishes the ledger to NATS JetStream: every position once, in order.
//!
//! An event has in the stream the sequence that is its position, and is taken only right behind the one before it.
//! So the stream alone says where to go on, and whoever publishes what is not next is refused: a relay that was
//! taken for dead, a second one, the same one after an answer that was lost. There is no other checkpoint. What
//! was sent and not acknowledged yet is chained by ids, too: where one is refused, all behind it are.
//!
//! A position whose event was deleted by order is given a message without a body, so that those behind it keep theirs.
//! An event is published when the trigger index has come to it, so that a workflow that it made private is private to
//! the readers of the stream as well.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cqrs_es::Aggregate as _;
use futures::StreamExt as _;
use futures::stream::FuturesOrdered;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::actors::detector::office::{Office, hold};
use crate::aggregates::skip;
use crate::aggregates::workflow::Workflow;
use crate::journal::personal::is_sealed;
use crate::journal::{Batch, Error, Journal, Leases, Recorded, Tail};
use crate::primitives::WorkflowId;
use crate::projections::audit::{Line, is_open};
use crate::projections::{Origins, activity};
use crate::relay::{self, Ledger, Marks, Message, Standing, Stream, Taken, Target};
use crate::triggers::TriggerIndex;

/// The office that one process holds. That it is one spares the stream what it would refuse.
const OFFICE: Office = Office("relay");
/// How many events, and bytes, are on their way to the stream at most.
const UNDER_WAY: usize = 256;
const BYTES_UNDER_WAY: usize = 8 * 1024 * 1024;
/// How many frames of what was shredded are read at a time.
const FRAMES: i64 = 512;
/// How often it is looked what the stream holds, also while nothing happens: it may have lost its end.
const LOOK: Duration = Duration::from_secs(5);
/// How long is waited before the stream is tried again: it doubles with each time in a row.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// What went well for so long has recovered.
const RECOVERED_AFTER: Duration = Duration::from_secs(10);

/// What publishes the ledger. Cheap to clone.
#[derive(Clone)]
pub struct Relay {
    /// The ledger.
    pub journal: Journal,
    /// Its end.
    pub tail: Tail,
    /// Which workflows are private to whom.
    pub index: Arc<TriggerIndex>,
    /// Which ledger it is.
    pub ledger: Ledger,
    /// Where it is relayed to.
    pub target: Target,
    /// Under which leases this process acts, while it does.
    pub standing: watch::Receiver<Option<Leases>>,
}

/// Why it does not go on.
enum Halt {
    /// The ledger cannot be read, or another process relays it now: this part ends.
    Ledger(Error),
    /// The stream: it is tried again.
    Stream(relay::Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Ledger(error)
    }
}

impl From<relay::Error> for Halt {
    fn from(error: relay::Error) -> Self {
        Self::Stream(error)
    }
}

impl Relay {
    /// Publishes, or waits until it may, until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        metrics::gauge!("chainkeel_relay_connected").set(0.0);
        hold(OFFICE, self.standing.clone(), stop, async |leases| self.serve(&leases).await).await
    }

    /// Publishes while the office is held. What becomes of the stream ends nothing: NATS may be away for days.
    async fn serve(&self, leases: &Leases) -> Result<(), Error> {
        let (mut pause, mut told, _measured) = (FIRST_PAUSE, String::new(), Measured);
        loop {
            let begun = Instant::now();
            let trouble = match self.follow(leases).await {
                Ok(never) => match never {},
                Err(Halt::Ledger(error)) => return Err(error),
                Err(Halt::Stream(trouble)) => trouble,
            };
            tell(&trouble, &mut told);
            if begun.elapsed() > RECOVERED_AFTER {
                pause = FIRST_PAUSE;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            if !leases.alive() {
                return Err(Error::LeaseLost("the relay"));
            }
        }
    }

    /// Goes on where the stream ends, until something is wrong.
    async fn follow(&self, leases: &Leases) -> Result<Infallible, Halt> {
        let stream = Stream::reach(&self.target, &self.ledger).await?;
        stream.settle(&self.target).await?;
        let mut taken = self.end_of(&stream).await?;
        metrics::gauge!("chainkeel_relay_connected").set(1.0);
        metrics::gauge!("chainkeel_relay_halted").set(0.0);
        tracing::info!(
            "the ledger {} is relayed to the stream {} from position {} on",
            self.ledger,
            self.target.stream,
            taken + 1
        );
        let mut subscription = self.tail.subscribe(taken);
        let (mut batch, mut under_way, mut bytes) = (Left::default(), FuturesOrdered::new(), 0);
        let (mut before, mut next, mut origins) = (None::<String>, taken + 1, Origins::default());
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            while under_way.len() < UNDER_WAY && bytes < BYTES_UNDER_WAY {
                let Some(event) = batch.peek() else { break };
                let message = if event.position > next {
                    Message::gone(&self.ledger, next)
                } else {
                    let marks = self.marks(event, &mut origins).await?;
                    let message = self.message(event, marks, stream.largest());
                    batch.pass();
                    message
                };
                next = message.position + 1;
                let (position, size) = (message.position, message.body.len());
                bytes += size;
                let id = message.id.clone();
                let sent = stream.publish(message, before.as_deref()).await?;
                before = Some(id);
                under_way
                    .push_back(async move { sent.taken().await.map(|it| (position, size, it)) });
            }
            tokio::select! {
                Some(answer) = under_way.next() => {
                    let (position, size, what) = answer?;
                    (taken, bytes) = (position, bytes - size);
                    self.measure(position, what);
                }
                more = subscription.next(), if batch.is_empty() => {
                    let more = self.framed(next - 1, more?).await?;
                    self.index_reaches(&more, leases).await?;
                    batch = Left::of(more);
                }
                _ = look.tick() => self.look(&stream, taken).await?,
                () = stream.lost() => return Err(relay::Error::Lost.into()),
            }
            if !leases.alive() {
                return Err(Error::LeaseLost("the relay").into());
            }
        }
    }

    /// The last position that the stream was given. It must be that of the same event on the ledger.
    async fn end_of(&self, stream: &Stream) -> Result<i64, Halt> {
        let last = stream.standing().await?.map_or(0, |standing| standing.last);
        let head = self.journal.head().await?;
        if last > head {
            return Err(relay::Error::Ahead { last, head }.into());
        }
        self.must_be_told(stream, last).await?;
        Ok(last)
    }

    /// Looks whether the stream still has what it took, and the ledger what was told.
    async fn look(&self, stream: &Stream, taken: i64) -> Result<(), Halt> {
        // Deleted, or with another end: it is found out anew where to go on.
        let standing = stream.standing().await?;
        let Some(standing) = standing.filter(|standing| standing.last >= taken) else {
            return Err(relay::Error::OutOfTurn { position: taken + 1 }.into());
        };
        self.measure_stream(standing);
        self.must_be_told(stream, taken).await
    }

    /// Whether the stream has at this position the event that the ledger has there. A ledger that was restored, or
    /// went over to a database that had less, may have another one.
    async fn must_be_told(&self, stream: &Stream, position: i64) -> Result<(), Halt> {
        if position == 0 {
            return Ok(());
        }
        // It may have been deleted by now, as old messages are.
        let Some(told) = stream.id_at(position).await? else { return Ok(()) };
        // As it is stored: what was shredded is known by its frame.
        let placed = self.journal.placed_after(position - 1, 1).await?;
        let placed = placed.first().filter(|it| it.position == position);
        let is_same = placed.is_some_and(|place| match &place.event {
            Some(event) => self.id_of(event) == told,
            // Deleted by order, before it was told or since.
            None => true,
        });
        if is_same || told == self.ledger.gone_id(position) {
            Ok(())
        } else {
            Err(relay::Error::OtherHistory { position }.into())
        }
    }

    /// Waits until the trigger index has come to these events.
    async fn index_reaches(&self, batch: &Batch, leases: &Leases) -> Result<(), Error> {
        let Some(last) = batch.last() else { return Ok(()) };
        while !self.index.wait_for(last.position, LOOK).await {
            if !leases.alive() {
                return Err(Error::LeaseLost("the relay"));
            }
        }
        Ok(())
    }

    /// What readers of the stream choose by, beside the subject.
    async fn marks(&self, event: &Recorded, origins: &mut Origins) -> Result<Marks, Error> {
        let (run, workflow) = match event.aggregate_type.as_ref() {
            // Shredded: of which workflow it was, nobody can read any more.
            "run" if is_sealed(&event.payload) => (Some(event.aggregate_id.clone()), None),
            "run" => {
                let run = event.aggregate_id.as_str();
                let workflow = match named(event).filter(|_| event.sequence == 1) {
                    Some(workflow) => {
                        origins.remember(run, workflow);
                        Some(workflow)
                    }
                    None => origins.of_run(&self.journal, run).await?,
                };
                (Some(run.to_owned()), workflow)
            }
            Workflow::TYPE => (None, event.aggregate_id.parse().ok()),
            skip::TYPE => (None, named(event)),
            _ => (None, None),
        };
        let private_to = workflow.and_then(|workflow| self.index.private_to(workflow));
        let workflow = workflow.map(|workflow| workflow.to_string());
        Ok(Marks { run, workflow, private_to, is_gone: false })
    }

    /// A batch with the frames of what was shredded and is passed over in it: the stream takes each position.
    async fn framed(&self, after: i64, batch: Batch) -> Result<Batch, Error> {
        let mut last = after;
        let is_next = |event: &Recorded| {
            last += 1;
            event.position == last
        };
        if batch.iter().all(is_next) {
            return Ok(batch);
        }
        let (mut framed, mut last) = (Vec::with_capacity(batch.len()), after);
        for event in batch.iter() {
            while last + 1 < event.position {
                let gap = (event.position - 1 - last).min(FRAMES);
                let placed = self.journal.placed_after(last, gap).await?;
                let Some(end) = placed.last().map(|it| it.position) else { break };
                framed.extend(placed.into_iter().filter_map(|it| it.event));
                last = end;
            }
            framed.push(event.clone());
            last = event.position;
        }
        Ok(framed.into())
    }

    /// An event as it is published: the line of an export, with secrets withheld, as short as the servers want it.
    fn message(&self, event: &Recorded, marks: Marks, largest: usize) -> Message {
        let withheld = !is_open(&event.aggregate_type);
        let mut body = if is_sealed(&event.payload) {
            serde_json::to_vec(&Line::bare(event)).ok().map(Bytes::from)
        } else {
            written(event, withheld)
        };
        if !withheld && body.as_ref().is_some_and(|body| body.len() > largest) {
            body = written(event, true);
        }
        let body = body.filter(|body| body.len() <= largest).unwrap_or_else(|| {
            let position = event.position;
            tracing::error!(
                position,
                "of the event at position {position} only its place is relayed"
            );
            serde_json::to_vec(&Line::bare(event)).unwrap_or_default().into()
        });
        let organization = event.organization.to_string();
        let subject = self.ledger.subject(&organization, &event.aggregate_type, &event.event_type);
        Message { position: event.position, id: self.id_of(event), subject, body, marks }
    }

    fn id_of(&self, event: &Recorded) -> String {
        self.ledger.message_id(event.position, &Line::bare(event).digest())
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge; positions stay far below 2^52")]
    fn measure(&self, position: i64, what: Taken) {
        match what {
            Taken::Stored => metrics::counter!("chainkeel_relay_published_total").increment(1),
            Taken::Known => metrics::counter!("chainkeel_relay_duplicates_total").increment(1),
        }
        metrics::gauge!("chainkeel_relay_position").set(position as f64);
        let lag = self.tail.head().saturating_sub(position).max(0);
        metrics::gauge!("chainkeel_relay_lag").set(lag as f64);
    }

    #[expect(clippy::cast_precision_loss, reason = "gauges; what they count stays far below 2^52")]
    fn measure_stream(&self, standing: Standing) {
        let lag = self.tail.head().saturating_sub(standing.last).max(0);
        metrics::gauge!("chainkeel_relay_position").set(standing.last as f64);
        metrics::gauge!("chainkeel_relay_lag").set(lag as f64);
        metrics::gauge!("chainkeel_relay_first_position").set(standing.first as f64);
        metrics::gauge!("chainkeel_relay_stream_bytes").set(standing.bytes as f64);
    }
}

/// Says once what an operator must know of a stream that does not take the ledger.
fn tell(trouble: &relay::Error, told: &mut String) {
    let is_halted = trouble.wants_a_person();
    metrics::gauge!("chainkeel_relay_connected").set(0.0);
    metrics::gauge!("chainkeel_relay_halted").set(f64::from(u8::from(is_halted)));
    let said = trouble.in_words();
    if matches!(trouble, relay::Error::OutOfTurn { .. }) {
        // Where to go on is found out from the stream, at once.
        metrics::counter!("chainkeel_relay_refused_total").increment(1);
        tracing::debug!("the relay looks anew where the stream ends: {said}");
    } else if *told == said {
        tracing::debug!("the ledger is still not relayed: {said}");
    } else if is_halted {
        tracing::error!("the ledger is not relayed any more: {said}");
    } else {
        tracing::warn!("the ledger is not relayed for now: {said}");
    }
    *told = said;
}

/// While it lives, this process holds the office; what it measured means nothing afterwards.
struct Measured;

impl Drop for Measured {
    fn drop(&mut self) {
        metrics::gauge!("chainkeel_relay_connected").set(0.0);
        metrics::gauge!("chainkeel_relay_halted").set(0.0);
        metrics::gauge!("chainkeel_relay_lag").set(0.0);
    }
}

/// The workflow that an event names: the beginning of a run, or a trigger that was passed over.
fn named(event: &Recorded) -> Option<WorkflowId> {
    activity::entry(event).ok()??.workflow_id?.parse().ok()
}

fn written(event: &Recorded, withheld: bool) -> Option<Bytes> {
    let line = Line::of(event, withheld).ok()?;
    serde_json::to_vec(&line).ok().map(Bytes::from)
}

/// What is left of a batch.
#[derive(Default)]
struct Left {
    batch: Option<Batch>,
    at: usize,
}

impl Left {
    const fn of(batch: Batch) -> Self {
        Self { batch: Some(batch), at: 0 }
    }

    fn peek(&self) -> Option<&Recorded> {
        self.batch.as_ref()?.get(self.at)
    }

    const fn pass(&mut self) {
        self.at += 1;
    }

    fn is_empty(&self) -> bool {
        self.batch.as_ref().is_none_or(|batch| self.at >= batch.len())
    }
}
