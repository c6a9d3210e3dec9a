//! Fans the ledger's tail out to those who watch: clients of one run, or of an organization.
//!
//! One subscription to the tail serves all clients. A client that does not keep up is let go: it
//! comes back with the last position that it saw and reads the rest from the ledger.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;

use super::roll::{Filter, Roll};
use super::told::Told;
use crate::actors::order::Refused;
use crate::journal::{self, Interest, Journal, Recorded, Tail};
use crate::primitives::{OrganizationId, RunId};
use crate::projections::Origins;
use crate::projections::activity::{self, Entry};

/// How many events may wait for one client; the next one makes the hub let go of it.
const CLIENT_QUEUE: usize = 1_024;
/// How many clients one process serves.
const MAX_CLIENTS: usize = 20_000;
/// When a client that found no place should come again.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// How many clients read their past at the same time: a page each, in the order in which they ask. Thousands
/// that come back at once leave the database to the others, and each of them gets on.
const READERS: usize = 4;
/// After how many deliveries the hub lets others have the processor.
const IN_A_GO: usize = 4_096;

/// The hub; cheap to clone.
#[derive(Clone)]
pub struct StreamHub(Arc<Hub>);

struct Hub {
    clients: Mutex<Clients>,
    readers: Semaphore,
}

#[derive(Default)]
struct Clients {
    /// Up to here everything was sent.
    position: i64,
    roll: Roll,
    /// The number of the next client.
    next: u64,
    /// Whether what feeds the hub is away.
    away: bool,
    /// How many have a place, watching or still reading their past.
    count: usize,
    closed: bool,
}

/// A client's place, until it is dropped.
pub struct Place {
    hub: StreamHub,
    number: u64,
}

/// The events that follow a known position.
#[derive(Debug)]
pub struct Live {
    /// Everything after this position that the filter lets through arrives in `events`.
    pub from: i64,
    /// Closed when the client was too slow, or when the server stops.
    pub events: mpsc::Receiver<Arc<Told>>,
}

impl Default for StreamHub {
    fn default() -> Self {
        Self(Arc::new(Hub { clients: Mutex::default(), readers: Semaphore::new(READERS) }))
    }
}

impl StreamHub {
    /// Takes a place for a client, which watches nothing yet.
    pub fn enter(&self) -> Result<Place, Refused> {
        let mut clients = self.clients();
        if clients.count >= MAX_CLIENTS {
            return Err(Refused::Busy { retry_after: RETRY_AFTER });
        }
        clients.count += 1;
        clients.next += 1;
        metrics::gauge!("chainkeel_stream_clients").increment(1.0);
        Ok(Place { hub: self.clone(), number: clients.next })
    }

    /// Begins at a position: what comes next follows it. Whoever watched is let go.
    pub fn begin(&self, position: i64) {
        self.clients().begin(position);
    }

    /// Passes an event over of which only the place is known so far; `false` where somebody may want it, and it is to
    /// be told instead.
    pub fn pass(
        &self,
        position: i64,
        organization: Option<OrganizationId>,
        run: Option<RunId>,
    ) -> bool {
        let mut clients = self.clients();
        let is_watched = organization.is_some_and(|it| clients.roll.watches(it))
            || run.is_some_and(|it| clients.roll.watches_run(it));
        if !is_watched {
            clients.position = position;
        }
        !is_watched
    }

    /// Passes over a position at which there is nothing to be told.
    pub fn skip(&self, position: i64) {
        self.clients().position = position;
    }

    /// Tells an event to whoever wants it.
    pub fn tell(&self, told: Told) {
        let mut clients = self.clients();
        clients.position = told.event.position;
        clients.tell(told);
    }

    /// Notes whether what feeds the hub is away: clients are told while they wait.
    pub fn note_away(&self, away: bool) {
        self.clients().away = away;
    }

    /// Whether what feeds the hub is away.
    pub fn is_away(&self) -> bool {
        self.clients().away
    }

    /// Up to which position everything was told.
    pub fn position(&self) -> i64 {
        self.clients().position
    }

    /// Lets go of all clients, so that their streams end before the server stops.
    pub fn close(&self) {
        let mut clients = self.clients();
        clients.closed = true;
        clients.roll.clear();
    }

