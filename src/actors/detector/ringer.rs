//! Listens to the streams that make sources quick: what a stream tells whole is fired at once, and
//! for the rest the source is asked at once. Nothing rests on it: a stream that is cut, silent or
//! repeats itself costs a question.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::Gate;
use super::items::{fingerprint, firing};
use crate::catalog::{Asked, Source, Stream};
use crate::egress::{Egress, HeaderMap, SocketError, socket_pause};
use crate::journal::{Error, Journal};
use crate::primitives::{Clock, WorkflowId};
use crate::triggers::source::{Item, frames, item_of, names, subscription, topic_of, topics};
use crate::triggers::{Key, Subscriber, Subscription, TriggerIndex};

/// The largest message that is taken.
const MAX_MESSAGE_BYTES: usize = 1024 * 1024;
/// How many names are listened to over one connection; those beyond are asked in their rhythm.
const MAX_NAMES: usize = 500;
/// How often a source is asked for a frame: its answer may be behind its stream. After a gap it is
/// asked once.
const ASKED_FOR_A_FRAME: u8 = 3;
/// The pause before others are listened to as well.
const CHANGE_PAUSE: Duration = Duration::from_millis(250);

/// A workflow's source is to be asked now, and so often, until something new is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ring {
    pub(super) workflow: WorkflowId,
    pub(super) times: u8,
}

/// What listens.
#[derive(Clone)]
pub(super) struct Ringer {
    /// Who is subscribed.
    pub(super) index: Arc<TriggerIndex>,
    /// Where firings are decided.
    pub(super) gate: Gate,
    /// Where gaps are written down.
    pub(super) journal: Journal,
    /// The way out.
    pub(super) egress: Egress,
    /// The time.
    pub(super) clock: Arc<dyn Clock>,
    /// Where it is told which source is to be asked. What does not fit is left out: it is asked in
    /// its rhythm.
    pub(super) rung: mpsc::Sender<Ring>,
}

/// A source with its stream.
#[derive(Clone, Copy)]
struct Channel {
    source: &'static Source,
    asked: &'static Asked,
    stream: &'static Stream,
}

/// Why a connection is over.
enum Over {
    Failed(SocketError),
    Silent(&'static str),
    /// Others are to be listened to.
    Changed,
}

/// Who listens, by what frames are about, and what has to be asked for.
#[derive(Default)]
struct Listeners {
    by_topic: BTreeMap<String, Vec<(WorkflowId, Arc<Subscription>)>>,
    names: BTreeSet<String>,
}

/// How it went so far.
#[derive(Default)]
struct Course {
    failures: u32,
    /// Whether this connection told anything.
    heard: bool,
    /// Whether a gap is on record.
    gap: bool,
}

impl Ringer {
    /// Listens to the stream of a source, if it has one, for as long as it is awaited.
    pub(super) async fn listen(
        &self,
        source: &'static Source,
        asked: &'static Asked,
    ) -> Result<(), Error> {
        let Some(stream) = &asked.stream else { return std::future::pending().await };
        let channel = Channel { source, asked, stream };
        let kind = source.kind.as_str();
        let mut changes = self.index.changes(&source.kind);
        // One may be open from before the process began.
        let mut course = Course { gap: true, ..Course::default() };
        loop {
            changes.mark_unchanged();
            let listeners = self.listeners(channel);
            if listeners.by_topic.is_empty() {
                // The sender lives as long as the index, which we hold.
                let _ = changes.changed().await;
                continue;
            }
            course.heard = false;
            let over = self.connect(channel, listeners, &mut changes, &mut course).await?;
            course.failures = if course.heard { 0 } else { course.failures.saturating_add(1) };
            let why = match over {
                Over::Changed => {
                    course.failures = 0;
                    sleep(CHANGE_PAUSE).await;
                    continue;
                }
                Over::Failed(error) => error.to_string(),
                Over::Silent(why) => why.to_owned(),
            };
            metrics::counter!("chainkeel_source_stream_gaps_total", "kind" => kind).increment(1);
            self.journal.begin_stream_gap(kind, self.clock.now(), &why).await?;
            course.gap = true;
            tracing::warn!(cause = why, "the stream of {kind} is not heard; it is asked: {why}");
            sleep(socket_pause(course.failures, rand::random())).await;
        }
    }

