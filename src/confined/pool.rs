//! The workers of a process: so many, no more, and a fresh one for each that is used up.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::trade::Trade;
use super::worker::Worker;

/// The most workers of a process. An answer takes a processor for itself, so that more workers
/// than processors would only wait for each other.
const MAX_WORKERS: usize = 8;

/// The fewest: one question that takes its time must not hold up all others.
const MIN_WORKERS: usize = 2;

/// How much longer than it was given a worker may take to say that the time is over, before it is
/// killed.
const GRACE: Duration = Duration::from_millis(250);

/// Workers that wait, and places for those that work.
#[derive(Debug)]
pub struct Pool {
    program: PathBuf,
    trade: &'static Trade,
    places: Semaphore,
    waiting: Mutex<Vec<Worker>>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No process could be started.
    #[error("starting a process that answers")]
    Start(#[source] io::Error),
    /// The process ended, or what it said made no sense.
    #[error("asking a process that answers")]
    Lost(#[source] io::Error),
    /// It did not end in time, not even a little later.
    #[error("a process did not answer in time")]
    Overdue,
}

impl Pool {
    /// No workers yet; `program` is the path of our own program, which is started again.
    pub fn new(program: PathBuf, trade: &'static Trade) -> Self {
        let processors = std::thread::available_parallelism().map_or(MIN_WORKERS, usize::from);
        Self {
            program,
            trade,
            places: Semaphore::new(processors.clamp(MIN_WORKERS, MAX_WORKERS)),
            waiting: Mutex::default(),
        }
    }

    /// Has a question answered within `patience`. A worker that fails is killed and replaced.
    pub async fn ask<A: DeserializeOwned>(
        &self,
        question: &(impl Serialize + Sync),
        patience: Duration,
    ) -> Result<A, Error> {
        // The semaphore is never closed; were it, the answer would be given without a place.
        let _place = self.places.acquire().await.ok();
        let mut worker = self.take().map_err(Error::Start)?;
        let answer = timeout(patience.saturating_add(GRACE), worker.ask(question)).await;
        match answer {
            Ok(Ok(answer)) => {
                self.give_back(worker);
                Ok(answer)
            }
            Ok(Err(error)) => {
                self.replace(worker);
                Err(Error::Lost(error))
            }
            Err(_) => {
                self.replace(worker);
                Err(Error::Overdue)
            }
        }
    }

    /// A worker that waits and lives, or a new one.
    fn take(&self) -> io::Result<Worker> {
        let next = || self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        while let Some(mut worker) = next() {
            if worker.lives() {
                return Ok(worker);
            }
        }
        Worker::start(&self.program, self.trade)
    }

    fn give_back(&self, worker: Worker) {
        if worker.asked < self.trade.calls {
            self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        } else {
            self.replace(worker);
        }
    }

    /// Kills a worker and starts the one that takes its place, so that the next question need not
    /// wait for a start.
    fn replace(&self, worker: Worker) {
        drop(worker);
        match Worker::start(&self.program, self.trade) {
            Ok(fresh) => {
                self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(fresh);
            }
            // The next question tries again, and its failure tells.
            Err(error) => tracing::warn!("no `{}` could be started: {error}", self.trade.command),
        }
    }
}