    /// Follows the tail until it is told to stop. What was lost when a former loop died is not
    /// made up for: its clients are let go, and come back with the position that they know.
    ///
    /// While nobody watches, only places are passed: the tail need not read the events for that.
    pub async fn run(
        self,
        journal: Journal,
        tail: Tail,
        stop: CancellationToken,
    ) -> Result<(), journal::Error> {
        let mut subscription = tail.subscribe_to(Interest::new(|_, _| false), tail.head());
        self.clients().begin(subscription.position());
        let (mut origins, mut sent) = (Origins::default(), 0);
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                batch = subscription.next_unless(|to| !self.pass_to(to)) => batch?,
            };
            for event in batch.iter() {
                sent += self.deliver(event, &journal, &mut origins).await?;
                if sent >= IN_A_GO {
                    sent = 0;
                    yield_now().await;
                }
            }
            if self.clients().roll.is_empty() {
                subscription.narrow();
            }
        }
    }

    /// Passes over everything up to a position, unless somebody watches.
    fn pass_to(&self, position: i64) -> bool {
        let mut clients = self.clients();
        let is_watched = !clients.roll.is_empty();
        if !is_watched {
            clients.position = position;
        }
        !is_watched
    }

    /// Sends an event to whoever wants it; to how many it went.
    async fn deliver(
        &self,
        event: &Recorded,
        journal: &Journal,
        origins: &mut Origins,
    ) -> Result<usize, journal::Error> {
        let mut entry = None;
        let mut is_read = false;
        loop {
            {
                let mut clients = self.clients();
                if is_read || !clients.roll.watches(event.organization) {
                    return Ok(clients.send(event, entry));
                }
            }
            // The ledger may be asked for it, and nobody else waits meanwhile.
            entry = told(event, journal, origins).await?;
            is_read = true;
        }
    }

    fn clients(&self) -> MutexGuard<'_, Clients> {
        self.0.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Begins to watch. A place watches once.
    pub fn watch(&self, filter: Filter) -> Live {
        let (client, events) = mpsc::channel(CLIENT_QUEUE);
        let mut clients = self.hub.clients();
        if !clients.closed {
            clients.roll.add(self.number, filter, client);
        }
        Live { from: clients.position, events }
    }

    /// The position up to which everything was sent to those who watch.
    pub fn position(&self) -> i64 {
        self.hub.clients().position
    }

    /// Whose place it is.
    pub fn hub(&self) -> StreamHub {
        self.hub.clone()
    }

    /// Whether the server is about to stop.
    pub fn is_closed(&self) -> bool {
        self.hub.clients().closed
    }

    /// Waits until it is this client's turn to read a page of the past; the turn ends when it is dropped.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.hub.0.readers.acquire().await.ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut clients = self.hub.clients();
        clients.roll.remove(self.number);
        clients.count -= 1;
        metrics::gauge!("chainkeel_stream_clients").decrement(1.0);
    }
}

impl Clients {
    /// Begins anew. In one step: a client that came between the two would take a position for known
    /// from which on nothing is sent to it.
    fn begin(&mut self, position: i64) {
        self.roll.clear();
        self.position = position;
    }

    fn send(&mut self, event: &Recorded, entry: Option<Entry>) -> usize {
        self.position = event.position;
        let run = event.aggregate_id.parse().ok();
        let is_watched =
            event.aggregate_type == "run" && run.is_some_and(|run| self.roll.watches_run(run));
        if entry.is_none() && !is_watched {
            return 0;
        }
        // Copied once for all who watch it, and not at all where nobody does.
        self.tell(Told::new(event.clone(), entry))
    }

    fn tell(&mut self, told: Told) -> usize {
        let sent = self.roll.send(&Arc::new(told));
        for number in sent.lost {
            self.roll.remove(number);
        }
        sent.count
    }
}

/// What an event tells people, with its workflow.
async fn told(
    event: &Recorded,
    journal: &Journal,
    origins: &mut Origins,
) -> Result<Option<Entry>, journal::Error> {
    let mut entry = match activity::entry(event) {
        Ok(Some(entry)) => entry,
        Ok(None) => return Ok(None),
        Err(error) => {
            let (position, organization) = (event.position, event.organization);
            tracing::error!(
                position,
                "event {position} of {organization} is told to nobody who watches: {error}"
            );
            return Ok(None);
        }
    };
    match (&entry.workflow_id, &entry.run_id) {
        (None, Some(run)) => {
            // Its beginning may be shredded by now: nobody is told then.
            let Some(workflow) = origins.of_run(journal, run).await? else { return Ok(None) };
            entry.workflow_id = Some(workflow.to_string());
        }
        (Some(workflow), Some(run)) => {
            if let Ok(workflow) = workflow.parse() {
                origins.remember(run, workflow);
            }
        }
        (_, None) => {}
    }
    Ok(Some(entry))
}
