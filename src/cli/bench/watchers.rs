//! `bench watchers`: the clients of `bench sse`, in a process of their own, so that the memory and the open files
//! of the server are its own. What to watch comes on standard input, what was seen goes to standard output.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::percentiles::Percentiles;
use super::sitting::failed;
use crate::app::allow_files;
use crate::cli::client::Error;
use crate::cli::print::print_json;
use crate::egress::Watched;
use crate::primitives::{Clock as _, SystemClock};

/// How many open at the same time.
const OPENING: usize = 64;
/// How many streams come from one address: an address has some 28,000 ports to give.
const EACH_ADDRESS: usize = 10_000;
/// How long a stream may take to open, and the last events to arrive.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked whether they did.
const LOOK: Duration = Duration::from_millis(10);
/// Files that a process has open beside its clients.
const OTHER_FILES: u64 = 512;

/// What is to be watched.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) server: SocketAddr,
    pub(super) key: String,
    pub(super) streams: Vec<Stream>,
}

/// Clients that all watch the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Stream {
    pub(super) path: String,
    pub(super) clients: usize,
}

/// What should have been seen.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Truth {
    /// When which event was recorded, in microseconds since 1970.
    pub(super) recorded: Vec<(i64, i64)>,
    /// How many events each client of a stream is sent.
    pub(super) expected: Vec<usize>,
}

/// What was seen.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Seen {
    /// Events that arrived, of all clients together.
    pub(super) delivered: usize,
    /// Clients to which every event came, in order and once.
    pub(super) complete: usize,
    /// Clients whose stream ended.
    pub(super) let_go: usize,
    /// When the last event arrived, in microseconds since 1970.
    pub(super) last: i64,
    /// From an event's recording to its arrival.
    pub(super) delay: Option<Percentiles>,
}

/// Refuses more clients than a process may have connections.
pub(super) fn must_fit(clients: usize) -> Result<(), Error> {
    let (granted, wanted) = (allow_files(), clients as u64 + OTHER_FILES);
    if wanted <= granted {
        return Ok(());
    }
    Err(Error::Outcome(format!(
        "{clients} clients want {wanted} open files in each of two processes, and the system grants {granted}: \
         raise the hard limit (`ulimit -Hn {wanted}` as root, LimitNOFILE of a service), or measure fewer"
    )))
}

/// What one client saw.
#[derive(Default)]
struct Client {
    /// Position and microseconds since 1970.
    arrivals: Vec<(i64, i64)>,
    is_open: bool,
    has_ended: bool,
}

/// Watches until it is told what should have been seen, and tells what was.
pub(super) fn run() -> Result<(), Error> {
    actix_rt::System::new().block_on(async {
        let (tell, mut told) = mpsc::unbounded_channel();
        // Standard input can only be waited for by a thread.
        std::thread::spawn(move || {
            std::io::stdin().lines().map_while(|line| tell.send(line).ok()).for_each(drop);
        });
        let plan: Plan = read(told.recv().await)?;
        must_fit(plan.streams.iter().map(|stream| stream.clients).sum())?;
        let clients = open(&plan).await?;
        print_json(&serde_json::json!({ "open": clients.len() }));
        let truth = read(told.recv().await)?;
        let seen = settle(&clients, &truth).await;
        print_json(&serde_json::to_value(seen).unwrap_or_default());
        Ok(())
    })
}

fn read<T: for<'a> Deserialize<'a>>(line: Option<std::io::Result<String>>) -> Result<T, Error> {
    let line = line.ok_or_else(|| Error::Outcome("this is started by `bench sse`".to_owned()))?;
    let line = line.map_err(|error| failed("reading what to watch", &error))?;
    serde_json::from_str(&line).map_err(|error| failed("reading what to watch", &error))
}

/// A client with the number of its stream.
type Clients = Vec<(usize, Rc<RefCell<Client>>)>;

/// Opens all streams.
async fn open(plan: &Plan) -> Result<Clients, Error> {
    let streams = plan.streams.iter().enumerate();
    let all =
        streams.flat_map(|(number, stream)| std::iter::repeat_n((number, stream), stream.clients));
    let opening = all.enumerate().map(async |(index, (number, stream))| {
        let source = u8::try_from(index / EACH_ADDRESS).unwrap_or(u8::MAX);
        let source = Ipv4Addr::new(127, 0, 0, source.saturating_add(1));
        let opened = Watched::open(plan.server, source, &stream.path, &plan.key).await;
        let watched = opened.map_err(|error| failed("opening a stream", &error))?;
        let client = Rc::new(RefCell::new(Client::default()));
        tokio::task::spawn_local(watch(watched, Rc::clone(&client)));
        until(PATIENCE, || client.borrow().is_open || client.borrow().has_ended).await;
        if !client.borrow().is_open || client.borrow().has_ended {
            return Err(Error::Outcome(format!("the stream {} did not open", stream.path)));
        }
        Ok((number, client))
    });
    let mut opening = futures::stream::iter(opening).buffer_unordered(OPENING);
    let mut clients = Vec::new();
    while let Some(client) = opening.next().await {
        clients.push(client?);
    }
    Ok(clients)
}

async fn watch(mut watched: Watched, client: Rc<RefCell<Client>>) {
    let mut found = Vec::new();
    while let Ok(true) = watched.ids(&mut found).await {
        let now = micros(SystemClock.now());
        let mut client = client.borrow_mut();
        client.is_open |= watched.status() == Some(200);
        client.arrivals.extend(found.drain(..).map(|position| (position, now)));
    }
    client.borrow_mut().has_ended = true;
}

/// Waits until all came that should, or for long enough.
async fn settle(clients: &Clients, truth: &Truth) -> Seen {
    let wanted = |number: usize| truth.expected.get(number).copied().unwrap_or_default();
    let has_all = |(number, client): &(usize, Rc<RefCell<Client>>)| {
        client.borrow().arrivals.len() >= wanted(*number)
    };
    until(PATIENCE, || clients.iter().all(has_all)).await;
    let recorded: HashMap<i64, i64> = truth.recorded.iter().copied().collect();
    let mut seen = Seen { delivered: 0, complete: 0, let_go: 0, last: 0, delay: None };
    let mut delays = Vec::new();
    for (number, client) in clients {
        let client = client.borrow();
        let arrivals = &client.arrivals;
        seen.delivered += arrivals.len();
        seen.let_go += usize::from(client.has_ended);
        let is_once = arrivals.is_sorted_by(|one, next| one.0 < next.0);
        seen.complete += usize::from(is_once && arrivals.len() == wanted(*number));
        seen.last = arrivals.iter().map(|arrival| arrival.1).fold(seen.last, i64::max);
        delays.extend(arrivals.iter().filter_map(|(position, at)| {
            let micros = at - recorded.get(position)?;
            Some(Duration::from_micros(u64::try_from(micros).unwrap_or_default()))
        }));
    }
    seen.delay = Percentiles::of(delays);
    seen
}

async fn until(patience: Duration, is_so: impl Fn() -> bool) {
    let end = tokio::time::Instant::now() + patience;
    while !is_so() && tokio::time::Instant::now() < end {
        tokio::time::sleep(LOOK).await;
    }
}

/// Microseconds since 1970.
pub(super) fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}
