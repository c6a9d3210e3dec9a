//! Listens to the streams that say when it is worth asking a source, and lets it be asked then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use crate::catalog::Bell;
use crate::egress::{Egress, HeaderMap, SocketError};
use crate::primitives::WorkflowId;
use crate::triggers::source::Rung;
use crate::triggers::{Key, Subscriber, TriggerIndex};

/// The largest message that is taken.
const MAX_MESSAGE_BYTES: usize = 1024 * 1024;
/// How many names are listened to over one connection; those beyond are asked in their rhythm.
const MAX_NAMES: usize = 500;
/// The pause before a new connection; it doubles with each that fails in a row, to half a minute.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const MAX_DOUBLINGS: u32 = 7;

/// What listens.
#[derive(Clone)]
pub struct Ringer {
    /// Who is subscribed.
    pub index: Arc<TriggerIndex>,
    /// The way out.
    pub egress: Egress,
    /// Where it is told which workflow's source is to be asked. What does not fit is left out: it
    /// is asked in its rhythm.
    pub rung: mpsc::Sender<WorkflowId>,
}

/// Why a connection is over.
enum Over {
    Failed(SocketError),
    Silent,
    Changed,
}

type Listeners = BTreeMap<String, BTreeSet<WorkflowId>>;

impl Ringer {
    /// Listens to the stream of one kind of source, for as long as it is awaited.
    pub async fn listen(&self, kind: &'static str, bell: &Bell) {
        let mut changes = self.index.changes(kind);
        let mut failures = 0_u32;
        loop {
            changes.mark_unchanged();
            let listeners = self.listeners(kind, bell);
            if listeners.is_empty() {
                // The sender lives as long as the index, which we hold.
                let _ = changes.changed().await;
                continue;
            }
            let mut heard = false;
            let over = self.connect(bell, &listeners, &mut changes, &mut heard).await;
            failures = if heard { 0 } else { failures.saturating_add(1) };
            let why = match over {
                Over::Changed => {
                    sleep(FIRST_PAUSE).await;
                    continue;
                }
                Over::Failed(error) => error.to_string(),
                Over::Silent => "it says nothing".to_owned(),
            };
            metrics::counter!("chainkeel_stream_gaps_total", "stream" => kind).increment(1);
            tracing::warn!(cause = why, "the stream of {kind} is not heard: {why}");
            let pause = FIRST_PAUSE * 2_u32.pow(failures.min(MAX_DOUBLINGS));
            sleep(pause / 2 + pause / 2 * u32::from(rand::random::<u8>()) / 255).await;
        }
    }

    fn listeners(&self, kind: &'static str, bell: &Bell) -> Listeners {
        let mut listeners = Listeners::new();
        for subscription in self.index.under(&Key::Kind(kind)) {
            let Subscriber::Workflow(workflow) = subscription.subscriber else { continue };
            for name in bell.names(&subscription.payload) {
                if listeners.len() < MAX_NAMES || listeners.contains_key(&name) {
                    listeners.entry(name).or_default().insert(workflow);
                }
            }
        }
        listeners
    }

    async fn connect(
        &self,
        bell: &Bell,
        listeners: &Listeners,
        changes: &mut watch::Receiver<u64>,
        heard: &mut bool,
    ) -> Over {
        let opened = self.egress.socket(&bell.url, &HeaderMap::new(), MAX_MESSAGE_BYTES).await;
        let mut socket = match opened {
            Ok(socket) => socket,
            Err(error) => return Over::Failed(error),
        };
        let names = listeners.keys().cloned().collect();
        if let Err(error) = socket.send(&bell.subscription(&names)).await {
            return Over::Failed(error);
        }
        // What happened before the connection stood is looked for.
        self.ring(listeners.values().flatten());
        let mut pings = interval(Duration::from_secs(u64::from(bell.ping_seconds.max(1))));
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        pings.reset();
        let silence = Duration::from_secs(u64::from(bell.silence_seconds));
        let mut last = Instant::now();
        loop {
            let text = tokio::select! {
                text = socket.next() => text,
                () = sleep_until(last + silence) => return Over::Silent,
                _ = changes.changed() => return Over::Changed,
                _ = pings.tick() => match socket.send(&bell.ping).await {
                    Ok(()) => continue,
                    Err(error) => return Over::Failed(error),
                },
            };
            match text {
                Ok(Some(text)) => {
                    if let Rung::Heard(names) = bell.heard(&text) {
                        (last, *heard) = (Instant::now(), true);
                        self.ring(names.iter().filter_map(|name| listeners.get(name)).flatten());
                    }
                }
                Ok(None) => return Over::Silent,
                Err(error) => return Over::Failed(error),
            }
        }
    }

    fn ring<'a>(&self, workflows: impl Iterator<Item = &'a WorkflowId>) {
        for workflow in workflows {
            // Full: those that are waiting there are asked first.
            let _ = self.rung.try_send(*workflow);
        }
    }
}