    fn listeners(&self, Channel { source, stream, .. }: Channel) -> Listeners {
        let mut found = Listeners::default();
        for subscription in self.index.under(&Key::Kind(&source.kind)) {
            let Subscriber::Workflow(workflow) = subscription.subscriber else { continue };
            let names = names(stream, &subscription.payload);
            if stream.names.is_some() {
                let more = names.difference(&found.names).count();
                if names.is_empty() || found.names.len() + more > MAX_NAMES {
                    continue;
                }
                found.names.extend(names);
            }
            for topic in topics(stream, &subscription.payload) {
                let listener = (workflow, Arc::clone(&subscription));
                found.by_topic.entry(topic).or_default().push(listener);
            }
        }
        found
    }

    /// One connection, to its end.
    async fn connect(
        &self,
        channel: Channel,
        mut listeners: Listeners,
        changes: &mut watch::Receiver<u64>,
        course: &mut Course,
    ) -> Result<Over, Error> {
        let stream = channel.stream;
        let opened = self.egress.socket(&stream.url, &HeaderMap::new(), MAX_MESSAGE_BYTES).await;
        let mut socket = match opened {
            Ok(socket) => socket,
            Err(error) => return Ok(Over::Failed(error)),
        };
        if let Err(error) = socket.send(&subscription(stream, &listeners.names)).await {
            return Ok(Over::Failed(error));
        }
        if course.gap {
            // What happened while nobody listened is looked for.
            listeners.by_topic.values().flatten().for_each(|(workflow, _)| self.ring(*workflow, 1));
        }
        let silence = Duration::from_secs(u64::from(stream.silence_seconds));
        let every = stream.heartbeat.as_ref().map(|it| u64::from(it.every_seconds.max(1)));
        let every = every.map(Duration::from_secs);
        let (mut last, mut beaten) = (Instant::now(), Instant::now());
        loop {
            let heartbeat = async {
                match every {
                    Some(every) => sleep_until(beaten + every).await,
                    None => std::future::pending().await,
                }
            };
            let text = tokio::select! {
                text = socket.next() => text,
                () = sleep_until(last + silence) => return Ok(Over::Silent("it says nothing")),
                () = heartbeat => {
                    beaten = Instant::now();
                    let text = stream.heartbeat.as_ref().map_or("", |it| &it.text);
                    match socket.send(text).await {
                        Ok(()) => continue,
                        Err(error) => return Ok(Over::Failed(error)),
                    }
                }
                _ = changes.changed() => {
                    let now = self.listeners(channel);
                    if now.by_topic.is_empty() || now.names != listeners.names {
                        return Ok(Over::Changed);
                    }
                    listeners = now;
                    continue;
                }
            };
            let text = match text {
                Ok(Some(text)) => text,
                Ok(None) => return Ok(Over::Silent("it was closed")),
                Err(error) => return Ok(Over::Failed(error)),
            };
            let Some(frames) = frames(stream, &text) else { continue };
            (last, course.heard) = (Instant::now(), true);
            if std::mem::take(&mut course.gap) {
                let kind = channel.source.kind.as_str();
                self.journal.end_stream_gap(kind, self.clock.now()).await?;
            }
            for frame in frames {
                let topic = topic_of(stream, &frame).unwrap_or_default();
                for (workflow, subscription) in listeners.by_topic.get(&topic).into_iter().flatten()
                {
                    self.tell(channel, *workflow, subscription, &frame).await;
                }
            }
        }
    }

    /// Fires for the item in a frame, or lets the source be asked.
    async fn tell(
        &self,
        channel: Channel,
        workflow: WorkflowId,
        subscription: &Subscription,
        frame: &Value,
    ) {
        let now = self.clock.now();
        let outcome = match self.item(channel, subscription, frame) {
            None => "rung",
            Some(item) => {
                let settings = fingerprint(subscription);
                let fired = self.gate.fire(firing(workflow, subscription, &settings, item, now));
                match fired.await {
                    Ok(fired) => fired.as_str(),
                    Err(refused) => {
                        tracing::info!("an item for {workflow} is asked for again: {refused}");
                        "failed"
                    }
                }
            }
        };
        metrics::counter!(
            "chainkeel_source_streamed_total", "kind" => subscription.kind, "outcome" => outcome
        )
        .increment(1);
        if matches!(outcome, "rung" | "failed") {
            self.ring(workflow, ASKED_FOR_A_FRAME);
        }
    }

    fn item(
        &self,
        Channel { source, asked, stream }: Channel,
        subscription: &Subscription,
        frame: &Value,
    ) -> Option<Item> {
        let since = subscription.since?.unix_timestamp();
        let times = (since, self.clock.now().unix_timestamp());
        item_of((source, asked, stream), &subscription.payload, frame, times)
    }

    fn ring(&self, workflow: WorkflowId, times: u8) {
        // Full: those that are waiting there are asked first.
        let _ = self.rung.try_send(Ring { workflow, times });
    }
}
