//! Fans the ledger's tail out to those who watch: clients of one run, or of an organization.
//!
//! One subscription to the tail serves all clients. A client that does not keep up is let go: it
//! comes back with the last position that it saw and reads the rest from the ledger.

use std::cell::LazyCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::order::Refused;
use crate::journal::{self, Recorded, Tail};
use crate::primitives::{OrganizationId, RunId};

/// How many events may wait for one client; the next one makes the hub let go of it.
const CLIENT_QUEUE: usize = 1_024;
/// How many clients one process serves.
const MAX_CLIENTS: usize = 20_000;
/// When a client that found no place should come again.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// What a client watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Every event of one run.
    Run(RunId),
    /// Every event of an organization.
    Activity(OrganizationId),
}

/// The events that follow a known position.
#[derive(Debug)]
pub struct Live {
    /// Everything after this position that the filter lets through arrives in `events`.
    pub from: i64,
    /// Closed when the client was too slow, or when the server stops.
    pub events: mpsc::Receiver<Arc<Recorded>>,
}

type Client = mpsc::Sender<Arc<Recorded>>;

#[derive(Default)]
struct Clients {
    position: i64,
    runs: HashMap<String, Vec<Client>>,
    activity: HashMap<OrganizationId, Vec<Client>>,
    count: usize,
}

/// The hub; cheap to clone.
#[derive(Clone, Default)]
pub struct StreamHub(Arc<Mutex<Clients>>);

impl StreamHub {
    /// Adds a client.
    pub fn subscribe(&self, filter: Filter) -> Result<Live, Refused> {
        let mut clients = self.clients();
        if clients.count >= MAX_CLIENTS {
            clients.sweep();
        }
        if clients.count >= MAX_CLIENTS {
            return Err(Refused::Busy { retry_after: RETRY_AFTER });
        }
        let (client, events) = mpsc::channel(CLIENT_QUEUE);
        clients.count += 1;
        metrics::gauge!("chainkeel_stream_clients").increment(1.0);
        match filter {
            Filter::Run(run) => clients.runs.entry(run.to_string()).or_default().push(client),
            Filter::Activity(organization) => {
                clients.activity.entry(organization).or_default().push(client);
            }
        }
        Ok(Live { from: clients.position, events })
    }

    /// Lets go of all clients, so that their streams end before the server stops.
    pub fn close(&self) {
        self.clients().let_go();
    }

    /// Follows the tail until it is told to stop. What was lost when a former loop died is not
    /// made up for: its clients are let go, and come back with the position that they know.
    pub async fn run(self, tail: Tail, stop: CancellationToken) -> Result<(), journal::Error> {
        let mut subscription = tail.subscribe(tail.head());
        self.clients().begin(subscription.position());
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                batch = subscription.next() => batch?,
            };
            self.clients().deliver(&batch);
        }
    }

    fn clients(&self) -> MutexGuard<'_, Clients> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clients {
    /// Begins anew. In one step: a client that came between the two would take a position for known
    /// from which on nothing is sent to it.
    fn begin(&mut self, position: i64) {
        self.let_go();
        self.position = position;
    }

    fn let_go(&mut self) {
        self.runs.clear();
        self.activity.clear();
        self.count = 0;
        metrics::gauge!("chainkeel_stream_clients").set(0.0);
    }

    fn deliver(&mut self, batch: &[Recorded]) {
        let mut let_go = 0;
        for event in batch {
            self.position = event.position;
            // Copied once for all who watch it, and not at all where nobody does.
            let shared = LazyCell::new(|| Arc::new(event.clone()));
            if let Some(watching) = self.activity.get_mut(&event.organization) {
                let_go += send(watching, &shared);
            }
            if event.aggregate_type == "run"
                && let Some(watching) = self.runs.get_mut(&event.aggregate_id)
            {
                let_go += send(watching, &shared);
                if watching.is_empty() {
                    self.runs.remove(&event.aggregate_id);
                }
            }
        }
        self.count -= let_go;
        if let_go > 0 {
            #[expect(clippy::cast_precision_loss, reason = "a gauge of at most 20,000 clients")]
            metrics::gauge!("chainkeel_stream_clients").decrement(let_go as f64);
        }
    }

    /// Forgets clients that have gone without an event to notice it by.
    fn sweep(&mut self) {
        self.runs.retain(|_, watching| {
            watching.retain(|client| !client.is_closed());
            !watching.is_empty()
        });
        self.activity.values_mut().for_each(|watching| watching.retain(|c| !c.is_closed()));
        self.count = self.runs.values().chain(self.activity.values()).map(Vec::len).sum();
    }
}

/// Sends to each client and tells how many were let go, because they are slow or gone.
fn send(
    watching: &mut Vec<Client>,
    event: &LazyCell<Arc<Recorded>, impl FnOnce() -> Arc<Recorded>>,
) -> usize {
    let before = watching.len();
    watching.retain(|client| client.try_send(Arc::clone(event)).is_ok());
    before - watching.len()
}
