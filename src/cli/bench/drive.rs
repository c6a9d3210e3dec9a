//! Drives runs through the API and sees them finish on the ledger.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::StreamExt;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::cli::client::{Client, Error};
use crate::cli::workflow::text_of;
use crate::journal::Tail;

/// Sees runs finish: a run is finished when its last event has its place in the global order,
/// which is a moment after it is durable.
#[derive(Clone, Default)]
pub(super) struct Finishes(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    finished: HashMap<String, Instant>,
    waiting: HashMap<String, oneshot::Sender<Instant>>,
    opened: HashMap<String, oneshot::Sender<Instant>>,
    open: HashMap<String, Instant>,
    events: u64,
}

impl Finishes {
    /// Watches the tail until it is told to stop by the handle.
    #[expect(clippy::disallowed_methods, reason = "a measurement's own task, ended by the handle")]
    pub(super) fn spawn(self, tail: Tail) -> AbortHandle {
        tokio::spawn(self.watch(tail)).abort_handle()
    }

    async fn watch(self, tail: Tail) {
        let mut subscription = tail.subscribe(tail.head());
        while let Ok(batch) = subscription.next().await {
            let now = Instant::now();
            let mut seen = self.seen();
            for event in batch.iter().filter(|event| event.aggregate_type == "run") {
                seen.events += 1;
                let id = &event.aggregate_id;
                match event.event_type.as_str() {
                    "succeeded" | "failed" | "cancelled" => match seen.waiting.remove(id) {
                        Some(waiting) => drop(waiting.send(now)),
                        None => drop(seen.finished.insert(id.clone(), now)),
                    },
                    "wait_opened" => match seen.opened.remove(id) {
                        Some(waiting) => drop(waiting.send(now)),
                        None => drop(seen.open.insert(id.clone(), now)),
                    },
                    _ => {}
                }
            }
        }
    }

    /// Events of runs that were seen so far.
    pub(super) fn events(&self) -> u64 {
        self.seen().events
    }

    /// When a run finished; waits for it.
    pub(super) async fn finished(&self, run: &str) -> Result<Instant, Error> {
        let wait = {
            let mut seen = self.seen();
            if let Some(at) = seen.finished.remove(run) {
                return Ok(at);
            }
            let (tell, wait) = oneshot::channel();
            seen.waiting.insert(run.to_owned(), tell);
            wait
        };
        in_time(wait, run, "finish").await
    }

    /// When the wait of a run opened; waits for it.
    pub(super) async fn waiting(&self, run: &str) -> Result<Instant, Error> {
        let wait = {
            let mut seen = self.seen();
            if let Some(at) = seen.open.remove(run) {
                return Ok(at);
            }
            let (tell, wait) = oneshot::channel();
            seen.opened.insert(run.to_owned(), tell);
            wait
        };
        in_time(wait, run, "wait").await
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn in_time(
    wait: oneshot::Receiver<Instant>,
    run: &str,
    what: &str,
) -> Result<Instant, Error> {
    match tokio::time::timeout(Duration::from_mins(1), wait).await {
        Ok(Ok(at)) => Ok(at),
        Ok(Err(_)) | Err(_) => Err(Error::Outcome(format!("run {run} did not {what} within 60 s"))),
    }
}

/// Creates and publishes a workflow; its id.
pub(super) async fn publish(
    client: &Client,
    name: &str,
    definition: &Value,
) -> Result<String, Error> {
    let body = json!({ "name": name, "definition": definition });
    let record = client.post("/v1/workflows", &body).await?;
    let id = text_of(&record, "id").to_owned();
    client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await?;
    Ok(id)
}

/// Starts a run; its id.
pub(super) async fn start(client: &Client, workflow: &str, input: &Value) -> Result<String, Error> {
    let body = json!({ "payload": input });
    let started = client.post(&format!("/v1/workflows/{workflow}/run"), &body).await?;
    Ok(text_of(&started, "runId").to_owned())
}

/// Does `work` `count` times, `at_once` at the same time; what each gave.
pub(super) async fn repeat<T, W>(
    count: usize,
    at_once: usize,
    mut work: impl FnMut(usize) -> W,
) -> Result<Vec<T>, Error>
where
    W: Future<Output = Result<T, Error>>,
{
    let mut all = futures::stream::iter((0..count).map(&mut work)).buffer_unordered(at_once);
    let mut outcomes = Vec::with_capacity(count);
    while let Some(outcome) = all.next().await {
        outcomes.push(outcome?);
    }
    Ok(outcomes)
}
